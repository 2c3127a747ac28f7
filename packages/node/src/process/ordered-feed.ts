// Blocks as this node executes them: counted, and told to whoever listens.

import { toHex } from "@tandem/shared";
import type { OrderedSummary } from "../replica/words.ts";

/** Where a blob was ordered. */
export interface Place {
  readonly height: number;
  readonly index: number;
}

export interface OrderedTotals {
  readonly blocks: number;
  readonly blobs: number;
  readonly bytes: number;
}

const rootBytes = 32;

export class OrderedFeed {
  readonly #listeners = new Set<(block: OrderedSummary) => void>();
  /** By a blob's root in hexadecimal. */
  readonly #waits = new Map<string, Set<(place: Place) => void>>();
  #totals: OrderedTotals = { blocks: 0, blobs: 0, bytes: 0 };
  #last: OrderedSummary | undefined;

  /** Since the process began. */
  get totals(): OrderedTotals {
    return this.#totals;
  }

  get last(): OrderedSummary | undefined {
    return this.#last;
  }

  listen(listener: (block: OrderedSummary) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls back once, when a block with that blob is executed. */
  await(root: string, onPlace: (place: Place) => void): () => void {
    const waits = this.#waits.get(root) ?? new Set();
    this.#waits.set(root, waits.add(onPlace));
    return () => {
      waits.delete(onPlace);
      if (waits.size === 0 && this.#waits.get(root) === waits) this.#waits.delete(root);
    };
  }

  take(block: OrderedSummary): void {
    const { blocks, blobs, bytes } = this.#totals;
    const count = block.blobRoots.length / rootBytes;
    this.#totals = { blocks: blocks + 1, blobs: blobs + count, bytes: bytes + block.bytes };
    this.#last = block;
    for (let index = 0; index < count && this.#waits.size > 0; index++) this.#settle(block, index);
    for (const listener of [...this.#listeners]) listener(block);
  }

  #settle({ height, blobRoots }: OrderedSummary, index: number): void {
    const root = toHex(blobRoots.subarray(index * rootBytes, (index + 1) * rootBytes));
    const waits = this.#waits.get(root);
    this.#waits.delete(root);
    for (const onPlace of waits ?? []) onPlace({ height, index });
  }
}
