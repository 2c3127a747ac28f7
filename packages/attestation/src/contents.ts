// C5: contents of claims, whoever needs one: the affirmations of a claim with a quorum, a followed shard that is to see it,
// or a block that is to be voted for. What is in the store is taken from there; the rest is asked of the committee that
// made it, whose quorum has it, and then of all who vote on attest blocks, for they hold what they voted for.
//
// What comes is stored before anybody hears of it, so whoever counts a claim can serve its exports. What is needed for evidence
// alone is looked at and not stored: a faulty seat can sign as many claims as it likes.

import { type Root, type ShardName, toHex } from "@tandem/shared";
import type { ClaimContent } from "./content/claim-content.ts";
import { ContentExchange, exchangeLimits } from "./content/exchange.ts";
import { ContentServer } from "./content/serve.ts";
import type { ContentMessage } from "./content/types.ts";
import type { Core, Job } from "./core.ts";
import { contentRecords, readContent } from "./records.ts";
import type { Peer } from "./types.ts";
import { read, until, untilEach } from "./work.ts";

/** Contents that are known to be in the store: 32 bytes and a key each. */
const storedMax = 65_536;

/** Reason of whoever only has to see what a claim says. */
export const forEvidence = "evidence";

interface Place {
  readonly shard: ShardName;
  readonly claim: Root;
}

interface Need {
  readonly shard: ShardName;
  readonly by: Set<string>;
}

export class Contents {
  readonly #core: Core;
  readonly #onContent: (root: Root, content: ClaimContent) => void;
  readonly #exchange: ContentExchange;
  readonly #server: ContentServer;
  readonly #stored = new Set<string>();
  /** What is needed and not held, by root. */
  readonly #needs = new Map<string, Need>();
  #answers = 0;

  constructor(core: Core, onContent: (root: Root, content: ClaimContent) => void) {
    this.#core = core;
    this.#onContent = onContent;
    this.#exchange = new ContentExchange({ deltaMs: core.config.deltaMs, ...exchangeLimits });
    this.#server = new ContentServer(core.config.peers);
  }

  /** For tests of bounds: all that is kept. */
  get counts() {
    const { size: serving } = this.#server;
    return { needs: this.#needs.size, stored: this.#stored.size, serving, ...this.#exchange.counts };
  }

  isStored(root: Root): boolean {
    return this.#stored.has(toHex(root));
  }

  /** It was made here, and its records leave with the batch at hand. */
  markStored(root: Root): void {
    const [oldest] = this.#stored;
    if (this.#stored.size >= storedMax && oldest !== undefined) this.#stored.delete(oldest);
    this.#stored.add(toHex(root));
  }

  /** Says it (`onContent`) when it is held, at once or later, until `forget` of the same reason. */
  need(shard: ShardName, root: Root, by: string, from: readonly Peer[] = []): void {
    const key = toHex(root);
    const known = this.#needs.get(key);
    if (known !== undefined) {
      known.by.add(by);
      if (from.length > 0 && this.#exchange.isWanted(root)) this.#core.push(...this.#exchange.want(root, from));
      return;
    }
    this.#needs.set(key, { shard, by: new Set([by]) });
    this.#core.jobs.start(`content ${key}`, this.#find(shard, root, key, from));
  }

  *#find(shard: ShardName, root: Root, key: string, from: readonly Peer[]): Job {
    const content = yield* read(readContent(root));
    if (!this.#needs.has(key)) return;
    if (content !== undefined) {
      this.markStored(root);
      return this.#meet(root, content);
    }
    const effects = this.#exchange.want(root, [...from, ...this.sourcesOf(shard)]);
    // Where too much is wanted, it is asked for when there is room.
    if (!this.#exchange.isWanted(root)) {
      yield* until(() => this.#exchange.counts.wanted < exchangeLimits.wantedMax);
      if (this.#needs.has(key)) this.#core.push(...this.#exchange.want(root, [...from, ...this.sourcesOf(shard)]));
    }
    this.#core.push(...effects);
  }

  sourcesOf(shard: ShardName): readonly Peer[] {
    const { config } = this.#core;
    const seated = config.setting.network.shards.get(shard)?.peers ?? [];
    const committee = seated.filter((peer) => peer !== config.self);
    return [...new Set([...committee, ...config.peers])];
  }

  forget(root: Root, by: string): void {
    const key = toHex(root);
    const need = this.#needs.get(key);
    if (need?.by.delete(by) !== true || need.by.size > 0) return;
    this.#needs.delete(key);
    this.#core.jobs.stop(`content ${key}`);
    this.#core.push(...this.#exchange.forget(root));
  }

  /** C5: until it is in the store, or nobody cares any more. */
  hold(shard: ShardName, root: Root, by: string, isOver: () => boolean): Job {
    return this.holdAll([{ shard, claim: root }], by, isOver);
  }

  /** Of many all are asked for at once. */
  *holdAll(claims: readonly Place[], by: string, isOver: () => boolean): Job {
    const missing = claims.filter(({ claim }) => !this.isStored(claim));
    try {
      for (const { shard, claim } of missing) this.need(shard, claim, by);
      yield* untilEach(missing, ({ claim }) => this.isStored(claim) || isOver());
    } finally {
      for (const { claim } of missing) this.forget(claim, by);
    }
  }

  onMessage(from: Peer, message: ContentMessage): void {
    if (message.kind === "want-content") {
      const number = ++this.#answers;
      this.#core.jobs.start(`serve ${from} ${number}`, this.#answer(from, message.id, message.claim));
      return;
    }
    const { found, effects } = this.#exchange.onContent(from, message.id, message.content);
    this.#core.push(...effects);
    if (found === undefined) return;
    const by = this.#needs.get(toHex(found.claim))?.by ?? [];
    if ([...by].some((each) => each !== forEvidence)) {
      this.#core.store(contentRecords(found.claim, found.content));
      this.markStored(found.claim);
    }
    this.#meet(found.claim, found.content);
  }

  *#answer(from: Peer, id: number, claim: Root): Job {
    const message = yield* this.#server.answer(from, id, claim);
    if (message !== undefined) this.#core.push({ kind: "send", to: from, message });
  }

  onTimer(id: number): void {
    this.#core.push(...this.#exchange.onTimer(id));
  }

  #meet(root: Root, content: ClaimContent): void {
    this.#needs.delete(toHex(root));
    this.#onContent(root, content);
  }
}
