// Final blocks of one chain as a follower asks for them. They come from nodes forwards only; what the follower has no room
// for yet is kept until it asks again.

import type { Height } from "@tandem/shared";

interface Run {
  readonly from: Height;
  readonly upTo: Height;
}

export class Supply<Block extends { readonly height: Height }> {
  /** More of the chain, as it comes; nothing only when it was given up. */
  readonly #fetch: () => Promise<readonly Block[]>;
  readonly #held = new Map<number, Block>();
  #next = 1;
  #upTo = 0;

  constructor(fetch: () => Promise<readonly Block[]>) {
    this.#fetch = fetch;
  }

  want({ from, upTo }: Run): void {
    this.#next = from;
    this.#upTo = upTo;
    for (const height of this.#held.keys()) if (height < from) this.#held.delete(height);
  }

  /** The next that is wanted, if one is. */
  async take(): Promise<Block | undefined> {
    const height = this.#next;
    if (height > this.#upTo) return undefined;
    while (!this.#held.has(height)) {
      for (const block of await this.#fetch()) this.#held.set(block.height, block);
    }
    this.#next++;
    return this.#held.get(height);
  }
}
