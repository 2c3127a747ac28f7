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
    if (typeof block === "string") return failure("bad-trace", `line ${index + 1}`, block);
    blocks.push(block);
  }
  return blocks.length > 0 ? success(blocks) : failure("bad-trace", "", "there is no block in it");
}

/** The block, or why it is none. */
function readBlock(line: string): TraceBlock | string {
  const parsed = parsedJson(line);
  if (!isRecord(parsed)) return "this is no object in JSON";
  const { block, txs } = parsed;
  if (typeof block !== "number") return '"block" is no number';
  if (!Array.isArray(txs)) return '"txs" is no list';
  const transactions: TraceTransaction[] = [];
  for (const [index, each] of txs.entries()) {
    const read = readTransaction(each);
    if (typeof read === "string") return `txs[${index}]: ${read}`;
    transactions.push(read);
  }
  return { number: block, transactions };
}

function readTransaction(transaction: unknown): TraceTransaction | string {
  const storage = isRecord(transaction) ? transaction["storage"] : undefined;
  if (!isRecord(storage)) return '"storage" is no object';
  const writes: TraceWrites[] = [];
  for (const [address, slots] of Object.entries(storage)) {
    if (!/^0x[0-9a-f]{40}$/.test(address)) return `${shown(address)} is no contract (0x and 40 digits, a to f small)`;
    if (!Array.isArray(slots)) return `the slots of ${address} are no list`;
    const wrong: unknown = slots.find((slot) => !isSlot(slot));
    if (wrong !== undefined) return `${shown(wrong)} is no slot (0x and 64 digits, a to f small)`;
    const unique = [...new Set(slots)].sort();
    writes.push({ contract: address.slice(2), slots: unique.map((slot) => Buffer.from(slot.slice(2), "hex")) });
  }
  return { writes };
}

function isSlot(slot: unknown): slot is string {
  return typeof slot === "string" && /^0x[0-9a-f]{64}$/.test(slot);
}

const shownMax = 80;

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > shownMax ? `${text.slice(0, shownMax)}…` : text;
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
