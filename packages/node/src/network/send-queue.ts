// What waits to be sent to one peer in one lane: bounded in bytes, never waiting, never throwing.
//
// When it is full, `control` drops its oldest frames, for what consensus says later outdates what it said before and is
// repeated; `bulk` refuses the newest, for the oldest are about to leave, and blobs that nobody acknowledges are pushed
// again.

import type { Lane } from "./network-config.ts";
import { frameOverheadBytes } from "./network-config.ts";

export class SendQueue {
  readonly #lane: Lane;
  readonly #bytesMax: number;
  #frames: (Uint8Array | undefined)[] = [];
  #head = 0;
  #bytes = 0;
  #drops = 0;

  constructor(lane: Lane, bytesMax: number) {
    this.#lane = lane;
    this.#bytesMax = bytesMax;
  }

  /** With what each frame costs besides. */
  get bytes(): number {
    return this.#bytes;
  }

  get drops(): number {
    return this.#drops;
  }

  get isEmpty(): boolean {
    return this.#head === this.#frames.length;
  }

  push(frame: Uint8Array): void {
    const cost = costOf(frame);
    if (this.#lane === "control") this.#dropOldest(this.#bytesMax - cost);
    if (this.#bytes + cost > this.#bytesMax) {
      this.#drops++;
      return;
    }
    this.#frames.push(frame);
    this.#bytes += cost;
  }

  shift(): Uint8Array | undefined {
    const frame = this.#frames[this.#head];
    if (frame === undefined) return undefined;
    this.#frames[this.#head++] = undefined;
    this.#bytes -= costOf(frame);
    if (this.#head > 64 && this.#head * 2 > this.#frames.length) {
      this.#frames = this.#frames.slice(this.#head);
      this.#head = 0;
    }
    return frame;
  }

  /** Keeps the newest that fit. */
  trim(bytesMax: number): void {
    this.#dropOldest(bytesMax);
  }

  /** Counts a frame that began to leave and did not arrive. */
  countDrop(): void {
    this.#drops++;
  }

  #dropOldest(bytesMax: number): void {
    while (this.#bytes > bytesMax && this.shift() !== undefined) this.#drops++;
  }
}

function costOf(frame: Uint8Array): number {
  return frame.length + frameOverheadBytes;
}
