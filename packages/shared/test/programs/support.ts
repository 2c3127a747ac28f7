// Programs as short as they can be written, for tests that read as examples.

import { utf8 } from "../../src/bytes.ts";
import { asBudget, asContractName, asMethodName, asShardName, asStepIndex } from "../../src/numbers.ts";
import type { Allowance, Argument, Footprint, Group, Operand, Program, Step } from "../../src/programs/program.ts";
import { encodeValue } from "../../src/values/encode.ts";
import type { Value } from "../../src/values/value.ts";

export const from = (step: number): Operand => ({ kind: "step", step: asStepIndex(step) });
export const literal = (value: Value): Operand => ({ kind: "literal", value });
export const either = (step: number, or: Operand): Argument => ({ kind: "either", step: asStepIndex(step), or });
export const group = (first: number, count: number): Group => ({ first: asStepIndex(first), count });

export const whole: Footprint = { kind: "whole" };
export const reads = (...keys: string[]): Footprint => ({ kind: "keys", reads: keys.map(utf8), writes: [] });
export const writes = (...keys: string[]): Footprint => ({ kind: "keys", reads: [], writes: keys.map(utf8) });

/** What a call here may spend. */
const callBudget = 1_000_000;

/** `token/alice` calls the method `put` unless another is named after a dot: `token/alice.withdraw`. */
export function call(target: string, footprint: Footprint = reads(), ...args: Argument[]): Step {
  const [at, method = "put"] = target.split(".") as [string, string?];
  const budget = asBudget(callBudget);
  return { kind: "call", at: asContractName(at), method: asMethodName(method), footprint, args, budget };
}

export function pure(name: string, ...args: Argument[]): Step {
  return { kind: "pure", pure: asMethodName(name), args, budget: asBudget(10) };
}

export function program(steps: readonly Step[], groups: readonly Group[] = []): Program {
  return { steps, groups };
}

export function allow(shards: readonly string[], budget: number): Allowance {
  return { touches: shards.map(asShardName), budget: asBudget(budget) };
}

type Plain = string | number | boolean | Value | undefined | readonly Plain[] | { readonly [key: string]: Plain };

/** Canonical CBOR of anything shaped like a program or nearly so: objects are maps, undefined is left out. */
export function payloadOf(plain: Plain): Uint8Array {
  return encodeValue(toValue(plain));
}

function toValue(plain: Plain): Value {
  if (typeof plain === "number") return BigInt(plain);
  if (Array.isArray(plain)) return plain.map(toValue);
  if (typeof plain !== "object" || plain === null || plain instanceof Uint8Array) return plain as Value;
  const present = Object.entries(plain).filter(([, each]) => each !== undefined);
  return new Map(present.map(([key, each]) => [key, toValue(each as Plain)]));
}
