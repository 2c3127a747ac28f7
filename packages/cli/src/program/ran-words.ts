// What a node says of the steps and settles of a program that ran, in words.

import { decodeValue, fromHex, type Program } from "@tandem/shared";
import type { RanNode } from "../api-client.ts";
import { calledWords, type Names, valueWords } from "./words.ts";

/** `~` stands before what counts only if its whole group holds. */
export function ranWords(node: RanNode, { steps, groups }: Program, names: Names): string {
  const { kind, step } = node;
  const called = steps[step];
  if (kind === "settle") return `${settleName(step, groups)}: ${verdictWords(node)}`;
  const name = called?.kind === "call" ? ` ${calledWords(called)}` : "";
  return `#${step}${name} → ${cameWords(node, names)}`;
}

/** A settle is named by its group. */
export function settleName(step: number, groups: Program["groups"]): string {
  const group = groups.find(({ first, count }) => first + count - 1 === step);
  return `settle #${group?.first}-#${step}`;
}

/** Of a step its outcome, of a settle the group's end. */
export function cameWords(node: RanNode, names: Names): string {
  if (node.kind === "settle") return verdictWords(node);
  return `${node.isTentative ? "~ " : ""}${outcomeWords(node, names)}`;
}

function verdictWords({ outcome, cause }: RanNode): string {
  return outcome === "held" ? "the group holds" : `the group fails with #${cause}`;
}

function outcomeWords({ outcome, value, cause, step, refusal }: RanNode, names: Names): string {
  if (outcome !== "value") {
    const why = cause === undefined || cause === step ? outcome : `${outcome}, step ${cause}`;
    return `Nothing{${why}}${refusal === undefined ? "" : ` (${refusal.replace(/\.$/, "")})`}`;
  }
  const bytes = typeof value === "string" ? fromHex(value) : undefined;
  const decoded = bytes === undefined ? undefined : decodeValue(bytes);
  return decoded?.ok ? valueWords(names, decoded.value) : "a long value";
}
