// Programs over contracts in memory, one step after the other: what an executor does when nothing waits. It is simple
// on purpose, so that tests of environments can say programs and see outcomes, origins and uses included (P3-P5, P11).

import {
  type Analysis,
  type Argument,
  analyzeProgram,
  asBudget,
  asContractName,
  asMethodName,
  asStepIndex,
  type CallStep,
  type Delivered,
  equalValues,
  type Footprint,
  type Operand,
  type Origin,
  type Program,
  type Step,
  type StepIndex,
  type Value,
} from "@tandem/shared";
import type { MemoryContract, MemoryOutcome } from "../../src/compliance/index.ts";
import { pureFunctions } from "../../src/index.ts";

/** A value to give as it is, or the outcome of an earlier step. */
export const of = (value: Value): Argument => ({ kind: "literal", value });
export const from = (step: number): Argument => ({ kind: "step", step: asStepIndex(step) });
export const either = (step: number, or: Operand): Argument => ({ kind: "either", step: asStepIndex(step), or });

export function call(at: string, method: string, footprint: Footprint, ...args: readonly Argument[]): CallStep {
  const name = { at: asContractName(at), method: asMethodName(method) };
  return { kind: "call", ...name, args, footprint, budget: asBudget(1_000_000) };
}

export function pure(name: string, ...args: readonly Argument[]): Step {
  return { kind: "pure", pure: asMethodName(name), args, budget: asBudget(1_000_000) };
}

/** All steps in one group. */
export function group(...steps: readonly Step[]): Program {
  return { steps, groups: [{ first: asStepIndex(0), count: steps.length }] };
}

export function ungrouped(...steps: readonly Step[]): Program {
  return { steps, groups: [] };
}

interface Made {
  readonly outcome: MemoryOutcome;
  readonly origin: Origin;
}

/** What one program is run with. */
interface Run {
  readonly program: Program;
  readonly analysis: Analysis;
  readonly payer: Uint8Array;
  readonly height: number;
  readonly made: Made[];
}

export class Serial {
  readonly contracts = new Map<string, MemoryContract>();

  add(contract: MemoryContract): void {
    this.contracts.set(contract.name, contract);
  }

  /** The outcome of each step, settled. */
  run(program: Program, payer: Uint8Array, height = 1): MemoryOutcome[] {
    const run: Run = { program, analysis: analyzeProgram(program), payer, height, made: [] };
    let before: MemoryContract[] = [];
    for (const [index, step] of program.steps.entries()) {
      const group = program.groups.find(({ first }) => first === index);
      if (group !== undefined) before = [...this.contracts.values()].map((contract) => contract.copy());
      run.made.push(this.step(run, index as StepIndex, step));
      const ending = program.groups.find(({ first, count }) => first + count - 1 === index);
      if (ending !== undefined) this.settle(run.made, ending.first, before);
    }
    return run.made.map(({ outcome }) => outcome);
  }

  /** P5. */
  private settle(made: Made[], first: number, before: readonly MemoryContract[]): void {
    const failed = made.findIndex(({ outcome }, index) => index >= first && outcome.kind === "nothing");
    if (failed < 0) return;
    for (const contract of before) this.add(contract);
    for (let index = first; index < made.length; index++) {
      const each = made[index] as Made;
      const message = each.outcome.kind === "nothing" ? each.outcome.message : `step ${failed} failed`;
      const code = each.outcome.kind === "nothing" && each.outcome.code !== undefined ? each.outcome.code : "group";
      made[index] = { ...each, outcome: { kind: "nothing", why: "group", code, message } };
    }
  }

  private step(run: Run, index: StepIndex, step: Step): Made {
    const args = step.args.map((argument) => deliver(run, argument));
    const ran = args.some((each) => each === undefined)
      ? ({ kind: "nothing", why: "input", message: "an argument is Nothing" } as const)
      : this.outcome(run, index, step, args as readonly Delivered[]);
    const isOther = ran.kind === "value" && step.expect !== undefined && !equalValues(ran.value, step.expect);
    const outcome: MemoryOutcome = isOther ? { kind: "nothing", why: "expected", message: "another value" } : ran;
    return { outcome, origin: originOf(run, index, step, this) };
  }

  private outcome(run: Run, index: StepIndex, step: Step, args: readonly Delivered[]): MemoryOutcome {
    if (step.kind === "pure") return runPure(step.pure, args);
    const contract = this.contracts.get(step.at);
    if (contract === undefined) return { kind: "nothing", why: "no-contract", message: step.at };
    // A call whose value is not expected has no effects (P4).
    const { method, footprint, expect } = step;
    const given = {
      ...{ method, footprint, args, payer: run.payer, height: run.height },
      uses: run.analysis.uses[index] ?? [],
      grouped: run.analysis.groupOf[index] !== undefined,
    };
    const trial = contract.copy().call(given);
    const takesEffect = trial.kind === "value" && (expect === undefined || equalValues(trial.value, expect));
    return takesEffect ? contract.call(given) : trial;
  }
}

function runPure(name: string, args: readonly Delivered[]): MemoryOutcome {
  const found = pureFunctions.find((each) => each.name === name);
  const values = args.map(({ value }) => value);
  const reply = found?.run(values, { charge: () => undefined });
  if (reply?.ok) return { kind: "value", value: reply.value };
  return { kind: "nothing", why: "reverted", message: reply?.error.message ?? "no such function" };
}

function deliver({ made }: Run, argument: Argument): Delivered | undefined {
  if (argument.kind === "literal") return { value: argument.value, origin: { kind: "literal" } };
  const { outcome, origin } = made[argument.step] as Made;
  if (outcome.kind === "value") return { value: outcome.value, origin };
  return argument.kind === "either" ? deliver({ made } as Run, argument.or) : undefined;
}

function originOf({ analysis }: Run, index: StepIndex, step: Step, { contracts }: Serial): Origin {
  if (step.kind === "pure") return { kind: "pure" };
  const uses = analysis.uses[index] ?? [];
  return {
    kind: "contract",
    contract: step.at,
    environment: contracts.get(step.at)?.environment.name ?? ("none" as never),
    method: step.method,
    step: index,
    uses: uses.length,
    grouped: analysis.groupOf[index] !== undefined && uses.every(({ grouped }) => grouped),
  };
}
