// S11: how many affirmations a node holds, of all shards together. When there is no room, whoever holds most gives up its
// oldest, and if that is the sender itself, its oldest that is not needed for a quorum any more. So nobody who holds no more
// than a fair share loses anything, whatever others send.

import type { Entry } from "./group.ts";
import type { Peer } from "./types.ts";

export class Holdings {
  readonly #max: number;
  readonly #bySender = new Map<Peer, Set<Entry>>();
  #size = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#size;
  }

  get isFull(): boolean {
    return this.#size >= this.#max;
  }

  /** What is to give way to one more of this sender; nothing if nobody holds more, and all that it holds is needed. */
  loserTo(sender: Peer): Entry | undefined {
    const largest = this.#largest();
    const isLarger = largest !== undefined && this.#countOf(largest) > this.#countOf(sender) + 1;
    if (isLarger) for (const oldest of this.#bySender.get(largest) ?? []) return oldest;
    for (const entry of this.#bySender.get(sender) ?? []) if (entry.group.quorum !== undefined) return entry;
    return undefined;
  }

  /** Our own do not count. */
  add(entry: Entry): void {
    if (entry.sender === undefined) return;
    const held = this.#bySender.get(entry.sender) ?? new Set();
    this.#bySender.set(entry.sender, held.add(entry));
    this.#size++;
  }

  remove(entry: Entry): void {
    if (entry.sender === undefined) return;
    const held = this.#bySender.get(entry.sender);
    if (held?.delete(entry) !== true) return;
    this.#size--;
    if (held.size === 0) this.#bySender.delete(entry.sender);
  }

  #countOf(sender: Peer | undefined): number {
    return sender === undefined ? 0 : (this.#bySender.get(sender)?.size ?? 0);
  }

  #largest(): Peer | undefined {
    let largest: Peer | undefined;
    for (const sender of this.#bySender.keys()) {
      if (this.#countOf(sender) > this.#countOf(largest)) largest = sender;
    }
    return largest;
  }
}
