// Who is first and who is last in the pool. Each payer has at most one entry in either order:
//
// - its head, if it could be ordered next; the best tip per byte is first. Heads that touch the same shards are kept
//   together, so that those of a shard that is behind (O10) are passed over all at once, however many they are.
// - its tail, the one of its highest nonce, unless it is our own and could be ordered; the worst is first. Only tails are
//   given up, so that no gap is made. A stuck one is worse than any other: it waits behind a missing nonce or for a
//   balance, and could promise any tip at no cost. Of the stuck ones our own come last.

import type { Account, ShardName } from "@tandem/shared";
import type { Entry } from "./entry.ts";
import { type Heap, IndexedHeap } from "./heap.ts";
import type { PayerQueue } from "./queue.ts";

export type IsBehind = (shard: ShardName) => boolean;

export interface Head {
  readonly queue: PayerQueue;
  readonly entry: Entry;
  /** What the payer has left after it. */
  readonly left: bigint;
}

export interface Tail {
  readonly queue: PayerQueue;
  readonly entry: Entry;
  /** What it costs with all before it. */
  readonly cost: bigint;
  readonly isStuck: boolean;
}

interface Group {
  readonly touches: readonly ShardName[];
  readonly heads: IndexedHeap<Head>;
}

export function isBetter(a: Head, b: Head): boolean {
  if (a.entry.rate !== b.entry.rate) return a.entry.rate > b.entry.rate;
  return a.entry.arrival < b.entry.arrival;
}

/** Among equals the last to come is the first to go. */
export function isWorse(a: Tail, b: Tail): boolean {
  if (a.isStuck !== b.isStuck) return a.isStuck;
  if (a.entry.isOwn !== b.entry.isOwn) return b.entry.isOwn;
  if (a.entry.rate !== b.entry.rate) return a.entry.rate < b.entry.rate;
  return a.entry.arrival > b.entry.arrival;
}

/** The entry of a payer whose turn it is, with this account. */
export function headOf(queue: PayerQueue, { balance, nonce }: { balance: bigint; nonce: number }): Head | undefined {
  const entry = queue.at(nonce);
  if (entry === undefined || entry.candidate.cost > balance) return undefined;
  return { queue, entry, left: balance - entry.candidate.cost };
}

/** The entry at an index, as the last of its queue; `cost` is that of all up to it. */
export function tailAt(queue: PayerQueue, index: number, cost: bigint): Tail | undefined {
  const entry = queue.entries[index];
  if (entry === undefined) return undefined;
  const { balance, nonce }: Account = queue.account;
  const isStuck = entry.nonce - nonce !== index || cost > balance;
  return entry.isOwn && !isStuck ? undefined : { queue, entry, cost, isStuck };
}

export function touchesBehind({ candidate }: Entry, isBehind: IsBehind): boolean {
  return candidate.blob.envelope.touches.some(isBehind);
}

export class Ranks {
  /** By what the heads in them touch. */
  readonly #groups = new Map<string, Group>();
  readonly tails = new IndexedHeap<Tail>(isWorse);
  /** What of each payer is in these. */
  readonly #shown = new Map<PayerQueue, { head: Head | undefined; tail: Tail | undefined }>();
  /** Counts changes. */
  version = 0;

  /** To be called after each change of a payer's queue. */
  refresh(queue: PayerQueue): void {
    this.version += 1;
    const shown = this.#shown.get(queue);
    if (shown?.head !== undefined) this.#removeHead(shown.head);
    if (shown?.tail !== undefined) this.tails.remove(shown.tail);
    this.#shown.delete(queue);
    if (queue.entries.length > 0) this.#show(queue);
  }

  #show(queue: PayerQueue): void {
    const head = headOf(queue, queue.account);
    const tail = tailAt(queue, queue.entries.length - 1, queue.cost);
    if (head !== undefined) this.#addHead(head);
    if (tail !== undefined) this.tails.add(tail);
    this.#shown.set(queue, { head, tail });
  }

  #addHead(head: Head): void {
    const { touches } = head.entry.candidate.blob.envelope;
    const key = touches.join("/");
    const group = this.#groups.get(key) ?? { touches, heads: new IndexedHeap<Head>(isBetter) };
    this.#groups.set(key, group);
    group.heads.add(head);
  }

  #removeHead(head: Head): void {
    const key = head.entry.candidate.blob.envelope.touches.join("/");
    const group = this.#groups.get(key);
    group?.heads.remove(head);
    if (group?.heads.size === 0) this.#groups.delete(key);
  }

  /** All heads that touch no shard that is behind. */
  *heads(isBehind: IsBehind): Generator<Heap<Head>> {
    for (const { touches, heads } of this.#groups.values()) if (!touches.some(isBehind)) yield heads;
  }

  hasHead(isBehind: IsBehind): boolean {
    return this.heads(isBehind).next().done === false;
  }

  /** For tests of bounds: how much is kept here. */
  get counts() {
    return { groups: this.#groups.size, tails: this.tails.size, shown: this.#shown.size };
  }
}
