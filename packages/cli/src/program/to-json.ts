// Programs as JSON that people write, and that `from-json.ts` reads again:
//
//   program   {"steps": [step…], "groups": [[first, count]…]}          groups may be left out
//   step      {"at": "shard/name", "method": "…", "args": [argument…], "budget": 100000,
//              "reads": [key…], "writes": [key…]  or  "whole": true,  "expect": value}
//             {"pure": "…", "args": [argument…], "budget": 1000, "expect": value}
//             all but at, method, pure and budget may be left out
//   argument  a value; {"step": 0}, the outcome of that step; {"step": 0, "or": value or {"step": 1}}
//   value     null, true, false, text, a whole number, a list; {"integer": "-5"} for what JSON readers would round;
//             {"bytes": "00ff"}; {"map": {"name": value…}}
//   key       text, {"bytes": "…"}, or a list of these, which are joined

import {
  type Argument,
  type Footprint,
  type Operand,
  type Program,
  type Step,
  toHex,
  type Value,
} from "@tandem/shared";
import type { Json } from "../readable.ts";
import { keyParts } from "./key-parts.ts";

export function programToJson({ steps, groups }: Program): Json {
  const written = steps.map(stepToJson);
  return groups.length === 0
    ? { steps: written }
    : { steps: written, groups: groups.map(({ first, count }) => [first, count]) };
}

function stepToJson(step: Step): Json {
  const args = step.args.length === 0 ? {} : { args: step.args.map(argumentToJson) };
  const expect = step.expect === undefined ? {} : { expect: valueToJson(step.expect) };
  const { budget } = step;
  if (step.kind === "pure") return { pure: step.pure, ...args, budget, ...expect };
  const { at, method, footprint } = step;
  return { at, method, ...args, ...footprintToJson(footprint), budget, ...expect };
}

function footprintToJson(footprint: Footprint): Readonly<Record<string, Json>> {
  if (footprint.kind === "whole") return { whole: true };
  const { reads, writes } = footprint;
  return {
    ...(reads.length === 0 ? {} : { reads: reads.map(keyToJson) }),
    ...(writes.length === 0 ? {} : { writes: writes.map(keyToJson) }),
  };
}

function argumentToJson(argument: Argument): Json {
  if (argument.kind !== "either") return operandToJson(argument);
  return { step: argument.step, or: operandToJson(argument.or) };
}

function operandToJson(operand: Operand): Json {
  return operand.kind === "step" ? { step: operand.step } : valueToJson(operand.value);
}

export function valueToJson(value: Value): Json {
  if (value instanceof Uint8Array) return { bytes: toHex(value) };
  if (typeof value === "bigint") {
    return Number.isSafeInteger(Number(value)) ? Number(value) : { integer: String(value) };
  }
  if (value instanceof Map) {
    return { map: Object.fromEntries([...value].map(([name, each]) => [name, valueToJson(each)])) };
  }
  return Array.isArray(value) ? value.map(valueToJson) : (value as Json);
}

/** In parts, where it is not all text. */
export function keyToJson(key: Uint8Array): Json {
  const parts = keyParts(key).map((part) => (typeof part === "string" ? part : { bytes: toHex(part) }));
  return parts.length === 1 ? (parts[0] as Json) : parts;
}
