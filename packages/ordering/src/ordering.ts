// Stage 1 above consensus, as one machine: what waits to be ordered, what is proposed, and what was ordered.
//
//   submissions   blobs come in, are examined, wait in the pool, are kept, and are pushed to peers      O1, O2, O6, O7
//   proposals     blocks are built and checked for consensus                                             O2-O5, O8-O10
//   finality      final blocks are executed, one after the other, and stored                             O2
//   server        peers are given blobs and slices                                                       O5, O6
//
// It is told facts and answers with effects (types.ts); it reads no clock and no store. Work that has to wait is a job
// (jobs.ts). Nothing of consensus is known here but that it asks for blocks, asks about blocks, and says which are final.

import { asHeight, assert, limits, type Machine, unreachable } from "@tandem/shared";
import { AttestedChain } from "./attested.ts";
import { readCandidate } from "./candidate.ts";
import { Chain } from "./chain.ts";
import { Core, type OrderingConfig, restore } from "./core.ts";
import { Finality } from "./finality.ts";
import { type Job, read } from "./jobs.ts";
import { Proposals } from "./proposals.ts";
import {
  blockKey,
  blockRecordCodec,
  finalKey,
  genesisRecords,
  heightRecordCodec,
  readRecord,
  tipKey,
  tipRecordCodec,
} from "./records.ts";
import { Server } from "./serve.ts";
import { Submissions } from "./submissions.ts";
import type { AttestedBlock, OrderEffect, OrderInput, OrderMessage, OrderTimer, Peer } from "./types.ts";

export class Ordering implements Machine<OrderInput, OrderEffect> {
  readonly #core: Core;
  readonly #submissions: Submissions;
  readonly #proposals: Proposals;
  readonly #finality: Finality;
  readonly #server: Server;
  /** What consensus was told last. */
  #hadReason = false;
  #toldAt = asHeight(0);
  /** Whether there is a reason, and what that was found by. */
  #found: { readonly has: boolean; readonly by: readonly unknown[] } = { has: false, by: [] };
  /** Attest blocks that were told before it was clear where this node goes on. */
  readonly #early: AttestedBlock[] = [];

  constructor(config: OrderingConfig) {
    this.#core = new Core(config);
    this.#submissions = new Submissions(this.#core);
    this.#proposals = new Proposals(this.#core);
    this.#finality = new Finality(this.#core);
    this.#server = new Server(this.#core);
  }

