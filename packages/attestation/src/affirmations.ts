// Affirmations, own and heard, as the machine has them: what is said, checked, counted and turned into attestations (C4, C5).

import {
  type Affirmation,
  type Claim,
  type Evidence,
  type Height,
  type Round,
  type ShardName,
  summarizeClaim,
} from "@tandem/shared";
import { AffirmationBook } from "./affirming/book.ts";
import { OwnAffirmations, type OwnClaim, type OwnEffect, type OwnTimer } from "./affirming/own.ts";
import { type AffirmTask, type BookEffect, bookLimits } from "./affirming/types.ts";
import { affirmSigningRoot } from "./affirming/verify.ts";
import { type Contents, forEvidence } from "./contents.ts";
import type { Core, Job } from "./core.ts";
import type { ClaimPlace } from "./following/types.ts";
import type { Frontiers } from "./frontiers.ts";
import type { ReadyItems } from "./ready.ts";
import { readContent } from "./records.ts";
import type { Alarm, AttestVerdict, Peer } from "./types.ts";
import { ask, read } from "./work.ts";

export interface AffirmationHooks {
  /** A quorum affirmed this claim, and its content is held. */
  onCertified(place: ClaimPlace): void;
  /** C4: a seat affirmed what contradicts itself. */
  onEvidence(evidence: Evidence): void;
  /** C4: there is no room for it yet. */
  onHeldBack(own: OwnClaim): void;
}

type Wanted = Pick<Extract<BookEffect, { readonly kind: "want-claim" }>, "why" | "shard" | "round" | "claim">;

const reason = "affirmed";
const reasons = { quorum: reason, evidence: forEvidence } as const;

export class Affirmations {
  readonly #core: Core;
  readonly #ready: ReadyItems;
  readonly #contents: Contents;
  readonly #hooks: AffirmationHooks;
  readonly #book: AffirmationBook;
  readonly #own: OwnAffirmations | undefined;
  readonly #unmarked = new Set<ShardName>();
  /** Contents that the book asked for. */
  #wanted: Wanted[] = [];

  /** `records`: the values of all records whose keys begin with `ownPrefix`. */
  constructor(
    core: Core,
    ready: ReadyItems,
    contents: Contents,
    hooks: AffirmationHooks,
    records: readonly Uint8Array[],
  ) {
    const { setting, seats, sign, deltaMs } = core.config;
    const { network } = setting;
    this.#core = core;
    this.#ready = ready;
    this.#contents = contents;
    this.#hooks = hooks;
    const shards = [...network.shards].map(([shard, { committee }]) => {
      return [shard, { committee, frontier: roundOf(core.chain.base.frontiers, shard) }] as const;
    });
    this.#book = new AffirmationBook({ epoch: network.epoch, shards: new Map(shards), limits: bookLimits });
    const config = {
      network: network.root,
      epoch: network.epoch,
      sign: sign as NonNullable<typeof sign>,
      seats,
      deltaMs,
    };
    this.#own = sign === undefined ? undefined : new OwnAffirmations(config, records);
  }

