// Frames of a queue as chunks to send. A chunk holds as many small frames as fit, or a piece of a large one: so votes of
// one moment leave together, and what a later vote waits for is at most a chunk.
//
// Service frames (hello, ping) go before the queue, but never into the middle of a frame.

import { type FrameKind, frameKinds, headerBytes, writeHeader } from "./framing.ts";
import { chunkBytesMax } from "./network-config.ts";
import type { SendQueue } from "./send-queue.ts";

/** Chunks so small do not ask for a turn: a vote leaves at once, however much the links send. */
const smallBytesMax = 16 * 1024;

interface Frame {
  readonly kind: FrameKind;
  readonly bytes: Uint8Array;
}

export class FrameWriter {
  readonly #queue: SendQueue;
  readonly #service: Frame[] = [];
  #current: Frame | undefined;
  /** Bytes of the current frame, its header included, that are in chunks already. */
  #written = 0;

  constructor(queue: SendQueue) {
    this.#queue = queue;
  }

  get isEmpty(): boolean {
    return this.#current === undefined && this.#service.length === 0 && this.#queue.isEmpty;
  }

  /** Whether the next chunk may be more than a few votes. */
  get isLarge(): boolean {
    return this.#pendingBytes() > smallBytesMax;
  }

  /** Whoever calls it bounds how many wait: a hello once, one ping and one pong at a time. */
  pushService(kind: FrameKind, bytes: Uint8Array): void {
    this.#service.push({ kind, bytes });
  }

  /** The next bytes to send; empty if there are none. Of a large frame it may be a view. */
  nextChunk(): Uint8Array {
    return this.#nextView() ?? this.#nextCopy();
  }

  /** A chunk that lies within one frame needs no copy. */
  #nextView(): Uint8Array | undefined {
    const from = this.#written - headerBytes;
    if (this.#current === undefined || this.#current.bytes.length - from < chunkBytesMax) return undefined;
    this.#written += chunkBytesMax;
    const { bytes } = this.#current;
    if (this.#written === bytes.length + headerBytes) this.#current = undefined;
    return bytes.subarray(from, from + chunkBytesMax);
  }

  #nextCopy(): Uint8Array {
    // Every byte of it is written before it is given away.
    const chunk = Buffer.allocUnsafe(Math.min(chunkBytesMax, this.#pendingBytes()));
    let at = 0;
    while (at < chunk.length) {
      const frame = this.#current ?? this.#begin();
      if (frame === undefined) break;
      // A header is never cut.
      if (this.#written === 0 && chunk.length - at < headerBytes) break;
      at = this.#write(frame, chunk, at);
    }
    return at === chunk.length ? chunk : chunk.subarray(0, at);
  }

  /** The connection is gone, and with it a frame that had left only in part. */
  abandon(): void {
    if (this.#current?.kind === frameKinds.message) this.#queue.countDrop();
    this.#current = undefined;
  }

  /** At least what is there to write: the cost of a queued frame is more than its header. */
  #pendingBytes(): number {
    let bytes = this.#queue.bytes;
    if (this.#current !== undefined) bytes += this.#current.bytes.length + headerBytes - this.#written;
    for (const frame of this.#service) bytes += frame.bytes.length + headerBytes;
    return bytes;
  }

  #begin(): Frame | undefined {
    this.#written = 0;
    this.#current = this.#service.shift();
    if (this.#current !== undefined) return this.#current;
    const bytes = this.#queue.shift();
    if (bytes !== undefined) this.#current = { kind: frameKinds.message, bytes };
    return this.#current;
  }

  #write({ kind, bytes }: Frame, chunk: Uint8Array, start: number): number {
    let at = start;
    if (this.#written === 0) {
      writeHeader(chunk, at, kind, bytes.length);
      at += headerBytes;
      this.#written = headerBytes;
    }
    const from = this.#written - headerBytes;
    const count = Math.min(bytes.length - from, chunk.length - at);
    chunk.set(bytes.subarray(from, from + count), at);
    this.#written += count;
    if (this.#written === bytes.length + headerBytes) this.#current = undefined;
    return at + count;
  }
}
