// Stage 2 above consensus, as one machine: what followers compute, what their committees affirm, and what the attest chain
// makes of it.
//
//   shards         followed shards are executed and their claims made                              R2-R6, C1-C3, C6
//   affirmations   own claims are affirmed, those of others counted                                C4
//   contents       claims with their exports travel by root                                        C5
//   proposals      attest blocks are built and checked for consensus                               A2-A5
//   finality       final attest blocks are judged, told, and move the frontiers                    A3, A4
//
// It is told facts and answers with effects (types.ts); it reads no clock and no store. Work that has to wait is a job
// (work.ts). Of the order chain it knows what was executed (`ordered`) and how to read the rest (`OrderReads`).

import {
  type AttestBlock,
  appendToHistory,
  asHeight,
  assert,
  attestHeaderCodec,
  type Evidence,
  emptyHistory,
  type Height,
  limits,
  type Machine,
  type Position,
  type Root,
  type Round,
  type ShardName,
  unreachable,
} from "@tandem/shared";
import { Affirmations, roundOf } from "./affirmations.ts";
import { firstMarks } from "./affirming/own.ts";
import { attestBlockRules } from "./block.ts";
import { readProven } from "./block-records.ts";
import { AttestChain } from "./chain.ts";
import {
  proveAttestDescent,
  readAttestBlock,
  readAttestFinal,
  readAttestTip,
  readCited,
  tipRecords,
} from "./chain-records.ts";
import { Contents } from "./contents.ts";
import { type AttestingConfig, Core, type Job } from "./core.ts";
import { faultOf } from "./faults.ts";
import { Finality, type Settled } from "./finality.ts";
import type { AwaitedSince, ProgramStatus } from "./following/status.ts";
import type { MadeClaim } from "./following/types.ts";
import { openFrontiers, type Progress } from "./frontiers.ts";
import { Proposals } from "./proposals.ts";
import { ReadyItems } from "./ready.ts";
import { Reason } from "./reason.ts";
import { Shards } from "./shards.ts";
import { baseState } from "./state.ts";
import type { AttestEffect, AttestInput, AttestMessage, AttestTimer, OrderedBlockFacts, Peer } from "./types.ts";
import { read } from "./work.ts";

type StartInput = Extract<AttestInput, { readonly kind: "start" }>;

/** Where a shard stands, as this node knows it. */
export interface ShardProgress {
  readonly shard: ShardName;
  /** A4. */
  readonly attested: { readonly round: Round; readonly claim: Root; readonly pending: number };
  /** Nothing if it is not followed here. */
  readonly own: ReturnType<Shards["standingOf"]>;
  /** What is said of the next claim, by seats of the committee. */
  readonly next: ReturnType<Affirmations["nextOf"]>;
}

export interface StageTwoProgress {
  /** What was stored is read; until then, what is said of shards is that of the genesis. */
  readonly isStarted: boolean;
  readonly height: Height;
  readonly root: Root;
  readonly shards: readonly ShardProgress[];
}

export class Attesting implements Machine<AttestInput, AttestEffect> {
  readonly #core: Core;
  readonly #ready = new ReadyItems();
  readonly #contents: Contents;
  readonly #shards: Shards;
  readonly #proposals: Proposals;
  readonly #finality: Finality;
  readonly #reason: Reason;
  /** From the start on, when the own records are read. */
  #affirmations: Affirmations | undefined;
  #evidenceCount = 0;

