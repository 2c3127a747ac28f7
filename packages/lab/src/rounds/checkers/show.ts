// Outcomes in words.

import { decodeValue, type EncodedOutcome, formatValue, toHex } from "@tandem/shared";
import type { SerialOutcome } from "../oracle/serial.ts";

const shownMax = 160;

function showBytes(bytes: Uint8Array): string {
  const value = decodeValue(bytes);
  const text = value.ok ? formatValue(value.value) : "what is no value";
  return text.length > shownMax ? `${text.slice(0, shownMax)}… (${bytes.length} bytes)` : text;
}

export function showMade(outcome: SerialOutcome): string {
  if (outcome.kind === "nothing") return `Nothing{${outcome.why}, ${outcome.step}}`;
  return `${showBytes(outcome.bytes)}${outcome.environment === undefined ? "" : ` of ${outcome.environment}`}`;
}

export function showOutcome(outcome: EncodedOutcome): string {
  return showMade(
    outcome.kind === "nothing" ? { kind: "nothing", ...outcome.value } : { kind: "value", ...outcome.value },
  );
}

/** In full, for comparing. */
export function spell(outcome: SerialOutcome): string {
  if (outcome.kind === "nothing") return showMade(outcome);
  return `${toHex(outcome.bytes)} of ${outcome.environment}`;
}

export function spellOutcome(outcome: EncodedOutcome): string {
  return spell(
    outcome.kind === "nothing" ? { kind: "nothing", ...outcome.value } : { kind: "value", ...outcome.value },
  );
}
