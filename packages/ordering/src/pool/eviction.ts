// O7: what has to go so that a newcomer has room. From the worst tail on, and with each payer from the highest nonce
// down; never what is no worse than the newcomer. The newcomer's payer loses nothing by this: a blob that pushed out its
// successors would gain nothing.
//
// What is our own goes only if it is stuck, and only for what can be ordered. Otherwise a few payers, who spend elsewhere
// what pays for all that they had accepted here, would fill this pool for as long as they like.

import type { Entry } from "./entry.ts";
import { Walk } from "./heap.ts";
import { isWorse, type Ranks, type Tail, tailAt } from "./ranks.ts";

export interface Newcomer {
  readonly payer: string;
  readonly rate: bigint;
  readonly isStuck: boolean;
}

/** What is missing for it. */
export interface Lack {
  readonly bytes: number;
  readonly blobs: number;
}

/** None if nothing lacks, `undefined` if there is no way to make room. */
export function victimsFor(ranks: Ranks, newcomer: Newcomer, lack: Lack): readonly Entry[] | undefined {
  const victims: Entry[] = [];
  let bytes = 0;
  if (lack.bytes <= 0 && lack.blobs <= 0) return victims;
  const walk = new Walk([ranks.tails], isWorse, ({ queue }) => queue.payer === newcomer.payer);
  while (bytes < lack.bytes || victims.length < lack.blobs) {
    const tail = walk.next();
    if (tail === undefined || !mayYield(tail, newcomer)) return undefined;
    victims.push(tail.entry);
    bytes += tail.entry.candidate.bytes.length;
    const before = tailBefore(tail);
    if (before !== undefined) walk.offer(before);
  }
  return victims;
}

function mayYield({ entry, isStuck }: Tail, newcomer: Newcomer): boolean {
  if (isStuck !== newcomer.isStuck) return isStuck;
  return !entry.isOwn && entry.rate < newcomer.rate;
}

function tailBefore({ queue, entry, cost }: Tail): Tail | undefined {
  return tailAt(queue, queue.countBelow(entry.nonce) - 1, cost - entry.candidate.cost);
}
