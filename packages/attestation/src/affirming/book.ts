// Affirmations of known shards, own ones and those of peers (C4), until a quorum of them makes an attestation. Any node
// can keep one.
//
//   S9   Affirmations of one claim are counted unverified. When they would be a quorum of weight they are checked as one,
//        and bisected if that fails; what is left goes on counting. A place belongs to whoever sends: a false one in
//        another's name stands beside the true one and is in nobody's way. Who sent a false one is not heard any more in
//        that shard, until the frontier has passed what it lied about.
//   C5   A claim with a quorum counts when its content is held: until then it is asked for. What the claim says of shard
//        and round goes before what was said beside the signatures, which do not cover that.
//   C4   Two claims of one seat and one round, or, once both are known, of one `prev`, are checked singly and become
//        evidence when both claims are known.
//   S11  Refused: other epochs, unknown shards, seats that are not there, rounds at or below the frontier, and those too
//        far above the own final order height. An idle shard's next round may be any number above its frontier, so the
//        distance to that says nothing; instead the lowest rounds go first. Of each sender and shard a few wait without a
//        quorum, and a lower round takes the place of a higher one; of each shard so many with a quorum; and in all
//        so many affirmations (`Holdings`). What falls out is said again by its signer while it is stuck (`own.ts`).
//
// The first quorum stays as it is. Later signers could be added until it is in a block, but A3 asks for no more than a
// quorum, a claim becomes no truer, nobody is paid for it so far, and each change would be one more item to check.

import {
  type Affirmation,
  asHeight,
  type ClaimSummary,
  type Committee,
  claimSummaryCodec,
  type Epoch,
  failure,
  type Height,
  type Result,
  type Root,
  type Round,
  type ShardName,
  success,
} from "@tandem/shared";
import { Holdings } from "./holdings.ts";
import { type BookDesk, ShardBook, type Standing } from "./shard-book.ts";
import type { AffirmTask, AffirmVerdict, BookEffect, BookLimits, OfferCode, OfferRefusal, Peer } from "./types.ts";

export interface BookConfig {
  readonly epoch: Epoch;
  readonly shards: ReadonlyMap<ShardName, { readonly committee: Committee; readonly frontier: Round }>;
  readonly limits: BookLimits;
}

export class AffirmationBook {
  readonly #config: BookConfig;
  readonly #holdings: Holdings;
  readonly #shards: ReadonlyMap<ShardName, ShardBook>;
  readonly #checks = new Map<number, (verdict: AffirmVerdict) => void>();
  #effects: BookEffect[] = [];
  #finalHeight: Height = asHeight(0);
  #nextId = 1;

  constructor(config: BookConfig) {
    this.#config = config;
    this.#holdings = new Holdings(config.limits.heldMax);
    const desk: BookDesk = {
      epoch: config.epoch,
      limits: config.limits,
      holdings: this.#holdings,
      push: (effect) => this.#effects.push(effect),
      verify: (task, onVerdict) => this.#verify(task, onVerdict),
    };
    const books = [...config.shards].map(([shard, { committee, frontier }]) => {
      return [shard, new ShardBook(shard, committee, frontier, desk)] as const;
    });
    this.#shards = new Map(books);
  }

