// The contract of the lie: a bank with accounts by number. Whoever runs the other code books one payment for the receiver
// as something else; everything else it does alike, so the two states differ in one key.

import {
  asEnvironmentName,
  asMethodName,
  createMethod,
  type Environment,
  failure,
  type Host,
  type Method,
  type Reply,
  success,
  utf8,
  type Value,
} from "@tandem/shared";

/** Of each account, when it is opened. */
const openingBalance = 100n;
/** P6: accounts that one call can open. */
export const openedMax = 256;

/** Of a payment: what the receiver gets. */
export type Credit = (to: string, amount: bigint) => bigint;

export const honestCredit: Credit = (_, amount) => amount;

export function accountName(number: number): string {
  return `account-${String(number).padStart(5, "0")}`;
}

function balanceOf(host: Host, account: string): bigint {
  const balance = host.get(utf8(account));
  return typeof balance === "bigint" ? balance : 0n;
}

export function bank(credit: Credit): Environment {
  const methods: Readonly<Record<string, (host: Host, args: readonly (Value | undefined)[]) => Reply>> = {
    [createMethod]: () => success(null),
    /** So many accounts from one on. */
    open(host, [first, count]) {
      for (let number = Number(first); number < Number(first) + Number(count); number++)
        host.set(utf8(accountName(number)), openingBalance);
      return success(count ?? null);
    },
    /** The payer's balance afterwards. */
    pay(host, [from, to, amount]) {
      if (typeof from !== "string" || typeof to !== "string" || typeof amount !== "bigint")
        return failure("shape", "", "A payment names two accounts and an amount.");
      const left = balanceOf(host, from) - amount;
      if (left < 0n) return failure("too-little", "", `${from} has too little.`);
      host.set(utf8(from), left);
      host.set(utf8(to), balanceOf(host, to) + credit(to, amount));
      return success(left);
    },
  };
  const made = Object.entries(methods).map(([name, run]): readonly [ReturnType<typeof asMethodName>, Method] => {
    const isWhole = name === createMethod;
    return [
      asMethodName(name),
      {
        whole: isWhole,
        run: ({ args }, host) =>
          run(
            host,
            args.map(({ value }) => value),
          ),
      },
    ];
  });
  return { name: asEnvironmentName("bank"), methods: new Map(made) };
}
