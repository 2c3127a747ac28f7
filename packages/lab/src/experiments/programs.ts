// Programs of experiments, in few words: calls one after the other, each of which may use the outcome of the one before.

import { footprintOf } from "@tandem/environments";
import {
  analyzeProgram,
  asBudget,
  asContractName,
  asMethodName,
  asStepIndex,
  type CallStep,
  type Program,
  shardOf,
  utf8,
  type Value,
} from "@tandem/shared";

/** What a call of a few keys costs at most. */
const callBudget = 150_000;

export interface PlannedCall {
  /** A contract, with its shard. */
  readonly at: string;
  readonly method: string;
  /** Literals. */
  readonly args: readonly Value[];
  /** Of the state, what it writes and may read. */
  readonly keys: readonly string[];
  /** After its literals it is given the outcome of the call before it. */
  readonly isChained?: boolean;
  readonly budget?: number;
}

export function programOf(calls: readonly PlannedCall[], isGroup = false): Program {
  const steps = calls.map(({ at, method, args, keys, isChained = false, budget = callBudget }, step): CallStep => {
    const literals = args.map((value) => ({ kind: "literal" as const, value }));
    const before = isChained ? [{ kind: "step" as const, step: asStepIndex(step - 1) }] : [];
    return {
      kind: "call",
      at: asContractName(at),
      method: asMethodName(method),
      args: [...literals, ...before],
      footprint: footprintOf({ writes: keys.map(utf8) }),
      budget: asBudget(budget),
    };
  });
  return { steps, groups: isGroup ? [{ first: asStepIndex(0), count: steps.length }] : [] };
}

/** Nodes of the schedule: its steps, and settles of its groups. */
export function nodesOf(program: Program): number {
  return analyzeProgram(program).nodes.length;
}

export function shardsOf({ steps }: Program): string[] {
  return [...new Set(steps.flatMap((step) => (step.kind === "call" ? [shardOf(step.at)] : [])))];
}
