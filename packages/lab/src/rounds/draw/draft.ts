// A program while it is drawn: steps, groups over the last of them, and arguments that name what came before.

import { footprintOf, wholeFootprint } from "@tandem/environments";
import {
  type Argument,
  analyzeProgram,
  asBudget,
  asContractName,
  asMethodName,
  asStepIndex,
  type Footprint,
  type Group,
  leastBudgetOf,
  type Operand,
  type Program,
  type Step,
  utf8,
  type Value,
} from "@tandem/shared";
import type { Random } from "@tandem/simulator";

export const literal = (value: Value): Operand => ({ kind: "literal", value });
export const outcomeOf = (step: number): Operand => ({ kind: "step", step: asStepIndex(step) });
export const either = (step: number, or: Operand): Argument => ({ kind: "either", step: asStepIndex(step), or });

export function keys(reads: readonly string[], writes: readonly string[] = []): Footprint {
  return footprintOf({ reads: reads.map(utf8), writes: writes.map(utf8) });
}

export const whole = wholeFootprint;

export class Draft {
  readonly random: Random;
  readonly payer: number;
  readonly height: number;
  readonly steps: Step[] = [];
  readonly groups: Group[] = [];

  constructor(random: Random, payer: number, height: number) {
    this.random = random;
    this.payer = payer;
    this.height = height;
  }

  /** The first step that is in no group yet, and after all that are. */
  get free(): number {
    const last = this.groups.at(-1);
    return last === undefined ? 0 : last.first + last.count;
  }

  call(at: string, method: string, args: readonly Argument[], footprint: Footprint, expect?: Value): number {
    const named = { at: asContractName(at), method: asMethodName(method), ...this.#expecting(args, expect) };
    return this.steps.push({ kind: "call", ...named, args, footprint, budget: asBudget(0) }) - 1;
  }

  pure(name: string, args: readonly Argument[]): number {
    const given = args.find(({ kind }) => kind === "literal");
    const expect = given?.kind === "literal" && this.random.below(3) === 0 ? given.value : undefined;
    const named = { pure: asMethodName(name), ...this.#expecting(args, expect) };
    return this.steps.push({ kind: "pure", ...named, args, budget: asBudget(0) }) - 1;
  }

  /** P4: what the caller knows that it will be, what somebody else thinks, or nothing. */
  #expecting(args: readonly Argument[], expect: Value | undefined): { readonly expect?: Value } {
    if (expect !== undefined) return this.random.below(3) === 0 ? { expect } : {};
    if (this.random.below(25) > 0) return {};
    const given = args.find(({ kind }) => kind === "literal");
    return { expect: given?.kind === "literal" ? given.value : null };
  }

  /** A literal, or the outcome of an earlier step, with or without an alternative. */
  argument(value: Value): Argument {
    const { random, steps } = this;
    if (steps.length === 0 || random.below(2) === 0) return literal(value);
    const step = random.below(3) === 0 ? random.below(steps.length) : steps.length - 1;
    const kind = random.below(8);
    if (kind < 4) return outcomeOf(step);
    return either(step, kind < 6 ? literal(value) : outcomeOf(random.below(steps.length)));
  }

  /** The steps from `first` on are a group; seldom if none of them may write, for then the program is void. */
  group(first: number): void {
    if (first < this.free || first >= this.steps.length) return;
    if (!this.steps.slice(first).some(mayWrite) && this.random.below(30) > 0) return;
    this.groups.push({ first: asStepIndex(first), count: this.steps.length - first });
  }

  /** With budgets: most are plenty, some run out somewhere. */
  finish(): Program {
    const { takers } = analyzeProgram(this);
    const steps = this.steps.map((step, index): Step => {
      const least = step.kind === "pure" ? 0 : leastBudgetOf(step, takers[index] as number);
      return { ...step, budget: asBudget(least + this.#budgetOf(step, least)) };
    });
    return { steps, groups: this.groups };
  }

  #budgetOf(step: Step, least: number): number {
    const { random } = this;
    if (step.kind === "call" && step.method === "many") return 3_000_000;
    if (random.below(12) > 0) return step.kind === "pure" ? 50_000 : 400_000 + 2 * least;
    if (random.below(40) === 0) return -Math.min(least, 1);
    return random.below(step.kind === "pure" ? 3000 : 60_000);
  }
}

function mayWrite(step: Step): boolean {
  return step.kind === "call" && (step.footprint.kind === "whole" || step.footprint.writes.length > 0);
}
