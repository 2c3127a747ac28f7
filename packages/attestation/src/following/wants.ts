// C5: contents that are asked for, each once until it is there. What a round needs is asked for by the shards that wait for
// it. What a pending program will probably need is asked for early: a claim that is attested, and that no order block cites
// yet. Mostly it is in the store by then, because who hears a quorum of affirmations asks for the content (C5); who was away
// asks here. That is all there is of running ahead: contents come sooner, and no round runs before its
// citation says what is visible, so results are the same by construction. An early content is not held, for it is in the
// store by the time it is needed.

import { type Root, type ShardName, toHex } from "@tandem/shared";
import type { FollowEffect } from "./types.ts";

interface Want {
  readonly root: Root;
  /** Who waits for it; nobody yet for an early one. */
  readonly by: Set<string>;
}

export class Wants {
  readonly #earlyMax: number;
  readonly #push: (effect: FollowEffect) => void;
  readonly #wants = new Map<string, Want>();
  readonly #early = new Set<string>();

  constructor(earlyMax: number, push: (effect: FollowEffect) => void) {
    this.#earlyMax = earlyMax;
    this.#push = push;
  }

  get size(): number {
    return this.#wants.size;
  }

  want(shard: ShardName, root: Root, by: string): void {
    const key = toHex(root);
    this.#early.delete(key);
    this.#begin(shard, root, key).by.add(by);
  }

  wantEarly(shard: ShardName, root: Root): void {
    const key = toHex(root);
    if (this.#wants.has(key)) return;
    const [oldest] = this.#early;
    if (this.#early.size >= this.#earlyMax && oldest !== undefined) this.#forget(oldest);
    this.#early.add(key);
    this.#begin(shard, root, key);
  }

  #begin(shard: ShardName, root: Root, key: string): Want {
    const known = this.#wants.get(key);
    if (known !== undefined) return known;
    const want: Want = { root, by: new Set() };
    this.#wants.set(key, want);
    this.#push({ kind: "want-claim", shard, root });
    return want;
  }

  /** It is there. */
  meet(key: string): void {
    this.#wants.delete(key);
    this.#early.delete(key);
  }

  /** They do not wait for anything any more. */
  leave(by: string): void {
    for (const [key, want] of this.#wants) if (want.by.delete(by) && want.by.size === 0) this.#forget(key);
  }

  #forget(key: string): void {
    const want = this.#wants.get(key);
    this.meet(key);
    if (want !== undefined) this.#push({ kind: "forget-claim", root: want.root });
  }
}
