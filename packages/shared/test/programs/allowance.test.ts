// What the least of envelopes allows is enough for its program, and anything less is not (P2).

import { expect, test } from "vitest";
import {
  asBudget,
  asContractName,
  asMethodName,
  asShardName,
  type Budget,
  checkProgram,
  encodeProgram,
  leastAllowance,
  limits,
  type Program,
  type Step,
} from "../../src/index.ts";

const call = (at: string, budget: number): Step => ({
  kind: "call",
  at: asContractName(at),
  method: asMethodName("add"),
  args: [],
  footprint: { kind: "whole" },
  budget: asBudget(budget),
});
const pure = (budget: number): Step => ({
  kind: "pure",
  pure: asMethodName("add"),
  args: [],
  budget: asBudget(budget),
});

const program: Program = {
  steps: [call("b/x", 20_000), pure(7), call("a/y", 30_000), call("b/z", 10_240)],
  groups: [],
};

test("each shard once, in order; a pure step counts for each", () => {
  expect(leastAllowance(program)).toEqual({ touches: ["a", "b"], budget: 20_000 + 2 * 7 + 30_000 + 10_240 });
});

test("what is touched besides counts, for pure steps too", () => {
  const { touches, budget } = leastAllowance(program, [asShardName("c")]);
  expect({ touches, budget }).toEqual({ touches: ["a", "b", "c"], budget: leastAllowance(program).budget + 7 });
});

test("it is enough, and nothing less is", () => {
  const payload = encodeProgram(program);
  const { touches, budget } = leastAllowance(program);
  expect(checkProgram(payload, { touches, budget }).kind).toBe("program");
  expect(checkProgram(payload, { touches, budget: (budget - 1) as Budget })).toMatchObject({
    failure: { code: "over-budget" },
  });
  expect(checkProgram(payload, { touches: touches.slice(1), budget })).toMatchObject({
    failure: { code: "untouched-shard" },
  });
});

test("what no envelope can allow is void", () => {
  const large: Program = { steps: [call("a/x", limits.budgetMax), call("a/x", limits.budgetMax)], groups: [] };
  expect(checkProgram(encodeProgram(large), leastAllowance(large))).toMatchObject({ failure: { code: "over-budget" } });
});
