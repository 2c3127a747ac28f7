// Short words for writing programs in tests.

import {
  type Argument,
  asBudget,
  asContractName,
  asMethodName,
  asStepIndex,
  type Budget,
  type CallStep,
  type Footprint,
  type Group,
  type Operand,
  type Program,
  type PureStep,
  type Step,
  utf8,
  type Value,
} from "@tandem/shared";

export const plenty: Budget = asBudget(1_000_000);

/** A number is the outcome of that step; anything else is an argument as it stands. */
type Given = number | Argument;

export const literal = (value: Value): Operand => ({ kind: "literal", value });
export const outcomeOf = (step: number): Operand => ({ kind: "step", step: asStepIndex(step) });
export const either = (step: number, or: Operand): Argument => ({ kind: "either", step: asStepIndex(step), or });

const argumentOf = (given: Given) => (typeof given === "number" ? outcomeOf(given) : given);

export const keys = (reads: readonly string[], writes: readonly string[] = []): Footprint => ({
  kind: "keys",
  reads: reads.toSorted().map(utf8),
  writes: writes.toSorted().map(utf8),
});
export const whole: Footprint = { kind: "whole" };

export interface CallOptions {
  readonly budget?: Budget;
  readonly expect?: Value;
}

export function call(
  at: string,
  method: string,
  args: readonly Given[],
  footprint: Footprint,
  { budget = plenty, ...rest }: CallOptions = {},
): CallStep {
  const named = { at: asContractName(at), method: asMethodName(method) };
  return { kind: "call", ...named, args: args.map(argumentOf), budget, footprint, ...rest };
}

export function pure(name: string, args: readonly Given[], { budget = plenty, ...rest }: CallOptions = {}): PureStep {
  return { kind: "pure", pure: asMethodName(name), args: args.map(argumentOf), budget, ...rest };
}

/** Groups are given as [first step, count]. */
export function program(steps: readonly Step[], groups: readonly (readonly [number, number])[] = []): Program {
  return { steps, groups: groups.map(([first, count]): Group => ({ first: asStepIndex(first), count })) };
}
