// What the steps of one program yielded, as each place of the program sees it (P3, P5, P11, P12).
//
// - Inside its group, or outside all groups, an outcome is seen as it was made: tentative outcomes inside a group.
// - From outside its group it is settled: if a step of the group has a tentative `Nothing`, every one of its steps is
//   `Nothing{group}`, naming the first such step.
// - A pure step is computed by whoever needs it, once for each shard, from its arguments as its own place sees them.
//
// Outcomes of calls are made here or come from elsewhere; whoever asks has waited for them (R3).

import {
  type Argument,
  assert,
  costs,
  type Delivered,
  decodeValue,
  type EncodedOutcome,
  encodeValue,
  equalBytes,
  type Group,
  type NothingReason,
  type Origin,
  type PureFunction,
  type PureStep,
  type StepIndex,
  tryEncodeValue,
  type Use,
  type Value,
} from "@tandem/shared";
import type { OrderedProgram } from "../ordered.ts";
import { StepMeter } from "./meter.ts";
import type { PureFunctions } from "./rules.ts";

/** An outcome as it crosses from step to step: canonical bytes, or why there is nothing. */
export type Seen =
  | ({ readonly kind: "value" } & Given)
  | { readonly kind: "nothing"; readonly why: NothingReason; readonly step: StepIndex };

export interface Given {
  readonly bytes: Uint8Array;
  readonly origin: Origin;
}

export type Arguments =
  | { readonly kind: "given"; readonly args: readonly Given[]; readonly bytes: number }
  | { readonly kind: "nothing"; readonly step: StepIndex };

export class Outcomes {
  readonly #ordered: OrderedProgram;
  readonly #functions: PureFunctions;
  readonly #made = new Map<StepIndex, EncodedOutcome>();
  /** Of calls and pure steps, as their own groups see them. */
  readonly #seen = new Map<StepIndex, Seen>();

  constructor(ordered: OrderedProgram, functions: PureFunctions) {
    this.#ordered = ordered;
    this.#functions = functions;
  }

  /** A call's outcome, made here or elsewhere. */
  learn(step: StepIndex, outcome: EncodedOutcome): void {
    this.#made.set(step, outcome);
    this.#seen.delete(step);
  }

  knows(step: StepIndex): boolean {
    return this.#made.has(step);
  }

  of(step: StepIndex): EncodedOutcome {
    const outcome = this.#made.get(step);
    assert(outcome !== undefined, `step ${step} has no outcome yet`);
    return outcome;
  }

  /** P5: the first step of a group whose tentative outcome is `Nothing`. */
  firstFailed({ first, count }: Group): StepIndex | undefined {
    for (let step = first; step < first + count; step++) {
      if (this.#tentative(step as StepIndex).kind === "nothing") return step as StepIndex;
    }
    return undefined;
  }

  /** P3: what a step is given, or the first cause of why it is given nothing. */
  argumentsOf(step: StepIndex): Arguments {
    const args: Given[] = [];
    let bytes = 0;
    for (const argument of this.#ordered.program.steps[step]?.args ?? []) {
      const seen = this.#deliver(argument, step);
      if (seen.kind === "nothing") return { kind: "nothing", step: seen.step };
      bytes += seen.bytes.length;
      args.push(seen);
    }
    return { kind: "given", args, bytes };
  }

  #deliver(argument: Argument, user: StepIndex): Seen {
    if (argument.kind === "literal") return literal(argument.value);
    const seen = this.#seenFrom(argument.step, user);
    if (argument.kind === "step" || seen.kind === "value") return seen;
    return argument.or.kind === "literal" ? literal(argument.or.value) : this.#seenFrom(argument.or.step, user);
  }

  #seenFrom(step: StepIndex, user: StepIndex): Seen {
    const { groupOf } = this.#ordered.analysis;
    const group = groupOf[step];
    if (group !== undefined && group !== groupOf[user]) {
      const failed = this.firstFailed(this.#ordered.program.groups[group] as Group);
      if (failed !== undefined) return { kind: "nothing", why: "group", step: failed };
    }
    return this.#tentative(step);
  }

  /** As the steps of its own group see it. */
  #tentative(step: StepIndex): Seen {
    let seen = this.#seen.get(step);
    if (seen === undefined) {
      const found = this.#ordered.program.steps[step];
      seen = found?.kind === "pure" ? this.#runPure(found, step) : this.#called(step);
      this.#seen.set(step, seen);
    }
    return seen;
  }

  #called(step: StepIndex): Seen {
    const outcome = this.of(step);
    if (outcome.kind === "nothing") return { kind: "nothing", ...outcome.value };
    return { kind: "value", bytes: outcome.value.bytes, origin: this.#originOf(step, outcome.value.environment) };
  }

  #originOf(step: StepIndex, environment: Extract<Origin, { kind: "contract" }>["environment"]): Origin {
    const { program, analysis } = this.#ordered;
    const call = program.steps[step];
    assert(call?.kind === "call", "a contract's outcome is a call's");
    const uses = analysis.uses[step] as readonly Use[];
    const grouped = analysis.groupOf[step] !== undefined && uses.every((use) => use.grouped);
    return { kind: "contract", contract: call.at, environment, method: call.method, step, uses: uses.length, grouped };
  }

  #runPure(pure: PureStep, step: StepIndex): Seen {
    const given = this.argumentsOf(step);
    if (given.kind === "nothing") return { kind: "nothing", why: "input", step: given.step };
    const result = runFunction(pure, given, this.#functions.get(pure.pure));
    if (typeof result === "string") return { kind: "nothing", why: result, step };
    if (!isExpected(pure.expect, result)) return { kind: "nothing", why: "expected", step };
    return { kind: "value", bytes: result, origin: { kind: "pure" } };
  }
}

/** P12: the outcome's bytes, or why there is none. */
function runFunction(
  { budget }: PureStep,
  { args, bytes }: Extract<Arguments, { kind: "given" }>,
  called: PureFunction | undefined,
): Uint8Array | NothingReason {
  const base = costs.pure + costs.byte * bytes;
  if (base > budget) return "budget";
  if (called === undefined) return "reverted";
  const values = deliver(args).map(({ value }) => value);
  const meter = new StepMeter(budget);
  try {
    meter.charge(base);
    const reply = called.run(values, meter);
    meter.check();
    if (!reply.ok) return "reverted";
    const encoded = tryEncodeValue(reply.value);
    if (!encoded.ok) return "trapped";
    meter.charge(costs.byte * encoded.value.length);
    return encoded.value;
  } catch {
    // P3: whatever a function throws has no effect but this.
    return meter.fault?.why ?? "trapped";
  }
}

/** P4. */
export function isExpected(expected: Value | undefined, bytes: Uint8Array): boolean {
  return expected === undefined || equalBytes(encodeValue(expected), bytes);
}

/** Decodes what a step is given, for it alone. That is work in itself, so the bytes are paid for before (P7). */
export function deliver(args: readonly Given[]): readonly Delivered[] {
  return args.map(({ bytes, origin }) => ({ value: decodedValue(bytes), origin }));
}

function literal(value: Value): Seen {
  return { kind: "value", bytes: encodeValue(value), origin: { kind: "literal" } };
}

function decodedValue(bytes: Uint8Array): Value {
  const decoded = decodeValue(bytes);
  assert(decoded.ok, "outcomes are canonical values");
  return decoded.value;
}
