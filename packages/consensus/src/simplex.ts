// One consensus machine for both chains: Simplex (Chan & Pass) with BLS multi-signatures.
//
// Blocks are proposed in views. In each view one leader proposes; validators answer with votes, and a quorum of
// equal votes is a certificate:
//
//   vote        certificate      says
//   notarize    notarization     this block may be built upon; no other block of this view can be
//   nullify     nullification    this view may be left without a block
//   finalize    finalization     this block and all its ancestors are final
//
// S1  A quorum is more than 2/3 of weight. The leader of a view is drawn by weight (leaders.ts).
// S2  View v is entered on any certificate of v-1 or a later view. Entering starts its timers, as soon as a
//     reason to propose is known (O8): leader 2Δ, advance 3Δ, doubled up to 16-fold with each nullified view.
// S3  The leader extends the highest notarized or final view it knows, holding nullifications of all between.
// S4  A validator notarizes once a view, in the view that it is in: a proposal of the leader whose parent is
//     notarized or final at some p < v, with nullifications of every view between, one height above its parent,
//     and whose payload the room above found valid. The leader's proposal is its notarize.
// S5  On the notarization of v, whoever did not nullify v finalizes it; never both.
// S6  The finalization of v makes its block and all ancestors final.
// S7  On timeout, an invalid proposal, or proof that the leader proposed twice: nullify. While stuck, own votes and
//     best certificates are repeated. A certificate first held is broadcast once. What is missing is asked for.
// S8  Votes, certificates and blocks are persisted before anything that follows from them leaves.
// S9  Votes are checked together when they would be a quorum (tally.ts, verify.ts).
// S10 Two votes that no honest validator sends both are evidence, once both signatures are checked singly.
// S11 All that peers can make us keep is bounded: one proposal a view, one vote of a kind for each seat and view,
//     views ahead, certificates in checking for each peer, open requests.
// O8  Without a reason nothing is sent: an idle network is quiet. Reasons are local (the room above), forwarded,
//     a vote or proposal of this view or later, or a notarized block that is not final. The last alone makes a
//     leader wait for Δ, because its finalization is usually on its way.
//
// Departures from the paper: votes of one kind and view are checked in aggregate; nullify is a vote of its own and
// not a vote for a dummy block; after nullifying a view a validator does not notarize in it; votes are accepted
// from their signer only (certificates from anyone), see docs/decisions/0006.

import {
  assert,
  asView,
  equalBytes,
  type Machine,
  type Root,
  unreachable,
  type View,
  type Vote,
  type VoteKind,
  voteSigningRoot,
  zeroRoot,
} from "@tandem/shared";
import type { Held } from "./blocks.ts";
import type { SimplexConfig } from "./config.ts";
import { Desk } from "./desk.ts";
import { type JournalRecord, readJournal } from "./journal.ts";
import { Pace } from "./pace.ts";
import { Polls } from "./polls.ts";
import { Supply } from "./supply.ts";
import type { BlockInfo, Effect, FinalBlock, Input, Message, Peer, Proposal, Timer } from "./types.ts";
import type { ViewState } from "./views.ts";

/** Views ahead of ours of which votes and proposals are kept (S11). */
const viewsAheadMax = 64;

export class Simplex<Block> implements Machine<Input<Block>, Effect<Block>> {
  readonly #desk: Desk<Block>;
  readonly #pace: Pace<Block>;
  readonly #polls: Polls<Block>;
  readonly #supply: Supply<Block>;

  /** `genesis` is the block of height and view zero. */
  constructor(config: SimplexConfig<Block>, genesis: BlockInfo) {
    this.#desk = new Desk(config, genesis);
    this.#pace = new Pace(config);
    this.#polls = new Polls(this.#desk);
    this.#supply = new Supply(this.#desk, this.#polls);
  }

  handle(input: Input<Block>): readonly Effect<Block>[] {
    this.#take(input);
    this.#progress();
    return this.#desk.takeEffects();
  }

