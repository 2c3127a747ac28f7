// P1: whether a blob's payload is a program. It depends on the blob alone, never on state, so every shard
// agrees on it. What is void is ordered and paid for, and has no steps.

import { costs } from "../costs.ts";
import { limits } from "../limits.ts";
import { type ShardName, shardOf } from "../numbers.ts";
import { failure } from "../result.ts";
import { type Analysis, analyzeProgram } from "./analysis.ts";
import { decodeProgram } from "./decode.ts";
import type { Allowance, CallStep, Program, Step, VoidCode, VoidFailure } from "./program.ts";

export type Checked =
  | { readonly kind: "program"; readonly program: Program; readonly analysis: Analysis }
  | { readonly kind: "void"; readonly failure: VoidFailure };

/** Never throws. An envelope is an allowance. */
export function checkProgram(payload: Uint8Array, allowance: Allowance): Checked {
  const decoded = decodeProgram(payload);
  if (!decoded.ok) return { kind: "void", failure: decoded.error };
  const program = decoded.value;
  const wrong = idleGroup(program) ?? untouched(program, allowance) ?? overBudget(program, allowance);
  if (wrong !== undefined) return { kind: "void", failure: wrong };
  const analysis = analyzeProgram(program);
  const unfit = budgetTooSmall(program, analysis) ?? tooFar(analysis);
  return unfit === undefined ? { kind: "program", program, analysis } : { kind: "void", failure: unfit };
}

function problem(code: VoidCode, path: string, message: string): VoidFailure {
  return failure(code, path, message).error;
}

/** P5: a group without a settle would never have a verdict. */
function idleGroup({ steps, groups }: Program): VoidFailure | undefined {
  const mayWrite = (step: Step) =>
    step.kind === "call" && (step.footprint.kind === "whole" || step.footprint.writes.length > 0);
  const index = groups.findIndex(({ first, count }) => !steps.slice(first, first + count).some(mayWrite));
  if (index < 0) return undefined;
  return problem("idle-group", `groups[${index}]`, "no step of the group may write anything");
}

/**
 * P2: what a call costs whatever comes of it: the places of its outcome, one and one for each node that is given it
 * (`takers`), and the keys that its footprint names. So what a schedule holds, and what a round fetches and its claim
 * carries, is bounded by what programs paid (R4).
 */
export function leastBudgetOf({ footprint }: CallStep, takers: number): number {
  const keys = footprint.kind === "keys" ? footprint.reads.length + footprint.writes.length : 0;
  return costs.place * (1 + takers) + costs.key * keys;
}

function budgetTooSmall({ steps }: Program, { takers }: Analysis): VoidFailure | undefined {
  for (const [index, step] of steps.entries()) {
    if (step.kind === "pure") continue;
    const least = leastBudgetOf(step, takers[index] as number);
    if (step.budget >= least) continue;
    return problem("budget-too-small", `steps[${index}].budget`, `this call has a budget of ${least} or more`);
  }
  return undefined;
}

/** P2: contracts lie in shards that the envelope touches. */
function untouched({ steps }: Program, { touches }: Allowance): VoidFailure | undefined {
  const touched = new Set<ShardName>(touches);
  const index = steps.findIndex((step) => step.kind === "call" && !touched.has(shardOf(step.at)));
  if (index < 0) return undefined;
  return problem("untouched-shard", `steps[${index}].at`, "the envelope does not touch this contract's shard");
}

/** P2: the sum of budgets is within the envelope's. At most 64 · 16 · `budgetMax`, far below 2^53. */
function overBudget({ steps }: Program, { touches, budget }: Allowance): VoidFailure | undefined {
  // Every shard that needs a pure step's outcome computes it, so it counts for each shard touched.
  const costOf = (step: Step) => (step.kind === "pure" ? step.budget * touches.length : step.budget);
  const sum = steps.reduce((total, step) => total + costOf(step), 0);
  if (sum <= budget) return undefined;
  return problem("over-budget", "steps", `the steps' budgets are ${sum}, the envelope's is ${budget}`);
}

/** P2: bounds how long a program can hold what it touches. */
function tooFar({ nodes }: Analysis): VoidFailure | undefined {
  const node = nodes.find(({ hops }) => hops > limits.hopsMax);
  if (node === undefined) return undefined;
  const what = node.kind === "step" ? "step" : `settle in ${node.contract} after step`;
  return problem(
    "too-many-hops",
    `steps[${node.step}]`,
    `${what} ${node.step} is ${node.hops} hops away, more than ${limits.hopsMax}`,
  );
}
