// Calls of the lab's environment and of pure functions, good and bad. Few keys are shared by all, so that programs meet.

import type { Argument, Footprint, Value } from "@tandem/shared";
import type { Random } from "@tandem/simulator";
import { type Draft, keys, literal, whole } from "./draft.ts";

const names = ["a", "b", "c", "d"];
const manyNames = Array.from({ length: 24 }, (_, index) => `k${index}`);

function nameOf(random: Random): string {
  return random.below(3) === 0 ? random.pick(manyNames) : random.pick(names);
}

function amountOf(random: Random): bigint {
  return BigInt(random.between(-1, 5));
}

function drawValue(random: Random): Value {
  return random.pick<Value>([1n, 7n, -3n, "text", true, null, [1n, "two"], new Map<string, Value>([["x", 4n]])]);
}

/** So often each; the more, the more often. */
const methods: readonly (readonly [weight: number, add: (draft: Draft, at: string) => void])[] = [
  [24, (draft, at) => one(draft, at, "add", draft.argument(amountOf(draft.random)))],
  [12, (draft, at) => reading(draft, at, "read")],
  [10, (draft, at) => put(draft, at)],
  [4, (draft, at) => one(draft, at, "remove")],
  [8, (draft, at) => move(draft, at)],
  [5, (draft, at) => branch(draft, at)],
  [5, (draft, at) => reading(draft, at, "below", draft.argument(BigInt(draft.random.below(9))))],
  [2, (draft, at) => one(draft, at, "fail")],
  [1, (draft, at) => one(draft, at, "throw")],
  [4, (draft, at) => one(draft, at, "work", literal(BigInt(draft.random.pick([10, 5000, 200_000, 900_000]))))],
  [3, (draft, at) => draft.call(at, "large", [literal(BigInt(draft.random.pick([10, 600, 3000, 30_000])))], keys([]))],
  [2, (draft, at) => stray(draft, at)],
  [
    1,
    (draft, at) =>
      draft.call(at, draft.random.pick(["no-value", "bad-charge", "bad-key", "no-such-method"]), [], keys([])),
  ],
  [1, (draft, at) => one(draft, at, "bad-value")],
  [8, (draft, at) => draft.call(at, "facts", factsArguments(draft), keys([]))],
  [4, (draft, at) => sweep(draft, at)],
  [1, (draft, at) => draft.call(at, "many", [literal(BigInt(draft.random.pick([3, 3, 256, 257])))], whole)],
  [1, (draft, at) => draft.call(at, "end-and-fail", [], whole)],
  [1, (draft, at) => draft.call(at, "add", [literal("a"), literal(1n)], whole)],
];

const weights = methods.reduce((sum, [weight]) => sum + weight, 0);

export function probeCall(draft: Draft, at: string): void {
  let drawn = draft.random.below(weights);
  for (const [weight, add] of methods) {
    drawn -= weight;
    if (drawn < 0) return add(draft, at);
  }
}

function one(draft: Draft, at: string, method: string, ...more: readonly Argument[]): void {
  const name = nameOf(draft.random);
  draft.call(at, method, [literal(name), ...more], keys([], [name]));
}

function reading(draft: Draft, at: string, method: string, ...more: readonly Argument[]): void {
  const name = nameOf(draft.random);
  draft.call(at, method, [literal(name), ...more], keys([name]));
}

function put(draft: Draft, at: string): void {
  const [name, value] = [nameOf(draft.random), drawValue(draft.random)];
  const argument = draft.argument(value);
  draft.call(at, "put", [literal(name), argument], keys([], [name]), argument.kind === "literal" ? value : undefined);
}

function move(draft: Draft, at: string): void {
  const [from, to] = [nameOf(draft.random), nameOf(draft.random)];
  const amount = literal(BigInt(draft.random.between(0, 3)));
  draft.call(at, "move", [literal(from), literal(to), amount], keys([], [from, to]));
}

function branch(draft: Draft, at: string): void {
  const [from, to] = [nameOf(draft.random), nameOf(draft.random)];
  draft.call(at, "branch", [literal(from), literal(to)], keys([from], [to]));
}

/** Outside of what it may touch: another key, one that it may only read, or one that it does not mention at all. */
function stray(draft: Draft, at: string): void {
  const [name, other] = draft.random.pickSome(names, 2) as [string, string];
  const method = draft.random.pick(["add", "read", "swallow", "swallow"]);
  const footprint: Footprint = draft.random.pick([keys([], [other]), keys([name]), keys([])]);
  draft.call(at, method, [literal(name), literal(1n)], footprint);
}

function factsArguments(draft: Draft): Argument[] {
  return Array.from({ length: draft.random.below(4) }, () => draft.argument("given"));
}

function sweep(draft: Draft, at: string): void {
  const swept = Array.from({ length: draft.random.between(1, 3) }, () => nameOf(draft.random));
  draft.call(at, "sweep", swept.map(literal), whole);
}

export function endCall(draft: Draft, at: string): void {
  draft.call(at, "end", [literal(nameOf(draft.random))], whole);
}

const functions: readonly string[] = [
  ...["lab-pair", "lab-pair", "lab-pair", "lab-count", "lab-fail", "lab-throw", "lab-no-value", "no-such-function"],
  ...["lab-work", "lab-large", "add", "add", "add", "subtract", "divide", "less", "equal", "choose", "when", "list-of"],
];

export function pureCall(draft: Draft): void {
  const { random } = draft;
  const name = random.pick(functions);
  if (name === "lab-work" || name === "lab-large") {
    draft.pure(name, [literal(BigInt(random.pick([10, 2000, 60_000])))]);
  } else {
    const count = name === "choose" ? 3 : random.below(8) === 0 ? random.below(4) : 2;
    const first: Value = name === "when" || name === "choose" ? random.below(3) > 0 : 2n;
    draft.pure(
      name,
      Array.from({ length: count }, (_, at) => draft.argument(at === 0 ? first : 3n)),
    );
  }
}
