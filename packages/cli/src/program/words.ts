// Programs and what comes of them in words. Bytes that are somebody's key are shown as a name, where there is one.

import {
  type Argument,
  type CallStep,
  type Footprint,
  type Outcome,
  type Program,
  type Refusal,
  type Step,
  toHex,
  type Value,
} from "@tandem/shared";
import { wrap } from "../terminal.ts";
import { keyParts } from "./key-parts.ts";

/** Names by the hexadecimal of keys. */
export type Names = ReadonlyMap<string, string>;

/** Longer ones are cut. */
const shownBytesMax = 16;

export function valueWords(names: Names, value: Value): string {
  if (value instanceof Uint8Array) return bytesWords(names, value);
  if (value instanceof Map) {
    return `{${[...value].map(([name, each]) => `${name}: ${valueWords(names, each)}`).join(", ")}}`;
  }
  if (Array.isArray(value)) return `[${value.map((each) => valueWords(names, each)).join(", ")}]`;
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

function bytesWords(names: Names, bytes: Uint8Array): string {
  const hex = toHex(bytes);
  const name = names.get(hex);
  if (name !== undefined) return name;
  return bytes.length <= shownBytesMax ? `0x${hex}` : `0x${hex.slice(0, shownBytesMax)}…`;
}

/** A key of state; what is not text in it stands in angle brackets, for nothing but that parts it from the rest. */
export function keyWords(names: Names, key: Uint8Array): string {
  return keyParts(key)
    .map((part) => (typeof part === "string" ? part : `<${bytesWords(names, part)}>`))
    .join("");
}

/** A refusal is what an environment said when it ran here, and no part of the outcome. */
export function outcomeWords(names: Names, outcome: Outcome, refusal?: Refusal): string {
  if (outcome.kind === "value") return valueWords(names, outcome.value);
  const { why, step } = outcome;
  if (refusal !== undefined) return `Nothing{${why}: ${refusal.code}} (${refusal.message.replace(/\.$/, "")})`;
  return why === "input" || why === "group" ? `Nothing{${why}, step ${step}}` : `Nothing{${why}}`;
}

function footprintWords(names: Names, footprint: Footprint): string {
  if (footprint.kind === "whole") return "takes the whole contract";
  const listed = (word: string, keys: readonly Uint8Array[]) =>
    keys.length === 0 ? [] : [`${word} ${keys.map((key) => keyWords(names, key)).join(", ")}`];
  return [...listed("reads", footprint.reads), ...listed("writes", footprint.writes)].join("; ") || "reads nothing";
}

/** `#0` is the outcome of step 0. */
export function stepWords(names: Names, step: Step): string {
  const args = step.args.map((argument) => argumentWords(names, argument)).join(", ");
  const expected = step.expect === undefined ? "" : ` expects ${valueWords(names, step.expect)}`;
  return `${step.kind === "call" ? calledWords(step) : step.pure}(${args})${expected}`;
}

export function calledWords({ at, method }: Pick<CallStep, "at" | "method">): string {
  return `${at}.${method}`;
}

function argumentWords(names: Names, argument: Argument): string {
  if (argument.kind === "literal") return valueWords(names, argument.value);
  if (argument.kind === "step") return `#${argument.step}`;
  return `#${argument.step} or ${argumentWords(names, argument.or)}`;
}

/** Each step with what it touches below it; a bracket holds a group together. */
export function programLines(names: Names, { steps, groups }: Program, width: number): readonly string[] {
  return steps.flatMap((step, index) => {
    const group = groups.find(({ first, count }) => index >= first && index < first + count);
    const last = group === undefined ? undefined : group.first + group.count - 1;
    const before =
      group === undefined ? " " : index === group.first ? (index === last ? "[" : "┌") : index === last ? "└" : "│";
    const after = group === undefined || index === last ? " " : "│";
    const [first = "", ...more] = wrap(stepWords(names, step), width - 8);
    const touched = step.kind === "call" ? wrap(footprintWords(names, step.footprint), width - 8) : [];
    const number = String(index).padStart(2);
    return [
      `${before} ${number}  ${first}`,
      ...more.map((text) => `${after}       ${text}`),
      ...touched.map((text) => `${after}       ${text}`),
    ].map((line) => line.trimEnd());
  });
}