  handle(input: OrderInput): readonly OrderEffect[] {
    if (!this.#core.hasDiverged) this.#take(input);
    this.#core.jobs.poll();
    if (this.#core.isStarted) this.#tellReason();
    return this.#core.takeEffects();
  }

  /** For tests of bounds. */
  get counts() {
    return this.#core.counts;
  }

  #take(input: OrderInput): void {
    const { jobs } = this.#core;
    switch (input.kind) {
      case "start":
        return jobs.start("start", this.#start(input.kept));
      case "submit":
        return this.#submissions.onSubmit(input.id, input.bytes);
      case "message":
        return this.#core.isStarted ? this.#onMessage(input.from, input.message) : undefined;
      case "timer":
        return this.#onTimer(input.timer);
      case "verified":
        return jobs.answer(input.id, input.valid);
      case "read":
        return jobs.answer(input.id, input.records);
      case "clock":
        return jobs.answer(input.id, input.nowMs);
      case "descent":
        return jobs.answer(input.id, input.proof);
      case "attested":
        return this.#onAttested(input.block);
      case "build":
        assert(this.#core.config.seat !== undefined, "only validators propose");
        return this.#proposals.onBuild(input, this.#core.config.seat);
      case "check":
        return this.#proposals.onCheck(input);
      case "deliver":
        return this.#finality.deliver(input.block, input.info, input.certificate);
      default:
        return unreachable(input);
    }
  }

  /** From an empty store the genesis; else where the last run ended. */
  *#start(kept: readonly Uint8Array[]): Job {
    const core = this.#core;
    const tip = yield* read(readRecord(tipKey, tipRecordCodec));
    if (tip === undefined) {
      core.store(genesisRecords(core.network));
    } else {
      const { base, lag } = yield* restore(core.network, tip);
      core.chain = new Chain(base);
      core.lag = lag;
      core.attested = new AttestedChain(base.cited);
    }
    const final = (yield* read(readRecord(finalKey, heightRecordCodec))) ?? asHeight(0);
    const last = final === 0 ? undefined : yield* read(readRecord(blockKey(final), blockRecordCodec));
    assert((final === 0) === (last === undefined), "the last final block is in the store");
    core.finalHeight = final;
    core.isStarted = true;
    for (const block of this.#early.splice(0)) core.attested.add(block);
    const { height: executed } = core.chain.base;
    core.push({ kind: "started", block: last?.block, certificate: last?.certificate, executed });
    this.#submissions.onKept(kept);
    core.jobs.start("finality", this.#finality.run());
    core.jobs.start("submissions", this.#submissions.run());
  }

  #onAttested(block: AttestedBlock): void {
    if (this.#core.isStarted) this.#core.attested.add(block);
    else this.#early.push(block);
  }

  #onMessage(from: Peer, message: OrderMessage): void {
    const core = this.#core;
    switch (message.kind) {
      case "blobs":
        return this.#submissions.onBatch(from, message);
      case "received":
        return core.push(...core.outbox.onReceived(from, message.batch));
      case "want":
        return this.#server.onWant(from, message);
      case "found":
        return this.#onFound(from, message);
      case "want-slices":
        return this.#server.onWantSlices(from, message);
      case "slices":
        // For followers of a shard alone (stream.ts): a node that has all blobs needs none.
        return undefined;
      default:
        return unreachable(message);
    }
  }

  #onFound(from: Peer, { id, blobs }: Extract<OrderMessage, { kind: "found" }>): void {
    const { fetcher, network, shelf } = this.#core;
    const bytes = blobs.reduce((sum, blob) => sum + blob.length, 0);
    if (!fetcher.isOpen(from, id) || blobs.length > limits.wantRootsMax) return;
    if (bytes > limits.foundBytesMax + limits.blobBytesMax) return;
    const candidates = blobs.flatMap((bytes) => {
      const candidate = readCandidate(network, bytes);
      return candidate.ok ? [candidate.value] : [];
    });
    const { accepted, effects } = fetcher.onFound(from, id, candidates);
    for (const candidate of accepted) shelf.hold(candidate);
    this.#core.push(...effects);
  }

  #onTimer(timer: OrderTimer): void {
    const core = this.#core;
    switch (timer.name) {
      case "push":
        return core.push(...core.outbox.onTimer(timer.peer, timer.batch));
      case "fetch":
        return core.push(...core.fetcher.onTimer(timer.id));
      case "offer":
        return this.#submissions.onOffer();
      case "wake":
        return core.jobs.answer(timer.id, undefined);
      default:
        return unreachable(timer);
    }
  }

  /** O8. Said again when there is more: a leader who found nothing to propose may look again. */
  #tellReason(): void {
    const { chain, hasDiverged } = this.#core;
    const has = !hasDiverged && this.#hasReason();
    const isNews = this.#submissions.hasNew || this.#toldAt !== chain.base.height;
    if (has ? this.#hadReason && !isNews : !this.#hadReason) return;
    this.#hadReason = has;
    this.#submissions.hasNew = false;
    this.#toldAt = chain.base.height;
    this.#core.push({ kind: "reason", has });
  }

  /** Where much is held up by silent shards, to find it out takes long; most inputs change nothing of it (S11). */
  #hasReason(): boolean {
    const { pool, attested, chain, isBehind } = this.#core;
    const by = [pool.version, attested.newest, chain.base.root];
    if (by.some((each, i) => each !== this.#found.by[i]))
      this.#found = { has: pool.hasReady(isBehind) || attested.hasNews(chain.base.cited), by };
    return this.#found.has;
  }
}
