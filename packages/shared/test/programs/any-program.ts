// Programs for property tests: few contracts and keys, so that steps conflict and depend on each other.

import fc from "fast-check";
import { compareBytes } from "../../src/bytes.ts";
import { limits } from "../../src/limits.ts";
import { asBudget, asContractName, asMethodName, asStepIndex } from "../../src/numbers.ts";
import type { Argument, Footprint, Group, Operand, Program, Step } from "../../src/programs/program.ts";
import { anyValue } from "../values/any-value.ts";

const contracts = ["a/x", "a/y", "b/x", "c/x", "d/x"].map(asContractName);
const methods = ["get", "put", "add-2"].map(asMethodName);
const keys = [[0], [1], [1, 0], [255]].map((bytes) => Uint8Array.from(bytes));

const anyKeys = fc.subarray(keys, { maxLength: 2 }).map((chosen) => [...chosen].sort(compareBytes));

const anyFootprint: fc.Arbitrary<Footprint> = fc.oneof(
  { arbitrary: fc.constant<Footprint>({ kind: "whole" }), weight: 1 },
  {
    arbitrary: fc.tuple(anyKeys, anyKeys).map<Footprint>(([reads, writes]) => ({
      kind: "keys",
      reads: reads.filter((key) => !writes.includes(key)),
      writes,
    })),
    weight: 6,
  },
);

const literal: fc.Arbitrary<Operand> = fc
  .oneof({ arbitrary: fc.constant(null), weight: 9 }, { arbitrary: anyValue, weight: 1 })
  .map((value) => ({ kind: "literal", value }));

function operand(index: number): fc.Arbitrary<Operand> {
  if (index === 0) return literal;
  // Near steps more often, so that chains grow long.
  const step = fc.oneof(
    fc.nat({ max: index - 1 }),
    fc.nat({ max: Math.min(2, index - 1) }).map((back) => index - 1 - back),
  );
  const reference = step.map<Operand>((each) => ({ kind: "step", step: asStepIndex(each) }));
  return fc.oneof({ arbitrary: literal, weight: 1 }, { arbitrary: reference, weight: 3 });
}

function argument(index: number): fc.Arbitrary<Argument> {
  const either = fc.tuple(operand(index), operand(index)).map<Argument>(([first, or]) => {
    return first.kind === "step" ? { kind: "either", step: first.step, or } : first;
  });
  return fc.oneof({ arbitrary: operand(index), weight: 3 }, { arbitrary: either, weight: 1 });
}

function step(index: number): fc.Arbitrary<Step> {
  const common = { args: fc.array(argument(index), { maxLength: 3 }), budget: fc.nat({ max: 50_000 }).map(asBudget) };
  const expectation = { expect: anyValue };
  const method = fc.constantFrom(...methods);
  const budget = fc.oneof(
    { arbitrary: fc.integer({ min: 32 * limits.placeCost, max: 2_000_000 }), weight: 99 },
    { arbitrary: fc.nat({ max: limits.placeCost }), weight: 1 },
  );
  const at = fc.constantFrom(...contracts);
  const call = { ...common, kind: fc.constant("call" as const), at, method, budget: budget.map(asBudget) };
  const pure = { ...common, kind: fc.constant("pure" as const), pure: method };
  const usual = (weight: number, arbitrary: fc.Arbitrary<Step>) => ({ arbitrary, weight });
  return fc.oneof(
    usual(6, fc.record({ ...call, footprint: anyFootprint })),
    usual(1, fc.record({ ...call, footprint: anyFootprint, ...expectation })),
    usual(3, fc.record(pure)),
    usual(1, fc.record({ ...pure, ...expectation })),
  );
}

/** Groups from lengths of runs, alternately outside and inside of one. */
function groupsFrom(runs: readonly number[], steps: number): Group[] {
  const groups: Group[] = [];
  let first = 0;
  for (const [place, run] of runs.entries()) {
    const count = Math.min(run, steps - first);
    if (place % 2 === 1 && count > 0) groups.push({ first: asStepIndex(first), count });
    first += count;
  }
  return groups;
}

export const anyProgram: fc.Arbitrary<Program> = fc.integer({ min: 1, max: 14 }).chain((count) =>
  fc.record({
    steps: fc.tuple(...Array.from({ length: count }, (_, index) => step(index))),
    groups: fc.array(fc.nat({ max: 4 }), { maxLength: 6 }).map((runs) => groupsFrom(runs, count)),
  }),
);
