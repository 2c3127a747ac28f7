// Runs of the attest chain as they are read from the store, for a follower who asks from a height on. An answer is bounded in
// blocks, in headers that lead on to a finalization, and in bytes; one block always comes.

import {
  type AttestHeader,
  type AttestItem,
  asHeight,
  attestHeaderCodec,
  type Certificate,
  type Height,
  isCount,
  limits,
  type Reading,
  StoreFault,
  summarizeClaim,
} from "@tandem/shared";
import { type AttestRecord, attestBlockKey, attestRecordCodec, readAttestFinal } from "../chain-records.ts";
import { type AttestRun, emptyAttestRun, type ItemSummary, itemsSummaryType } from "./run.ts";

/** Room is left for all headers and the certificate, and for one more block. */
const itemsBytesMax = limits.sliceRunBytesMax / 4;
/** Blocks that are read at once. */
const ahead = 32;

/** Blocks from a height on, at least one if it is final, with headers up to a finalization. */
export function* readAttestRun(from: number, count: number): Reading<AttestRun> {
  const final = yield* readAttestFinal();
  const isAsked = isCount(from) && isCount(count) && from > 0 && count > 0;
  if (final === undefined || !isAsked || from > final.height) return emptyAttestRun;
  const wanted = Math.min(count, limits.sliceRunBlocksMax, final.height - from + 1);
  return yield* readSealed(from, wanted, final.height);
}

/** On to the first finalization at or after the wanted blocks; or where that is too far, to the last one before. */
function* readSealed(from: number, wanted: number, last: Height): Reading<AttestRun> {
  const run = new Sealed(wanted);
  for (let at = from; at <= last && !run.isFull; ) {
    const heights = Array.from({ length: Math.min(ahead, last - at + 1) }, (_, i) => asHeight(at + i));
    const records = yield heights.map(attestBlockKey);
    for (const record of records) if (!run.isFull) run.add(recordOf(record));
    at += heights.length;
  }
  return run.sealed;
}

class Sealed {
  readonly #wanted: number;
  readonly #headers: AttestHeader[] = [];
  readonly #certificates: Certificate[] = [];
  readonly #items: (readonly ItemSummary[])[] = [];
  #bytes = 0;

  constructor(wanted: number) {
    this.#wanted = wanted;
  }

  get isFull(): boolean {
    const isSealed = this.#certificates.at(-1)?.kind === "finalization";
    const isEnough = this.#headers.length >= this.#wanted || this.#bytes > itemsBytesMax;
    return (isEnough && isSealed) || this.#headers.length >= limits.sliceRunHeadersMax;
  }

  add({ block, certificate }: AttestRecord): void {
    const isWanted = this.#items.length < this.#wanted && this.#bytes <= itemsBytesMax;
    this.#headers.push(block.header);
    this.#certificates.push(certificate);
    if (!isWanted) return;
    const items = block.body.items.map(summaryOf);
    this.#bytes += itemsSummaryType.sizeOf(items) + attestHeaderCodec.type.sizeOf(block.header);
    this.#items.push(items);
  }

  /** Up to the last header that has its own finalization. */
  get sealed(): AttestRun {
    const end = this.#certificates.findLastIndex(({ kind }) => kind === "finalization") + 1;
    const certificate = this.#certificates[end - 1];
    return { headers: this.#headers.slice(0, end), items: this.#items.slice(0, end), certificate };
  }
}

function summaryOf(item: AttestItem): ItemSummary {
  if (item.kind === "evidence") return item;
  const { claim, bitmap, signature } = item.value;
  return { kind: "attestation", value: { claim: summarizeClaim(claim), bitmap, signature } };
}

function recordOf(bytes: Uint8Array | undefined): AttestRecord {
  const record = bytes === undefined ? undefined : attestRecordCodec.decode(bytes);
  if (record?.ok !== true) throw new StoreFault("bad-record", "a final attest block is in the store");
  return record.value;
}
