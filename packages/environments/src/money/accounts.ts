// Balances of accounts in one contract. An account is the key of a payer, and whoever signed a blob is the holder of
// its account: nobody else spends from it. A balance of nothing is not kept. Each balance has a key of its own, so
// payments between different people never wait for each other (P6).

import { type Host, type Reply, success } from "@tandem/shared";
import { keyOf } from "../support/keys.ts";
import { type Refused, refuse } from "../support/method.ts";
import { amountMax } from "../support/shapes.ts";

export function balanceKey(account: Uint8Array): Uint8Array {
  return keyOf("balance/", account);
}

/** The integer under a key: a balance, an allowance, a supply; none is zero. */
export function integerAt(host: Host, key: Uint8Array): bigint {
  return (host.get(key) ?? 0n) as bigint;
}

export function setQuantity(host: Host, key: Uint8Array, quantity: bigint): void {
  if (quantity === 0n) host.delete(key);
  else host.set(key, quantity);
}

type Changed = { readonly ok: true; readonly value: undefined } | { readonly ok: false; readonly error: Refused };

export function credit(host: Host, account: Uint8Array, amount: bigint): Changed {
  const key = balanceKey(account);
  const balance = integerAt(host, key) + amount;
  if (balance > amountMax) return refuse("too-much", "The account would hold 2^128 or more.");
  setQuantity(host, key, balance);
  return success(undefined);
}

export function debit(host: Host, account: Uint8Array, amount: bigint): Changed {
  const key = balanceKey(account);
  const balance = integerAt(host, key);
  if (balance < amount) return refuse("too-little", `The account holds ${balance}, not ${amount}.`);
  setQuantity(host, key, balance - amount);
  return success(undefined);
}

/** From one account to another of the same contract; it may be the same account. */
export function move(host: Host, from: Uint8Array, to: Uint8Array, amount: bigint): Reply {
  const taken = debit(host, from, amount);
  if (!taken.ok) return taken;
  const given = credit(host, to, amount);
  return given.ok ? success(amount) : given;
}
