// P11: money is neither made nor lost. What all accounts and open deals hold at the end is what they held at first, and
// what was minted, less what was burned: whatever failed, was refused, or was given up halfway.

import { decodeValue, toHex, utf8, type Value } from "@tandem/shared";
import type { SerialContract, SerialProgram } from "../oracle/serial.ts";

const balances = toHex(utf8("balance/"));
const deals = toHex(utf8("deal/"));

/** What is wrong, or nothing. The contracts at the end are those that the shards' roots stand for. */
export function conserved(
  before: ReadonlyMap<string, SerialContract>,
  after: ReadonlyMap<string, SerialContract>,
  programs: Iterable<SerialProgram>,
): string | undefined {
  let expected = heldBy(before);
  for (const program of programs) expected += madeBy(program);
  const held = heldBy(after);
  return held === expected ? undefined : `accounts hold ${held}, where ${expected} is all there is`;
}

function heldBy(contracts: ReadonlyMap<string, SerialContract>): bigint {
  let sum = 0n;
  for (const { life, state } of contracts.values()) {
    if (life.environment !== "token" && life.environment !== "escrow") continue;
    for (const [key, bytes] of state) {
      if (key.startsWith(balances)) sum += integer(decoded(bytes));
      if (key.startsWith(deals)) sum += integer(amountOf(decoded(bytes)));
    }
  }
  return sum;
}

/** Settled: what failed with its group made nothing. */
function madeBy({ line, steps, failed }: SerialProgram): bigint {
  let sum = 0n;
  for (const [index, { outcome }] of steps.entries()) {
    const step = line.program.steps[index];
    const group = line.groupOf[index];
    if (step?.kind !== "call" || outcome.kind !== "value" || outcome.environment !== "token") continue;
    if (group !== undefined && failed[group] !== undefined) continue;
    if (step.method === "mint" || step.method === "create") sum += integer(decoded(outcome.bytes));
    if (step.method === "burn") sum -= integer(decoded(outcome.bytes));
  }
  return sum;
}

function decoded(bytes: Uint8Array): Value {
  const value = decodeValue(bytes);
  return value.ok ? value.value : null;
}

function amountOf(deal: Value): Value {
  return deal instanceof Map ? (deal.get("amount") ?? null) : null;
}

function integer(value: Value): bigint {
  return typeof value === "bigint" ? value : 0n;
}