  constructor(config: AttestingConfig) {
    const core = new Core(config);
    this.#core = core;
    this.#contents = new Contents(core, (root, content) => {
      this.#affirmations?.learn(content.claim);
      this.#shards.onContent(root, content);
    });
    this.#shards = new Shards(core, this.#contents, {
      affirm: (own) => this.#affirmations?.affirm(own),
      onClaimed: ({ claim }) => this.#affirmations?.learn(claim),
    });
    this.#proposals = new Proposals(core, this.#ready, this.#contents);
    this.#finality = new Finality(core, (settled) => this.#onSettled(settled));
    this.#reason = new Reason(core, this.#ready);
  }

  handle(input: AttestInput): readonly AttestEffect[] {
    if (this.#core.hasDiverged) this.#takeLast(input);
    else this.#take(input);
    this.#core.jobs.poll();
    if (this.#core.isStarted) this.#reason.look();
    return this.#core.takeEffects();
  }

  /** For tests of bounds: all that is kept. */
  get counts() {
    return {
      states: this.#core.chain.size,
      jobs: this.#core.jobs.size,
      trueSignatures: this.#core.trueSignatures.size,
      contents: this.#contents.counts,
      shards: this.#shards.counts,
      ready: this.#ready.counts,
      affirmations: this.#affirmations?.counts,
    };
  }

  /** Of a program that touches a followed shard, as long as it is remembered. */
  statusOf(blob: Root): ProgramStatus | undefined {
    return this.#shards.statuses.of(blob);
  }

  /** What a program waits for in a followed shard, whenever it was ordered; nothing if it does not wait there. */
  awaitedOf(position: Position, shard: ShardName): readonly AwaitedSince[] | undefined {
    return this.#shards.statuses.awaitedOf(position, shard);
  }

  /** Own claims of a followed shard that are not attested, in the order of rounds. */
  ownClaimsOf(shard: ShardName): readonly MadeClaim[] {
    return this.#shards.ownClaimsOf(shard);
  }

  progress(): StageTwoProgress {
    const { base } = this.#core.chain;
    const shards = [...this.#core.setting.network.shards.keys()].map((shard): ShardProgress => {
      const frontier = base.frontiers.of(shard);
      assert(frontier !== undefined, "every shard of the network has a frontier");
      const { round, claim, pending } = frontier;
      const attested = { round, claim, pending: pending.count };
      return { shard, attested, own: this.#shards.standingOf(shard), next: this.#affirmations?.nextOf(shard) };
    });
    return { isStarted: this.#core.isStarted, height: base.height, root: base.root, shards };
  }

  #take(input: AttestInput): void {
    const { jobs, config, isStarted } = this.#core;
    switch (input.kind) {
      case "start":
        this.#core.orderHeight = input.executed;
        return jobs.start("start", this.#start(input));
      case "message":
        return isStarted ? this.#onMessage(input.from, input.message) : undefined;
      case "timer":
        return this.#onTimer(input.timer);
      case "verified":
        return jobs.answer(input.id, input.verdict);
      case "read":
        return jobs.answer(input.id, input.records);
      case "opened":
        return jobs.answer(input.id, input.opened);
      case "executed":
        return this.#shards.onExecuted(input.id, input.executed);
      case "ordered":
        return this.#onOrdered(input.block);
      case "prove-descent":
        return jobs.start(`descent ${input.id}`, this.#proveDescent(input));
      case "vote-evidence":
        return this.#onEvidence({ kind: "votes", value: input.evidence });
      case "build":
        assert(config.seat !== undefined, "only validators propose");
        return this.#proposals.onBuild(input, config.seat);
      case "check":
        return this.#proposals.onCheck(input);
      case "deliver":
        return this.#finality.deliver(input.block, input.info, input.certificate);
      default:
        return unreachable(input);
    }
  }

  /** A chain that diverged goes no further. Of its blocks that could be cited before, the order chain still asks for proofs. */
  #takeLast(input: AttestInput): void {
    if (input.kind === "prove-descent" || input.kind === "read") this.#take(input);
  }

  // The beginning.

  /** From an empty store the genesis; else where the last run ended. */
  *#start({ own, firstRound }: StartInput): Job {
    const core = this.#core;
    const records = this.#markFirst(own, firstRound);
    yield* this.#restore();
    const { height } = (yield* read(readAttestFinal())) ?? { height: asHeight(0) };
    const last = height === 0 ? undefined : yield* read(readAttestBlock(height));
    assert((height === 0) === (last === undefined), "the last final block is in the store");
    core.finalHeight = height;
    yield* this.#citeLast();
    yield* this.#tellAgain();
    yield* this.#shards.open();
    const hooks = {
      onCertified: this.#shards.onCertified.bind(this.#shards),
      onHeldBack: this.#shards.onHeldBack.bind(this.#shards),
      onEvidence: this.#onEvidence.bind(this),
    };
    this.#affirmations = new Affirmations(core, this.#ready, this.#contents, hooks, records);
    core.isStarted = true;
    core.push({ kind: "started", block: last?.block, certificate: last?.certificate });
    this.#affirmations.start();
    this.#shards.start();
    core.jobs.start("finality", this.#finality.run());
  }

  /** C4: where a store is begun, so is the record of what was signed. */
  #markFirst(own: readonly Uint8Array[], firstRound: Round | undefined): readonly Uint8Array[] {
    const { setting, seats } = this.#core.config;
    if (firstRound === undefined) return own;
    const marks = firstMarks(setting.network.epoch, [...seats.keys()], firstRound, own);
    this.#core.store(marks);
    return [...own, ...marks.puts.map(({ value }) => value)];
  }

  *#restore(): Job {
    const core = this.#core;
    const { network } = core.setting;
    const tip = yield* read(readAttestTip());
    if (tip === undefined) {
      const { history, completed } = appendToHistory(emptyHistory, attestHeaderCodec.root(network.header));
      return core.store(tipRecords({ header: network.header, history, completed }));
    }
    const { header, history } = tip;
    const frontiers = yield* read(openFrontiers(network.shards, header));
    core.chain = new AttestChain(baseState(header, history, frontiers));
  }

  /** A2: an order chain that is idle says nothing more by itself; if its last block has no finalization, one follows. */
  *#citeLast(): Job {
    const core = this.#core;
    const last = yield* read(core.config.order.certified(core.orderHeight));
    if (last?.certificate.kind === "finalization") core.citable ??= last;
  }

  /** O3: the order chain begins again with what its last block cites; what came after is told once more. */
  *#tellAgain(): Job {
    const core = this.#core;
    const cited = yield* read(readCited(core.setting.places, core.orderHeight));
    for (let height = cited + 1; height <= core.chain.base.height; height++) {
      const stored = yield* read(readAttestBlock(asHeight(height)));
      assert(stored !== undefined, "a final attest block is in the store");
      const { block, certificate } = stored;
      const ref = { height: asHeight(height), root: attestBlockRules.infoOf(block).root };
      core.push({ kind: "attested", block: { header: block.header, ref, certificate, changes: changesOf(block) } });
    }
  }

  // Facts.

  #onMessage(from: Peer, message: AttestMessage): void {
    if (message.kind === "want-state" || message.kind === "state")
      return this.#shards.explanations.onMessage(from, message);
    if (message.kind !== "affirmations") return this.#contents.onMessage(from, message);
    if (message.affirmations.length <= limits.affirmationsMax)
      this.#affirmations?.onMessage(from, message.affirmations);
  }

  #onTimer(timer: AttestTimer): void {
    if (timer.name === "state") this.#shards.explanations.onTimer(timer.id);
    else if (timer.name === "content") this.#contents.onTimer(timer.id);
    else this.#affirmations?.onTimer(timer);
  }

  #onOrdered(block: OrderedBlockFacts): void {
    const core = this.#core;
    const { header, certificate } = block;
    core.orderHeight = header.height;
    // A2: a citation takes a finalization; a block that has none is cited with one after it.
    if (certificate.kind === "finalization") core.citable = { header, certificate };
    if (!core.isStarted) return;
    this.#affirmations?.onOrdered(header.height);
    this.#shards.onOrdered(block);
  }

  #onEvidence(evidence: Evidence): void {
    this.#core.jobs.start(`evidence ${++this.#evidenceCount}`, this.#addEvidence(evidence));
  }

  *#proveDescent({ id, from, header }: Extract<AttestInput, { readonly kind: "prove-descent" }>): Job {
    const proof = yield* read(proveAttestDescent(from, header));
    this.#core.push({ kind: "descent", id, proof });
  }

  #onSettled({ state, claims }: Settled): void {
    for (const shard of state.changes.keys()) {
      const round = roundOf(state.frontiers, shard);
      this.#affirmations?.advance(shard, round);
      this.#ready.advance(shard, round);
    }
    this.#ready.prove(state.faults);
    this.#shards.onSettled(state.height, claims);
  }

  /** S10: what was proven before is not proven again. */
  *#addEvidence(evidence: Evidence): Job {
    const isProven = yield* read(readProven(faultOf(evidence)));
    if (!isProven) this.#ready.addEvidence(evidence);
  }
}

/** O10: of the claims in a block, the last of each shard. */
function changesOf({ body }: AttestBlock): ReadonlyMap<ShardName, Progress> {
  const changes = new Map<ShardName, Progress>();
  for (const { kind, value } of body.items) {
    if (kind !== "attestation") continue;
    const { shard, round, pending } = value.claim;
    changes.set(shard, { round, pending: pending.count });
  }
  return changes;
}
