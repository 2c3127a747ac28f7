// An escrow: money that goes to a payee when some contract says what was agreed, and back if it does not in time.
//
// - It holds money in accounts as a token does, and is a peer of tokens: value comes and goes by `deposit` and `withdraw`
//   (P11; `money/peers.ts` has the rules). Nobody can give, by itself, what did not come from a peer.
// - `open(label, payee, amount, terms, until)` sets an amount of the payer's aside. A deal is known by who opened it and
//   a label of the opener's choice.
// - `release(opener, label, outcome)` gives it to the payee if the outcome meets the terms: its origin is the contract,
//   with the environment and the method of the terms, and its value equals theirs. Literal and computed values have no
//   such origin, so nobody vouches for anything, and anyone may bring the outcome. It has to be ordered up to `until`.
// - `refund(opener, label)` gives it back to the opener: after `until` for anyone who asks, before for the payee alone.
// - Either way it goes to an account here, whose holder withdraws it to wherever it wants.
//
// What terms can say. An origin tells who made a value and by which method, not of which arguments: an outcome that is to
// be relied on must say itself what it is about, as receipts of `booking` and entries of `registry` do. Terms name the
// environment because the contract may be yet to come; its name is never another's (P10). With `once`, the program uses the
// outcome for nothing but this release: one receipt does not settle two deals of equal terms. An outcome of the release's own
// group is tentative, and so is the release (P5).
//
// Layout: balance/<account>, peer/<contract>, deal/<opener><label> (`layout.ts`).

import {
  type Delivered,
  type Environment,
  equalBytes,
  equalValues,
  type Host,
  success,
  type Value,
} from "@tandem/shared";
import { balanceKey, credit, debit, integerAt } from "../money/accounts.ts";
import { deposit, peersShape, setPeers, withdraw } from "../money/peers.ts";
import { environmentOf, method, type Refused, refuse } from "../support/method.ts";
import {
  account,
  amount,
  anything,
  chargeForContent,
  content,
  contractName,
  environmentName,
  height,
  label,
  methodName,
  optional,
  recordOf,
  truth,
} from "../support/shapes.ts";
import { escrowKeys } from "./layout.ts";

const configShape = recordOf({ peers: optional(peersShape) });

const termsShape = recordOf({
  contract: contractName,
  environment: environmentName,
  method: methodName,
  value: content,
  once: optional(truth),
});

/** As it is kept, and as `deal` replies. */
interface Deal {
  readonly payee: Uint8Array;
  readonly amount: bigint;
  readonly until: bigint;
  readonly contract: string;
  readonly environment: string;
  readonly method: string;
  readonly value: Value;
  readonly once: boolean;
}

type Found = { readonly ok: true; readonly value: Deal } | { readonly ok: false; readonly error: Refused };

function dealAt(host: Host, opener: Uint8Array, name: string): Found {
  const held = host.get(escrowKeys.deal(opener, name)) as ReadonlyMap<string, Value> | undefined;
  if (held === undefined) return refuse("no-deal", `There is no deal ${JSON.stringify(name)} of that opener.`);
  return success(Object.fromEntries(held) as unknown as Deal);
}

const open = method([label, account, amount, termsShape, height], (call, host, name, payee, set, terms, until) => {
  if (until < BigInt(call.height)) return refuse("bad-height", `Height ${until} is over; this is ${call.height}.`);
  if (dealAt(host, call.payer, name).ok) return refuse("deal-open", "The payer has a deal of that label.");
  const debited = debit(host, call.payer, set);
  if (!debited.ok) return debited;
  const deal: Deal = { ...terms, once: terms.once ?? false, payee, amount: set, until };
  host.set(escrowKeys.deal(call.payer, name), new Map<string, Value>(Object.entries(deal)));
  return success(set);
});

/** The deal is over, and its amount goes to one of the two. */
function close(host: Host, opener: Uint8Array, name: string, { amount }: Deal, to: Uint8Array) {
  host.delete(escrowKeys.deal(opener, name));
  const credited = credit(host, to, amount);
  return credited.ok ? success(amount) : credited;
}

const release = method([account, label, anything], (call, host, opener, name) => {
  const found = dealAt(host, opener, name);
  if (!found.ok) return found;
  const deal = found.value;
  if (BigInt(call.height) > deal.until) return refuse("too-late", `The deal was open up to height ${deal.until}.`);
  const problem = termsProblem(host, deal, call.args[2] as Delivered);
  return problem ?? close(host, opener, name, deal, deal.payee);
});

function termsProblem(host: Host, deal: Deal, { value, origin }: Delivered) {
  if (origin.kind !== "contract") return refuse("bad-origin", "The outcome must come from a contract.");
  const { contract, environment, method: maker, uses } = origin;
  if (contract !== deal.contract || environment !== deal.environment || maker !== deal.method) {
    return refuse("bad-origin", `The outcome must come from ${deal.method} of ${deal.contract} (${deal.environment}).`);
  }
  if (deal.once && uses !== 1) return refuse("bad-origin", "The program may use the outcome for nothing else.");
  chargeForContent(deal.value, host);
  return equalValues(value, deal.value) ? undefined : refuse("not-so", "The outcome is not what the terms say.");
}

const refund = method([account, label], (call, host, opener, name) => {
  const found = dealAt(host, opener, name);
  if (!found.ok) return found;
  const { until, payee } = found.value;
  const isOver = BigInt(call.height) > until;
  if (!isOver && !equalBytes(call.payer, payee)) {
    return refuse("too-early", `Up to height ${until} only the payee gives it back.`);
  }
  return close(host, opener, name, found.value, opener);
});

const readDeal = method([account, label], (_, host, opener, name) => {
  const found = dealAt(host, opener, name);
  return found.ok ? success(new Map<string, Value>(Object.entries(found.value))) : found;
});

export const escrow: Environment = environmentOf(
  "escrow",
  {
    config: configShape,
    create(_, host, { peers }) {
      setPeers(host, peers ?? new Map());
      return success(null);
    },
  },
  {
    withdraw,
    deposit,
    balance: method([account], (_, host, holder) => success(integerAt(host, balanceKey(holder)))),
    open,
    release,
    refund,
    deal: readDeal,
  },
);
