// O7: candidates for a block, best first: by nonce within a payer, by tip per byte between payers, then by arrival.

import { type Account, assert } from "@tandem/shared";
import type { Candidate } from "../candidate.ts";
import { Walk } from "./heap.ts";
import type { PayerQueue } from "./queue.ts";
import { type Head, headOf, type IsBehind, isBetter, type Ranks, touchesBehind } from "./ranks.ts";

export interface SelectionContext {
  readonly isBehind: IsBehind;
  /** By payer: accounts as blocks that are not final yet leave them, where these differ. */
  readonly accounts: ReadonlyMap<string, Account>;
}

/** To be used up before the pool changes. */
export class Selection {
  readonly #ranks: Ranks;
  readonly #version: number;
  readonly #isBehind: IsBehind;
  readonly #walk: Walk<Head>;
  #last: Head | undefined;

  constructor(ranks: Ranks, queues: ReadonlyMap<string, PayerQueue>, { isBehind, accounts }: SelectionContext) {
    this.#ranks = ranks;
    this.#version = ranks.version;
    this.#isBehind = isBehind;
    this.#walk = new Walk(ranks.heads(isBehind), isBetter, ({ queue }) => accounts.has(queue.payer));
    for (const [payer, account] of accounts) {
      const queue = queues.get(payer);
      if (queue !== undefined) this.#offer(headOf(queue, account));
    }
  }

  next(): Candidate | undefined {
    assert(this.#ranks.version === this.#version, "the pool does not change while candidates are selected");
    this.#follow();
    this.#last = this.#walk.next();
    return this.#last?.entry.candidate;
  }

  /** The next nonce of a payer has its turn after the one before it. */
  #follow(): void {
    if (this.#last === undefined) return;
    const { queue, entry, left } = this.#last;
    this.#offer(headOf(queue, { balance: left, nonce: entry.nonce + 1 }));
  }

  #offer(head: Head | undefined): void {
    if (head !== undefined && !touchesBehind(head.entry, this.#isBehind)) this.#walk.offer(head);
  }
}