  /** For tests of bounds: all that is kept. */
  get counts() {
    const shards = [...this.#shards.values()].map(({ counts }) => counts);
    const sum = (of: (counts: ShardBook["counts"]) => number) => shards.reduce((total, each) => total + of(each), 0);
    return {
      held: this.#holdings.size,
      checks: this.#checks.size,
      groups: sum(({ groups }) => groups),
      liars: sum(({ liars }) => liars),
      conflicts: sum(({ conflicts }) => conflicts),
    };
  }

  /** `from` sent it; without one it is our own, and true. */
  offer(from: Peer | undefined, affirmation: Affirmation): Result<readonly BookEffect[], OfferRefusal> {
    const { shard, round, claim, signer, signature } = affirmation;
    const book = this.#shards.get(shard);
    if (book === undefined) return failure("unknown-shard", "shard", `there is no ${shard}`);
    const refused = this.#whyRefused(book, from, affirmation);
    if (refused !== undefined) return { ok: false, error: refused };
    book.add(from, signer, round, claim, signature);
    return success(this.#takeEffects());
  }

  #whyRefused(book: ShardBook, from: Peer | undefined, affirmation: Affirmation): OfferRefusal | undefined {
    const { epoch, signer, round, claim } = affirmation;
    if (epoch !== this.#config.epoch) return refusal("wrong-epoch", "epoch", `this is epoch ${this.#config.epoch}`);
    if (book.committee.seats[signer] === undefined) return refusal("unknown-signer", "signer", `no seat ${signer}`);
    if (round <= book.frontier) return refusal("stale", "round", `the frontier is at ${book.frontier}`);
    if (book.has(from, round, claim)) return refusal("known", "claim", "it was said before");
    if (from === undefined) return undefined;
    if (book.isLiar(from)) return refusal("liar", "", "what it sent before was false");
    const roundMax = Math.min(this.#finalHeight + this.#config.limits.leadRoundsMax, book.ceiling ?? Infinity);
    if (round > roundMax) return refusal("far-round", "round", `rounds up to ${roundMax} are taken now`);
    return this.#makeRoom(book, from, round);
  }

  /** S11: takes out what gives way, or says why nothing does. */
  #makeRoom(book: ShardBook, from: Peer, round: Round): OfferRefusal | undefined {
    const { waitingPerSenderMax, heldMax } = this.#config.limits;
    const waiting = book.waitingOf(from);
    const highest = waiting.length < waitingPerSenderMax ? undefined : waiting.at(-1);
    if (highest !== undefined) {
      if (round >= highest.group.round) return refusal("too-many", "round", `${waiting.length} lower rounds wait`);
      book.remove(highest);
    } else if (this.#holdings.isFull) {
      const loser = this.#holdings.loserTo(from);
      if (loser === undefined) return refusal("full", "", `${heldMax} are held, and nobody holds more of them`);
      this.#shards.get(loser.group.shard)?.remove(loser);
    }
    return undefined;
  }

  #verify(task: AffirmTask, onVerdict: (verdict: AffirmVerdict) => void): void {
    const id = this.#nextId++;
    this.#checks.set(id, onVerdict);
    this.#effects.push({ kind: "verify", id, task });
  }

  /** An answer to `verify`; one to nothing that was asked is ignored. */
  onVerified(verdict: AffirmVerdict): readonly BookEffect[] {
    const onVerdict = this.#checks.get(verdict.id);
    this.#checks.delete(verdict.id);
    onVerdict?.(verdict);
    return this.#takeEffects();
  }

  /** C5: the content of this claim is held, and belongs to it. */
  learn(summary: ClaimSummary): readonly BookEffect[] {
    const claim = claimSummaryCodec.root(summary);
    for (const book of this.#shards.values()) book.learn(claim, summary);
    return this.#takeEffects();
  }

  /** C4: whether evidence waits for this claim, be its round passed or not. */
  misses(shard: ShardName, claim: Root): boolean {
    return this.#shards.get(shard)?.misses(claim) === true;
  }

  /** Who said what of the lowest round above the frontier, checked or not: for people. */
  nextOf(shard: ShardName): Standing | undefined {
    return this.#shards.get(shard)?.next;
  }

  /** A shard's last attested claim, by a final attest block. */
  advance(shard: ShardName, frontier: Round): void {
    this.#shards.get(shard)?.advance(frontier);
  }

  /** Of the order chain. */
  setFinal(height: Height): void {
    this.#finalHeight = asHeight(Math.max(height, this.#finalHeight));
  }

  #takeEffects(): readonly BookEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }
}

function refusal(code: OfferCode, path: string, message: string): OfferRefusal {
  return { code, path, message };
}