  /** For tests of bounds: all that is kept. */
  get counts() {
    return { ...this.#book.counts, wanted: this.#wanted.length };
  }

  /** Who said what of the lowest round above a shard's frontier. */
  nextOf(shard: ShardName) {
    return this.#book.nextOf(shard);
  }

  /** Says again what is above the frontiers. */
  start(): void {
    this.#book.setFinal(this.#core.orderHeight);
    const { frontiers } = this.#core.chain.base;
    for (const shard of this.#core.config.seats.keys()) {
      this.#performOwn(this.#own?.advance(shard, roundOf(frontiers, shard)) ?? []);
      if (this.#own?.canSign(shard) === false) this.#alarm(shard);
    }
    this.#performOwn(this.#own?.start() ?? []);
  }

  /**
   * S11: followers say their own, so nobody else is heard of a shard than its committee. Whoever is no validator can have any
   * number of names, and so any number of places.
   */
  onMessage(from: Peer, affirmations: readonly Affirmation[]): void {
    const { shards } = this.#core.setting.network;
    for (const affirmation of affirmations) {
      if (shards.get(affirmation.shard)?.peers.includes(from) === true) this.#offer(from, affirmation);
    }
  }

  /** What is refused is not kept; a peer that has reason to says it again. */
  #offer(from: Peer | undefined, affirmation: Affirmation): void {
    const offered = this.#book.offer(from, affirmation);
    if (offered.ok) this.#performBook(offered.value);
  }

  /** A claim that the own follower made, with its content in the store (C5). */
  affirm(own: OwnClaim): void {
    // What the attest chain has passed needs no voice any more (A3).
    if (own.round <= roundOf(this.#core.chain.base.frontiers, own.shard)) return;
    const said = this.#own?.affirm(own, this.#core.orderHeight);
    if (said === undefined) return;
    if (said.ok) return this.#performOwn(said.value);
    if (said.error.code === "too-far-ahead") this.#hooks.onHeldBack(own);
    else if (said.error.code === "no-mark") this.#alarm(own.shard);
    else if (said.error.code === "follows-unknown") this.#alarm(own.shard, own.round);
  }

  /** Once of each shard. */
  #alarm(shard: ShardName, round?: Round): void {
    if (this.#unmarked.has(shard)) return;
    this.#unmarked.add(shard);
    const alarm: Alarm = round === undefined ? { what: "no-mark", shard } : { what: "not-affirmed", shard, round };
    this.#core.push({ kind: "news", news: { kind: "alarm", alarm } });
  }

  /** C5: a content is held. */
  learn(claim: Claim): void {
    this.#performBook(this.#book.learn(summarizeClaim(claim)));
  }

  onOrdered(height: Height): void {
    this.#book.setFinal(height);
  }

  /** A final attest block moved the frontier. */
  advance(shard: ShardName, frontier: Round): void {
    this.#book.advance(shard, frontier);
    this.#performOwn(this.#own?.advance(shard, frontier) ?? []);
    const isPassed = (wanted: Wanted) =>
      wanted.shard === shard && wanted.round <= frontier && !this.#book.misses(shard, wanted.claim);
    for (const wanted of this.#wanted) if (isPassed(wanted)) this.#contents.forget(wanted.claim, reasons[wanted.why]);
    this.#wanted = this.#wanted.filter((wanted) => !isPassed(wanted));
  }

  onTimer(timer: OwnTimer): void {
    this.#performOwn(this.#own?.onTimer(timer) ?? []);
  }

  #performOwn(effects: readonly OwnEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === "store") this.#core.store(effect.batch);
      else if (effect.kind === "set-timer") this.#core.push(effect);
      else {
        this.#core.push({ kind: "broadcast", message: { kind: "affirmations", affirmations: effect.affirmations } });
        for (const affirmation of effect.affirmations) this.#offer(undefined, affirmation);
      }
    }
  }

  #performBook(effects: readonly BookEffect[]): void {
    const { jobs } = this.#core;
    for (const effect of effects) {
      switch (effect.kind) {
        case "verify":
          jobs.start(`affirmations ${effect.id}`, this.#verify(effect.id, effect.task));
          break;
        case "want-claim":
          this.#wanted.push(effect);
          this.#contents.need(effect.shard, effect.claim, reasons[effect.why], effect.from);
          break;
        case "affirmed":
          jobs.start(`attestation ${effect.summary.shard} ${effect.summary.round}`, this.#attest(effect));
          break;
        case "evidence":
          this.#hooks.onEvidence({ kind: "claims", value: effect.evidence });
      }
    }
  }

  *#verify(id: number, task: AffirmTask): Job {
    const verdict = yield* ask<AttestVerdict>((askId) => {
      return { kind: "verify", id: askId, task: { kind: "affirmations", task } };
    });
    this.#remember(task, verdict);
    this.#performBook(this.#book.onVerified({ ...verdict, id }));
  }

  /** A3: a leader may put the very same quorum into a block. */
  #remember(task: AffirmTask, { quorum }: AttestVerdict): void {
    if (task.kind === "pair" || quorum === undefined) return;
    const { network } = this.#core.setting;
    const root = affirmSigningRoot({ network: network.root, epoch: network.epoch }, task.claim);
    this.#core.trueSignatures.add({ set: { shard: task.shard }, root, ...quorum });
  }

  *#attest({ claim: root, summary, quorum }: Extract<BookEffect, { kind: "affirmed" }>): Job {
    const { shard, round, prev } = summary;
    // C5: it may have been seen for evidence alone.
    const isOver = () => round <= roundOf(this.#core.chain.base.frontiers, shard);
    yield* this.#contents.hold(shard, root, reason, isOver);
    const content = yield* read(readContent(root));
    if (content === undefined) return;
    this.#core.push({ kind: "news", news: { kind: "affirmed", shard, round, claim: root } });
    this.#ready.addAttestation({ claim: content.claim, ...quorum }, roundOf(this.#core.chain.base.frontiers, shard));
    this.#hooks.onCertified({ shard, round, prev, root });
  }
}

export function roundOf(frontiers: Frontiers, shard: ShardName): Round {
  return (frontiers.of(shard)?.round ?? 0) as Round;
}
