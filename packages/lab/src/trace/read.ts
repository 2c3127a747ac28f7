// A trace of a real chain: for each transaction of some blocks the contracts that it wrote to, and the storage slots of
// each. One block for each line, as JSON. What reading, gas and calls would tell is not in it.

import { type Failure, failure, type Result, success } from "@tandem/shared";

export interface TraceBlock {
  readonly number: number;
  readonly transactions: readonly TraceTransaction[];
}

/** In the order of the trace, which is that of addresses: it does not say who called whom. */
export interface TraceTransaction {
  readonly writes: readonly TraceWrites[];
}

export interface TraceWrites {
  /** Hexadecimal, without `0x`. */
  readonly contract: string;
  /** Sorted and unique, 32 bytes each. */
  readonly slots: readonly Uint8Array[];
}

export type TraceFailure = Failure<"bad-trace">;

export function readTrace(text: string): Result<readonly TraceBlock[], TraceFailure> {
  const blocks: TraceBlock[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line === "") continue;
    const block = readBlock(line);
    if (block === undefined) return failure("bad-trace", `line ${index + 1}`, "this is no block of a trace");
    blocks.push(block);
  }
  return success(blocks);
}

function readBlock(line: string): TraceBlock | undefined {
  const parsed = parsedJson(line);
  if (!isRecord(parsed)) return undefined;
  const { block, txs } = parsed;
  if (typeof block !== "number" || !Array.isArray(txs)) return undefined;
  const transactions = txs.map(readTransaction);
  const isWhole = transactions.every((each) => each !== undefined);
  return isWhole ? { number: block, transactions } : undefined;
}

function readTransaction(transaction: unknown): TraceTransaction | undefined {
  if (!isRecord(transaction) || !isRecord(transaction["storage"])) return undefined;
  const writes: TraceWrites[] = [];
  for (const [address, slots] of Object.entries(transaction["storage"])) {
    if (!/^0x[0-9a-f]{40}$/.test(address) || !Array.isArray(slots) || !slots.every(isSlot)) return undefined;
    const unique = [...new Set(slots)].sort();
    writes.push({ contract: address.slice(2), slots: unique.map((slot) => Buffer.from(slot.slice(2), "hex")) });
  }
  return { writes };
}

function isSlot(slot: unknown): slot is string {
  return typeof slot === "string" && /^0x[0-9a-f]{64}$/.test(slot);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parsedJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
