// A claim in which everything happens that a claim can hold. Two shards; `a` has a desk and a till, `b` a bank.
//
//   height 1   0  pays at the bank and books at the desk, as a group: the desk waits for the bank's word
//              1  the desk counts, and the till adds what it counted
//              2  the desk counts, the bank adds, and the till adds what the bank says, or else what the desk counted
//   height 2   0  the desk is read, once the group has settled, and the till adds what was read
//              1  void
//
// The claim of `a` for height 2 is given the bank's outcomes by a source, the group's writes by the pending map, and what
// the desk counted at height 1 by the pending map too.

import { type MadeClaim, madeBy } from "./made-claims.ts";
import { probe } from "./probe.ts";
import { type CallOptions, call, either, keys, literal, outcomeOf, program } from "./programs.ts";
import { World } from "./world.ts";

export const add = (at: string, key: string, amount: bigint | number, options: CallOptions = {}) =>
  call(at, "add", [literal(key), typeof amount === "number" ? amount : literal(amount)], keys([], [key]), options);

const addEither = (at: string, key: string, step: number, or: number) =>
  call(at, "add", [literal(key), either(step, outcomeOf(or))], keys([], [key]));

export interface Seats {
  readonly world: World;
  /** Of shard `a`, at heights 1 and 2. */
  readonly first: MadeClaim;
  readonly second: MadeClaim;
}

export function seats(): Seats {
  const world = new World({
    shards: ["a", "b"],
    environments: [probe],
    contracts: { "a/desk": ["probe", 10n], "a/till": ["probe", 20n], "b/bank": ["probe", 30n] },
  });
  const group = program([add("b/bank", "a", 1n), add("a/desk", "a", 1n)], [[0, 2]]);
  const counted = program([add("a/desk", "n", 5n), add("a/till", "n", 0)]);
  const bank = add("b/bank", "b", 7n);
  const given = program([add("a/desk", "m", 2n), bank, addEither("a/till", "b", 1, 0)]);
  const first = madeBy(world, [group, counted, given], world.citeAll());
  const read = program([call("a/desk", "read", [literal("a")], keys(["a"])), add("a/till", "r", 0)]);
  const second = madeBy(world, [read, garbage], world.citeAll());
  return { world, first: first.find(isOfA) as MadeClaim, second: second.find(isOfA) as MadeClaim };
}

const garbage = { program: Uint8Array.of(0) };
const isOfA = ({ result }: MadeClaim) => result.claim.shard === "a";
