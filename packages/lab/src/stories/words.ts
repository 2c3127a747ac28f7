// Short words in which stories say their programs.

import {
  type Argument,
  asBudget,
  asContractName,
  asMethodName,
  asStepIndex,
  type Budget,
  type CallStep,
  type Footprint,
  type Operand,
  type Program,
  type PureStep,
  type Step,
  sha256,
  utf8,
  type Value,
} from "@tandem/shared";
import type { Person } from "./story.ts";

export const ada: Person = person("ada");
export const bo: Person = person("bo");
/** Who runs the trains, and who the hotels. */
export const rails: Person = person("rails");
export const inn: Person = person("inn");

/** Everybody in the stories, so that keys can be shown as names. */
export const people: readonly Person[] = [ada, bo, rails, inn];

/** Execution asks for no signature, so any 32 bytes are a key. */
function person(name: string): Person {
  return { name, key: sha256(utf8(name)) };
}

/** More than any step of a story needs. */
const plenty: Budget = asBudget(200_000);

/** The outcome of an earlier step of the program. */
export const outcome = (step: number): Operand => ({ kind: "step", step: asStepIndex(step) });

/** That, or a value where it is `Nothing` (P3). */
export const outcomeOr = (step: number, value: Value): Argument => ({
  kind: "either",
  step: asStepIndex(step),
  or: { kind: "literal", value },
});

/** A value stands for itself, anything else is an argument. */
type Given = Value | Argument;

export function call(at: string, method: string, footprint: Footprint, ...args: readonly Given[]): CallStep {
  const named = { at: asContractName(at), method: asMethodName(method) };
  return { kind: "call", ...named, footprint, args: args.map(argumentOf), budget: plenty };
}

export function pure(name: string, ...args: readonly Given[]): PureStep {
  return { kind: "pure", pure: asMethodName(name), args: args.map(argumentOf), budget: plenty };
}

/** P4: only with this value. */
export function expecting(value: Value, step: Step): Step {
  return { ...step, expect: value };
}

/** Steps one by one. */
export function steps(...all: readonly Step[]): Program {
  return { steps: all, groups: [] };
}

/** All or nothing (P5). */
export function group(...all: readonly Step[]): Program {
  return { steps: all, groups: [{ first: asStepIndex(0), count: all.length }] };
}

function argumentOf(given: Given): Argument {
  return isArgument(given) ? given : { kind: "literal", value: given };
}

function isArgument(given: Given): given is Argument {
  return typeof given === "object" && given !== null && "kind" in given;
}
