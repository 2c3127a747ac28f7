// One call of one contract: what it yields, and what it changes (P3, P4, P6, P7, P9, P10).
//
// The reasons for `Nothing` are looked at in one order, so that every executor names the same one:
//   input        an argument is `Nothing`, and nothing stands in for it
//   budget       the call's place and arguments cost more than its budget
//   reverted     `create` on a contract that lives
//   no-contract  anything else on a contract that ended or never was
//   reverted     a method that the environment does not have
//   footprint    the whole contract for a method that is not marked so; a creation without it
//   reverted     a creation without the right to it, or of no known environment
//   budget, footprint, trapped, reverted    what running it gives
//   expected     another value than the one that the step must yield

import {
  asEnvironmentName,
  type Call,
  type CallStep,
  type Creators,
  costs,
  createMethod,
  type Delivered,
  type EncodedOutcome,
  type EnvironmentName,
  type Existence,
  equalBytes,
  isName,
  leastBudgetOf,
  type Method,
  type NothingReason,
  type Refusal,
  type StepIndex,
  shardOf,
  tryEncodeValue,
  type Use,
} from "@tandem/shared";
import type { OrderedProgram } from "../ordered.ts";
import { CallHost } from "./host.ts";
import { StepMeter } from "./meter.ts";
import { deliver, isExpected, type Outcomes } from "./outcomes.ts";
import type { Rules } from "./rules.ts";
import { Changes, type StateView } from "./state.ts";

export type CallResult =
  | {
      readonly kind: "done";
      readonly outcome: EncodedOutcome;
      readonly changes: Changes;
      /** Why a call was `reverted` or `trapped`, for people: nothing that a claim says or depends on. */
      readonly refusal: Refusal | undefined;
    }
  /** The call read a key that was not fetched. It has no effect; it is repeated when the key is there. */
  | { readonly kind: "not-fetched"; readonly key: Uint8Array };

const noChanges = new Changes();

export function runCall(
  rules: Rules,
  ordered: OrderedProgram,
  step: StepIndex,
  outcomes: Outcomes,
  view: StateView,
): CallResult {
  const call = ordered.program.steps[step] as CallStep;
  const given = outcomes.argumentsOf(step);
  if (given.kind === "nothing") return nothing("input", given.step);
  const meter = new StepMeter(call.budget);
  const places = 1 + (ordered.analysis.takers[step] as number);
  const base = leastBudgetOf(call, places - 1) + costs.byte * given.bytes;
  if (base > call.budget) return nothing("budget", step);
  meter.charge(base);
  const found = findMethod(rules, ordered, call, deliver(given.args), view.existence);
  if ("why" in found) return nothing(found.why, step, found.refusal);
  const host = new CallHost(meter, call.footprint, view);
  const facts = callFacts(ordered, call, step, found.args);
  const result = runMethod(found.method, facts, host, meter, places);
  if (host.missing !== undefined) return { kind: "not-fetched", key: host.missing };
  if ("why" in result) return nothing(result.why, step, result.refusal);
  if (!isExpected(call.expect, result)) return nothing("expected", step);
  const { environment } = found;
  if (host.isEnded) host.changes.existence = { environment, status: "ended" };
  else if (view.existence === undefined) host.changes.existence = { environment, status: "live" };
  const outcome: EncodedOutcome = { kind: "value", value: { bytes: result, environment } };
  return { kind: "done", outcome, changes: host.changes, refusal: undefined };
}

function nothing(why: NothingReason, step: StepIndex, refusal?: Refusal): CallResult {
  return { kind: "done", outcome: { kind: "nothing", value: { why, step } }, changes: noChanges, refusal };
}

/** Why a call comes to nothing. */
interface Stop {
  readonly why: NothingReason;
  readonly refusal: Refusal | undefined;
}

function stop(why: NothingReason): Stop {
  return { why, refusal: undefined };
}

function revert(code: string, message: string): Stop {
  return { why: "reverted", refusal: { code, message } };
}

interface FoundMethod {
  readonly environment: EnvironmentName;
  readonly method: Method;
  readonly args: readonly Delivered[];
}

function findMethod(
  rules: Rules,
  ordered: OrderedProgram,
  call: CallStep,
  args: readonly Delivered[],
  existence: Existence | undefined,
): FoundMethod | Stop {
  const isCreation = call.method === createMethod;
  if (existence?.status === "live" && isCreation) return revert("exists", "the contract exists already");
  if (existence?.status === "ended" || (existence === undefined && !isCreation)) return stop("no-contract");
  if (existence === undefined) return findCreation(rules, ordered, call, args);
  const { environment } = existence;
  const method = rules.environments.get(environment)?.methods.get(call.method);
  if (method === undefined) return revert("no-method", `${environment} has no method ${call.method}`);
  if (call.footprint.kind === "whole" && !method.whole) return stop("footprint");
  return { environment, method, args };
}

/** P10: its first argument names the environment, and is not the environment's own. */
function findCreation(
  { environments, creatorsOf }: Rules,
  { payer }: OrderedProgram,
  call: CallStep,
  args: readonly Delivered[],
): FoundMethod | Stop {
  if (call.footprint.kind !== "whole") return stop("footprint");
  if (!mayCreate(creatorsOf(shardOf(call.at)), payer)) {
    return revert("no-creator", "this payer may not create contracts in the shard");
  }
  const [first, ...rest] = args;
  const named = typeof first?.value === "string" && isName(first.value) ? asEnvironmentName(first.value) : undefined;
  const method = named === undefined ? undefined : environments.get(named)?.methods.get(createMethod);
  if (named === undefined || method === undefined) {
    return revert("no-environment", "the first argument names no environment that there is");
  }
  return { environment: named, method, args: rest };
}

function mayCreate({ rule, keys }: Creators, payer: Uint8Array): boolean {
  if (rule !== "listed") return rule === "anyone";
  return keys.some((key) => equalBytes(key, payer));
}

function callFacts(
  { payer, height, timeMs, analysis }: OrderedProgram,
  { at, method }: CallStep,
  step: StepIndex,
  args: readonly Delivered[],
): Call {
  const uses = analysis.uses[step] as readonly Use[];
  const grouped = analysis.groupOf[step] !== undefined;
  return { contract: at, method, args, uses, grouped, payer: payer.slice(), height, timeMs };
}

/** The outcome's bytes, or why there is none. */
function runMethod(method: Method, call: Call, host: CallHost, meter: StepMeter, places: number): Uint8Array | Stop {
  try {
    const reply = method.run(call, host);
    meter.check();
    if (!reply.ok) return { why: "reverted", refusal: reply.error };
    const encoded = tryEncodeValue(reply.value);
    if (!encoded.ok) return trap(`it returned what is no value: ${encoded.error.message}`);
    meter.charge(costs.keptByte * places * encoded.value.length);
    return encoded.value;
  } catch (thrown) {
    // P3, P9: whatever an environment throws is a `Nothing` without effects.
    const { fault } = meter;
    if (fault?.why === "trapped") return trap(fault.message);
    return fault === undefined ? trap(`it threw: ${messageOf(thrown)}`) : stop(fault.why);
  }
}

function trap(message: string): Stop {
  return { why: "trapped", refusal: { code: "trapped", message } };
}

/** Of anything at all: nothing of it is called. */
function messageOf(thrown: unknown): string {
  return thrown instanceof Error && typeof thrown.message === "string" ? thrown.message : typeof thrown;
}
