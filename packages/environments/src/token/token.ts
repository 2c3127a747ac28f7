// A token: accounts that hold amounts of one money.
//
// - An account is the key of a payer. Whoever signed the blob spends from its own account, and from another only what
//   that one's holder has approved. Anyone may give to any account.
// - Minters, named when the contract is created, mint up to the most that there may be. Anyone burns what is its own.
// - Value moves to and from peers by `withdraw` and `deposit` (P11; `money/peers.ts` has the rules).
// - `supply` is what was minted here less what was burned here. Moving to a peer changes neither, so it may be below
//   zero where much is burned that came from elsewhere; over all peers together it is the sum of all balances. It is
//   not written by payments, which would all wait for each other.
// - What moves value replies with the amount that moved, so that a step can `expect` it whatever the balances are.
//   `approve` replies with what was allowed before: who expects that changes an allowance only from there.
//
// Layout: balance/<account>, allowance/<owner><spender>, peer/<contract>, rule, supply (`layout.ts`).

import { type Call, type Environment, equalBytes, type Host, type Reply, success } from "@tandem/shared";
import { balanceKey, credit, debit, integerAt, move, setQuantity } from "../money/accounts.ts";
import { deposit, peersShape, setPeers, withdraw } from "../money/peers.ts";
import { environmentOf, method, refuse } from "../support/method.ts";
import {
  account,
  amount,
  amountMax,
  glanceAtAll,
  listOf,
  optional,
  quantity,
  recordOf,
  type Shape,
  tupleOf,
} from "../support/shapes.ts";
import { tokenKeys } from "./layout.ts";

/** Minters stand in one value, which each minting reads. */
const mintersMax = 64;
/** A call that takes the whole contract touches 256 keys at most; peers need some of them. */
const balancesMax = 128;

const configShape = recordOf({
  minters: optional(listOf(account, mintersMax)),
  most: optional(quantity),
  peers: optional(peersShape),
  balances: optional(listOf(tupleOf(account, amount), balancesMax)),
});

type Config = typeof configShape extends Shape<infer Read> ? Read : never;
/** The most that may be minted, and who may. */
type Rule = readonly [most: bigint, minters: readonly Uint8Array[]];

/** An account that stands twice among the balances has both. */
function create(_: Call, host: Host, { minters, most, peers, balances }: Config): Reply {
  const rule: Rule = [most ?? amountMax, minters ?? []];
  let supply = 0n;
  for (const [holder, held] of balances ?? []) {
    supply += held;
    if (supply > rule[0]) return refuse("too-much", "The balances are more than there may be.");
    const credited = credit(host, holder, held);
    if (!credited.ok) return credited;
  }
  host.set(tokenKeys.rule, rule);
  host.set(tokenKeys.supply, supply);
  setPeers(host, peers ?? new Map());
  return success(supply);
}

const mint = method([account, amount], ({ payer }, host, to, minted) => {
  const [most, minters] = (host.get(tokenKeys.rule) ?? [0n, []]) as Rule;
  glanceAtAll(minters.length, host);
  if (!minters.some((minter) => equalBytes(minter, payer))) return refuse("no-right", "The payer may not mint.");
  const supply = integerAt(host, tokenKeys.supply) + minted;
  if (supply > most) return refuse("too-much", `There would be ${supply} where ${most} may be.`);
  const credited = credit(host, to, minted);
  if (!credited.ok) return credited;
  host.set(tokenKeys.supply, supply);
  return success(minted);
});

const burn = method([amount], ({ payer }, host, burned) => {
  const debited = debit(host, payer, burned);
  if (!debited.ok) return debited;
  host.set(tokenKeys.supply, integerAt(host, tokenKeys.supply) - burned);
  return success(burned);
});

const transfer = method([account, amount], ({ payer }, host, to, moved) => move(host, payer, to, moved));

const approve = method([account, quantity], ({ payer }, host, spender, allowed) => {
  const key = tokenKeys.allowance(payer, spender);
  const before = integerAt(host, key);
  setQuantity(host, key, allowed);
  return success(before);
});

const transferFrom = method([account, account, amount], ({ payer }, host, owner, to, moved) => {
  const key = tokenKeys.allowance(owner, payer);
  const allowed = integerAt(host, key);
  if (allowed < moved) return refuse("not-allowed", `The payer may take ${allowed} of it, not ${moved}.`);
  setQuantity(host, key, allowed - moved);
  return move(host, owner, to, moved);
});

export const token: Environment = environmentOf(
  "token",
  { config: configShape, create },
  {
    mint,
    burn,
    transfer,
    approve,
    "transfer-from": transferFrom,
    withdraw,
    deposit,
    balance: method([account], (_, host, holder) => success(integerAt(host, balanceKey(holder)))),
    allowance: method([account, account], (_, host, owner, spender) =>
      success(integerAt(host, tokenKeys.allowance(owner, spender))),
    ),
    supply: method([], (_, host) => success(integerAt(host, tokenKeys.supply))),
  },
);
