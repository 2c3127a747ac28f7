// Worlds of all kinds: programs across three shards, with groups, alternatives, expectations, pure steps, creation and
// end, failures of every reason, shards that are silent for some blocks, and rounds with little room.

import {
  asBudget,
  asMethodName,
  type Budget,
  createMethod,
  failure,
  type Program,
  type PureFunction,
  type Step,
  success,
} from "@tandem/shared";
import fc from "fast-check";
import type { RoundBounds } from "../../src/index.ts";
import { probe } from "./probe.ts";
import { call, either, keys, literal, outcomeOf, plenty, program, pure, whole } from "./programs.ts";
import { World, type WorldBlob, widestBounds } from "./world.ts";

const sum: PureFunction = {
  name: asMethodName("sum"),
  run(args, meter) {
    meter.charge(args.length);
    const numbers = args.filter((value) => typeof value === "bigint");
    if (numbers.length < args.length) return failure("refused", "", "numbers are added");
    return success(numbers.reduce((total, number) => total + number, 0n));
  },
};

const begun = { "a/x": ["probe", 1n], "a/y": ["probe", 2n], "b/x": ["probe", 3n], "c/x": ["probe", 4n] } as const;
const contracts = ["a/x", "a/x", "a/x", "a/y", "a/y", "b/x", "b/x", "b/x", "c/x", "a/new"];

export interface AnyStep {
  readonly at: string;
  readonly method: string;
  readonly key: string;
  readonly amount: bigint;
  /** Which earlier step it is given, if there is one. */
  readonly given: number;
  readonly or: "none" | "literal" | "step";
  readonly expect: bigint | undefined;
  readonly budget: Budget;
}

const calls = ["add", "add", "add", "add", "put", "put", "read", "remove", "sweep", "origins", "sum", "sum"];
const failing = ["fail", "throw", "work", "add-elsewhere", "end", createMethod];

const anyStep: fc.Arbitrary<AnyStep> = fc.record({
  at: fc.constantFrom(...contracts),
  method: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...calls) },
    { weight: 1, arbitrary: fc.constantFrom(...failing) },
  ),
  key: fc.constantFrom("a", "b", "c"),
  amount: fc.bigInt({ min: 1n, max: 3n }),
  given: fc.nat(5),
  or: fc.constantFrom<AnyStep["or"]>("none", "none", "literal", "step"),
  expect: fc.constantFrom(undefined, undefined, undefined, undefined, undefined, 2n),
  budget: fc.constantFrom(plenty, plenty, plenty, asBudget(45_000)),
});

function stepOf(planned: AnyStep, index: number): Step {
  const { at, method, key, expect, budget } = planned;
  const options = { budget, ...(expect === undefined ? {} : { expect }) };
  const argument = argumentOf(planned, index);
  if (method === "sum") return pure("sum", [argument, literal(1n)], options);
  if (method === "sweep") return call(at, method, [literal(key), literal("z")], whole, options);
  if (method === createMethod) return call(at, method, [literal("probe"), argument], whole, options);
  if (method === "end") return call(at, method, [], whole, options);
  if (method === "read") return call(at, method, [literal(key)], keys([key]), options);
  if (method === "remove") return call(at, method, [literal(key)], keys([], [key]), options);
  if (method === "work") return call(at, method, [literal(50_000n)], keys([]), options);
  if (method === "add-elsewhere") return call(at, "add", [literal("q"), argument], keys([], [key]), options);
  if (method === "origins") return call(at, method, [argument], keys([key]), options);
  return call(
    at,
    method,
    method === "fail" || method === "throw" ? [] : [literal(key), argument],
    keys([], [key]),
    options,
  );
}

function argumentOf({ amount, given, or }: AnyStep, index: number) {
  if (index === 0 || given >= 4) return literal(amount);
  const earlier = given % index;
  if (or === "none") return outcomeOf(earlier);
  return either(earlier, or === "literal" ? literal(amount) : outcomeOf(index - 1));
}

/** Groups of these lengths, each after a gap; those that would be idle make their program void, which is fine too. */
function groupsOf(lengths: readonly (readonly [gap: number, count: number])[], steps: number) {
  const groups: (readonly [number, number])[] = [];
  let at = 0;
  for (const [gap, count] of lengths) {
    const first = at + gap;
    if (first + count > steps) break;
    groups.push([first, count]);
    at = first + count;
  }
  return groups;
}

const anyProgram: fc.Arbitrary<Program> = fc
  .tuple(
    fc.array(anyStep, { minLength: 1, maxLength: 6 }),
    fc.array(fc.tuple(fc.nat(1), fc.integer({ min: 1, max: 4 })), { maxLength: 2 }),
  )
  .map(([planned, lengths]) => program(planned.map(stepOf), groupsOf(lengths, planned.length)));

export interface AnyBlock {
  readonly blobs: readonly (Program | WorldBlob)[];
  /** Whose new claims the block does not cite. */
  readonly silent: readonly string[];
}

const garbage: WorldBlob = { program: Uint8Array.of(1, 2, 3) };

const anyBlob: fc.Arbitrary<Program | WorldBlob> = fc.oneof(
  { weight: 9, arbitrary: anyProgram },
  { weight: 1, arbitrary: fc.constant(garbage) },
);

export const anyBlocks: fc.Arbitrary<readonly AnyBlock[]> = fc.array(
  fc.record({
    blobs: fc.array(anyBlob, { maxLength: 3 }),
    silent: fc.constantFrom<readonly string[]>([], [], ["a"], ["b"], ["b", "c"], ["a", "b", "c"]),
  }),
  { minLength: 2, maxLength: 7 },
);

export const anyBounds: fc.Arbitrary<RoundBounds> = fc.record({
  nodesMax: fc.constantFrom(1, 3, widestBounds.nodesMax),
  contractsMax: fc.constantFrom(1, widestBounds.contractsMax),
  sourcesMax: fc.constantFrom(1, widestBounds.sourcesMax),
  budgetMax: fc.constantFrom(asBudget(3_000_000), widestBounds.budgetMax),
  bytesMax: fc.constantFrom(1_500, widestBounds.bytesMax),
});

export function anyWorld(bounds: RoundBounds): World {
  return new World({
    shards: ["a", "b", "c"],
    environments: [probe],
    functions: [sum],
    contracts: begun,
    bounds,
  });
}