  #take(input: Input<Block>): void {
    switch (input.kind) {
      case "start":
        return this.#onStart(input.final, input.journal);
      case "message":
        return this.#onMessage(input.from, input.message);
      case "timer":
        return this.#onTimer(input.timer);
      case "verified":
        return this.#polls.onVerified(input);
      case "checked":
        return this.#onChecked(input.root, input.verdict);
      case "built":
        return this.#onBuilt(input.view, input.block);
      case "reason":
        return this.#onReason(input.has);
      default:
        return unreachable(input);
    }
  }

  // Start and recovery (S8).

  #onStart(final: FinalBlock, journal: readonly Uint8Array[]): void {
    this.#desk.begin(final);
    for (const record of readJournal(this.#desk.records, journal)) this.#recall(record);
    this.#desk.push(...this.#pace.beat());
    this.#repeatOwn();
  }

  /** A record of ours, before the crash: it is true, and nothing that follows from it is sent or persisted again. */
  #recall(record: JournalRecord<Block>): void {
    if (record.kind === "certificate") {
      this.#desk.knowledge.hold(record.value);
      this.#desk.view = asView(Math.max(this.#desk.view, record.value.view + 1));
      return;
    }
    if (record.kind === "proposal") {
      const info = this.#desk.config.rules.infoOf(record.value.block);
      if (info.view <= this.#desk.knowledge.final.info.view) return;
      this.#desk.knowledge.blocks.add({ info, block: record.value.block, parent: record.value.parent });
      this.#desk.knowledge.views.at(info.view).proposal ??= { ...record.value, info };
      return;
    }
    const vote = record.value;
    if (vote.view <= this.#desk.knowledge.final.info.view) return;
    const state = this.#desk.knowledge.views.at(vote.view);
    state.own[vote.kind] = vote;
    state.tally.add(vote, true);
    if (vote.kind === "notarize") state.verdict = "valid";
  }

  // What peers say.

  #onMessage(from: Peer, message: Message<Block>): void {
    switch (message.kind) {
      case "proposal":
        return this.#onProposal(from, message.proposal);
      case "vote":
        return this.#onVote(from, message.vote);
      case "certificate":
        return this.#polls.certificate(from, message.certificate, true);
      case "reason":
        return this.#onPeerReason(from, message.view);
      case "request":
        return this.#supply.onRequest(from, message.id, message.request);
      case "answer":
        return this.#supply.onAnswer(from, message);
      default:
        return unreachable(message);
    }
  }

  #onProposal(from: Peer, proposal: Proposal<Block>): void {
    const info = this.#desk.config.rules.infoOf(proposal.block);
    const { view } = info;
    if (info.epoch !== this.#desk.config.electorate.epoch || view === 0 || from !== this.#desk.leaders.of(view)) return;
    if (!this.#isOpen(from, view)) return;
    const state = this.#desk.knowledge.views.at(view);
    if (proposal.parent !== undefined) this.#polls.certificate(from, proposal.parent, true);
    if (state.proposal === undefined) {
      state.proposal = { ...proposal, info };
      this.#desk.knowledge.blocks.add({ info, block: proposal.block, parent: proposal.parent });
    }
    // S4: the leader's proposal is its notarize.
    const { epoch, root } = info;
    const signer = this.#desk.leaders.of(view);
    this.#polls.count({ kind: "notarize", epoch, view, block: root, signer, signature: proposal.signature }, state);
  }

  #onVote(from: Peer, vote: Vote): void {
    const { committee, epoch } = this.#desk.config.electorate;
    if (vote.signer !== from || vote.epoch !== epoch || committee.seats[vote.signer] === undefined) return;
    if (this.#isOpen(from, vote.view)) this.#polls.count(vote, this.#desk.knowledge.views.at(vote.view));
  }

  /** S11: neither settled nor too far ahead. Who is behind is helped; who is not stirs us (O8). */
  #isOpen(from: Peer, view: View): boolean {
    this.#onPeerReason(from, view);
    return view > this.#desk.knowledge.final.info.view && view <= this.#desk.view + viewsAheadMax;
  }

  #onPeerReason(from: Peer, view: View): void {
    if (view >= this.#desk.view) this.#pace.isStirred = true;
    else this.#supply.help(from);
  }

  // What the shell answers.

  #onChecked(root: Root, verdict: "valid" | "invalid"): void {
    for (const state of this.#desk.knowledge.views.all()) {
      const { proposal } = state;
      if (proposal !== undefined && state.verdict === "asked" && equalBytes(proposal.info.root, root))
        state.verdict = verdict;
    }
  }

  #onBuilt(view: View, block: Block | undefined): void {
    const state = this.#desk.knowledge.views.find(view);
    if (
      view !== this.#desk.view ||
      state === undefined ||
      state.proposal !== undefined ||
      state.own.nullify !== undefined
    )
      return;
    if (block === undefined) return;
    const info = this.#desk.config.rules.infoOf(block);
    const extension = this.#desk.knowledge.extension(view);
    // What we know may have moved on while the block was built; it is asked for again.
    if (extension.kind !== "ready" || !equalBytes(extension.parent.root, info.parent)) {
      state.buildAsked = false;
      return;
    }
    assert(info.view === view && info.epoch === this.#desk.config.electorate.epoch, "a block is built for its view");
    assert(info.height === extension.parent.height + 1, "a block is built one above its parent");
    const vote = this.#sign("notarize", view, info.root);
    const proposal = { block, parent: extension.certificate, signature: vote.signature };
    state.proposal = { ...proposal, info };
    state.verdict = "valid";
    this.#desk.knowledge.blocks.add({ info, block, parent: extension.certificate });
    this.#desk.persist({ kind: "proposal", value: proposal });
    this.#cast(state, vote, { kind: "proposal", proposal });
  }

  #onReason(has: boolean): void {
    this.#pace.isLocal = has;
    const state = this.#desk.knowledge.views.at(this.#desk.view);
    if (has && state.proposal === undefined) state.buildAsked = false;
  }

  #onTimer(timer: Timer): void {
    if (timer.name === "repair") return this.#supply.onTimer(timer.id);
    if (timer.name === "heartbeat") return this.#onHeartbeat(timer.beat);
    if (timer.view !== this.#desk.view) return;
    if (timer.name === "settle") {
      this.#pace.hasWaited = true;
      return;
    }
    if (!this.#hasReason()) return this.#pace.stop();
    const state = this.#desk.knowledge.views.at(this.#desk.view);
    if (timer.name === "leader" && state.proposal === undefined) this.#nullify(state);
    if (timer.name === "advance") this.#nullify(state);
    if (timer.name === "repeat") this.#repeatOwn();
    if (timer.name !== "leader") this.#desk.push(...this.#pace.repeat(this.#desk.view));
  }

  #onHeartbeat(beat: number): void {
    if (!this.#pace.isCurrent(beat)) return;
    if (!this.#pace.isAlive) this.#pace.isBeat = true;
    this.#desk.push(...this.#pace.beat());
  }

  // What follows from it.

  #progress(): void {
    if (this.#desk.view === 0) return;
    // Each round settles, enters or casts something; the chain, the views held and own votes bound them.
    while (this.#settle() || this.#enter() || this.#act());
    this.#keepPace();
    this.#supply.refresh();
  }

  /** S6. */
  #settle(): boolean {
    const settled = this.#desk.knowledge.settled();
    if (settled === undefined) return false;
    const { blocks, certificate: finalization } = settled;
    for (const [i, held] of blocks.entries()) {
      const child = blocks[i + 1];
      const certificate = child === undefined ? finalization : this.#desk.knowledge.certificateOf(held, child);
      assert(certificate !== undefined, "every block below a final one is named by a certificate");
      this.#desk.push({ kind: "deliver", block: held.block, info: held.info, certificate });
    }
    const tip = blocks.at(-1) as Held<Block>;
    this.#desk.knowledge.settle({ info: tip.info, certificate: finalization });
    this.#desk.push({ kind: "prune", below: asView(tip.info.view + 1) });
    return true;
  }

  /** S2. */
  #enter(): boolean {
    const highest = this.#desk.knowledge.highest;
    if (highest < this.#desk.view) return false;
    const certificates = this.#desk.knowledge.views.find(highest)?.certificates;
    const isNullified =
      certificates !== undefined && certificates.notarization === undefined && certificates.finalization === undefined;
    this.#desk.view = asView(highest + 1);
    this.#pace.enter(isNullified);
    return true;
  }

  /** Casts one vote that can be cast now, or asks for what a vote or proposal needs. */
  #act(): boolean {
    if (this.#desk.config.signer === undefined) return false;
    for (const state of this.#desk.knowledge.views.all()) if (this.#finalize(state)) return true;
    const state = this.#desk.knowledge.views.at(this.#desk.view);
    if (state.isEquivocal || state.verdict === "invalid") return this.#nullify(state);
    return this.#notarize(state) || this.#propose(state);
  }

  /** S5. */
  #finalize(state: ViewState<Block>): boolean {
    const { notarization } = state.certificates;
    if (notarization === undefined || state.own.nullify !== undefined || state.own.finalize !== undefined) return false;
    this.#castPlain(state, "finalize", notarization.block);
    return true;
  }

  /** S7. */
  #nullify(state: ViewState<Block>): boolean {
    if (this.#desk.config.signer === undefined || state.own.nullify !== undefined || state.own.finalize !== undefined)
      return false;
    this.#castPlain(state, "nullify", zeroRoot);
    return true;
  }

  /** S4. */
  #notarize(state: ViewState<Block>): boolean {
    const { proposal, own } = state;
    if (proposal === undefined || own.notarize !== undefined || own.nullify !== undefined) return false;
    if (state.verdict === "asked") return false;
    const judgement = this.#desk.knowledge.judge(proposal);
    if (judgement.kind === "invalid") return this.#nullify(state);
    if (judgement.kind === "wait") {
      if (judgement.want !== undefined) this.#supply.want(judgement.want, this.#desk.leaders.of(state.view));
      return false;
    }
    if (state.verdict === "open") {
      state.verdict = "asked";
      const ancestors = judgement.ancestors.map((held) => held.block);
      this.#desk.push({ kind: "check", block: proposal.block, info: proposal.info, ancestors });
      return false;
    }
    const { block, parent, signature } = proposal;
    this.#desk.persist({ kind: "proposal", value: { block, parent, signature } });
    this.#castPlain(state, "notarize", proposal.info.root);
    return true;
  }

  /** S3, O8. */
  #propose(state: ViewState<Block>): boolean {
    const { signer } = this.#desk.config;
    if (signer?.seat !== this.#desk.leaders.of(state.view) || state.buildAsked || state.proposal !== undefined)
      return false;
    if (state.own.nullify !== undefined || !this.#hasReason()) return false;
    if (this.#isOnlyUnsettled() && !this.#pace.hasWaited) {
      this.#desk.push(...this.#pace.settle(state.view));
      return false;
    }
    const extension = this.#desk.knowledge.extension(state.view);
    if (extension.kind === "wait") {
      if (extension.want !== undefined) this.#supply.want(extension.want, undefined);
      return false;
    }
    state.buildAsked = true;
    const ancestors = extension.ancestors.map((held) => held.block);
    const isWanted = this.#pace.isBeat || this.#desk.knowledge.isUnsettled;
    this.#desk.push({ kind: "build", view: state.view, parent: extension.parent, ancestors, isWanted });
    return false;
  }

  // O8.

  #hasReason(): boolean {
    const pace = this.#pace;
    const own = this.#desk.knowledge.views.find(this.#desk.view)?.own;
    const hasVoted = own?.notarize !== undefined || own?.nullify !== undefined;
    return pace.isLocal || pace.isBeat || pace.isStirred || hasVoted || this.#desk.knowledge.isUnsettled;
  }

  #isOnlyUnsettled(): boolean {
    const pace = this.#pace;
    return this.#desk.knowledge.isUnsettled && !pace.isLocal && !pace.isBeat && !pace.isStirred;
  }

  #keepPace(): void {
    if (!this.#hasReason() || this.#desk.config.signer === undefined) return;
    this.#desk.push(...this.#pace.start(this.#desk.view));
    const { isLocal, isBeat, isForwarded } = this.#pace;
    const isShared =
      this.#desk.knowledge.isUnsettled || this.#desk.knowledge.views.at(this.#desk.view).proposal !== undefined;
    if ((!isLocal && !isBeat) || isForwarded || isShared) return;
    this.#pace.isForwarded = true;
    this.#desk.broadcast({ kind: "reason", view: this.#desk.view });
  }

  // Doing it.

  #castPlain(state: ViewState<Block>, kind: VoteKind, block: Root): void {
    const vote = this.#sign(kind, state.view, block);
    this.#cast(state, vote, { kind: "vote", vote });
  }

  #sign(kind: VoteKind, view: View, block: Root): Vote {
    const { signer, electorate } = this.#desk.config;
    assert(signer !== undefined, "an observer does not vote");
    const ballot = { epoch: electorate.epoch, view, block };
    const signature = signer.sign(voteSigningRoot(electorate, kind, ballot));
    return { kind, ...ballot, signer: signer.seat, signature };
  }

  /** S8: durable first, then on its way. */
  #cast(state: ViewState<Block>, vote: Vote, message: Message<Block>): void {
    assert(state.own[vote.kind] === undefined, `one ${vote.kind} a view (S4)`);
    state.own[vote.kind] = vote;
    this.#desk.persist({ kind: "vote", value: vote });
    this.#desk.broadcast(message);
    this.#polls.countOwn(vote, state);
  }

  /** S7, and after a restart: our votes of this view, the proposal if we lead, and where we are. */
  #repeatOwn(): void {
    for (const certificate of this.#desk.best()) this.#desk.broadcast({ kind: "certificate", certificate });
    for (const state of this.#desk.knowledge.views.all()) this.#repeatVotes(state);
  }

  #repeatVotes({ view, own, proposal }: ViewState<Block>): void {
    for (const vote of Object.values(own)) {
      if (
        vote.kind === "notarize" &&
        view === this.#desk.view &&
        proposal !== undefined &&
        this.#desk.leaders.of(view) === vote.signer
      ) {
        const { block, parent, signature } = proposal;
        this.#desk.broadcast({ kind: "proposal", proposal: { block, parent, signature } });
      } else {
        this.#desk.broadcast({ kind: "vote", vote });
      }
    }
  }
}
