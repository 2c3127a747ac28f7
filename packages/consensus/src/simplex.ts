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
//     reason to propose is known (O8): leader 2Δ, advance 3Δ, doubled up to 16-fold with each view since the last
//     notarized or final one.
// S3  The leader extends the highest notarized or final view it knows, holding nullifications of all between.
// S4  A validator notarizes once a view, in the view that it is in: a proposal of the leader whose parent is
//     notarized or final at some p < v, with nullifications of every view between, one height above its parent,
//     whose ancestors are held with checked certificates, and whose payload the room above found valid. The
//     leader's proposal is its notarize.
// S5  On the notarization of v, whoever did not nullify v finalizes it; never both.
// S6  The finalization of v makes its block and all ancestors final.
// S7  On timeout, an invalid proposal, or proof that the leader proposed twice: nullify. While stuck, own votes and
//     best certificates are repeated. A certificate first held is broadcast once. What is missing is asked for, and
//     a peer that shows itself in an earlier view is told how we came to ours.
// S8  Votes, certificates and the blocks that a vote rests on are persisted before anything that follows from them
//     leaves. In a view up to the mark of the journal, which says where it begins, nothing is signed.
// S9  Votes are checked together when they would be a quorum (tally.ts, verify.ts).
// S10 Two votes that no honest validator sends both are evidence, once both signatures are checked singly.
// S11 All that peers can make us keep is bounded: one proposal a view, one vote of a kind for each seat and view,
//     views ahead, certificates in checking for each peer, open requests.
// O8  Without a reason nothing is sent: an idle network is quiet. Reasons are local (the room above), forwarded,
//     a vote or proposal of this view or later, a notarized block that is neither final nor empty, or the heartbeat.
//     An empty block is proposed for the last two only, and for the first of them after waiting for Δ, because its
//     finalization is usually on its way.
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
  zeroRoot,
} from "@tandem/shared";
import type { Certified } from "./blocks.ts";
import type { SimplexConfig } from "./config.ts";
import { Desk } from "./desk.ts";
import { Pace } from "./pace.ts";
import { Polls } from "./polls.ts";
import { Recovery } from "./recovery.ts";
import { Supply } from "./supply.ts";
import type { BlockInfo, Effect, FinalBlock, Input, Message, Peer, Proposal, Timer } from "./types.ts";
import type { ViewState } from "./views.ts";
import { Voice } from "./voice.ts";

/** Views ahead of ours of which votes are kept (S11), */
const viewsAheadMax = 64;
/** and proposals: a block can take 75 MB of memory, and whoever leads a later view can have it kept for nothing. */
const proposalsAheadMax = 8;

export class Simplex<Block> implements Machine<Input<Block>, Effect<Block>> {
  readonly #desk: Desk<Block>;
  readonly #pace: Pace<Block>;
  readonly #polls: Polls<Block>;
  readonly #supply: Supply<Block>;
  readonly #voice: Voice<Block>;
  readonly #recovery: Recovery<Block>;

  /** `genesis` is the block of height and view zero. */
  constructor(config: SimplexConfig<Block>, genesis: BlockInfo) {
    this.#desk = new Desk(config, genesis);
    this.#pace = new Pace(config);
    this.#polls = new Polls(this.#desk);
    this.#supply = new Supply(this.#desk, this.#polls);
    this.#voice = new Voice(this.#desk, this.#polls);
    this.#recovery = new Recovery(this.#desk, this.#voice);
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

  #onStart(final: FinalBlock, journal: readonly Uint8Array[]): void {
    this.#desk.begin(final);
    this.#recovery.recall(journal);
    this.#pace.enter(this.#desk.knowledge.nullifiedBefore(this.#desk.view));
    this.#desk.push(...this.#pace.rest());
    this.#voice.repeat();
    this.#askForGap(this.#desk.view);
  }

  // What peers say.

  #onMessage(from: Peer, message: Message<Block>): void {
    // A second node with our key is no peer of ours.
    if (from === this.#desk.config.signer?.seat) return;
    switch (message.kind) {
      case "proposal":
        return this.#onProposal(from, message.proposal);
      case "vote":
        return this.#onVote(from, message.vote);
      case "certificate":
        return this.#polls.certificate(from, message.certificate);
      case "reason":
        return this.#onPeerReason(from, message);
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
    if (!this.#isOpen(from, view, view + 1)) return;
    if (proposal.parent !== undefined) this.#polls.certificate(from, proposal.parent);
    if (view > this.#desk.view + proposalsAheadMax) return;
    const state = this.#desk.knowledge.views.at(view);
    if (state.proposal === undefined) {
      state.proposal = { ...proposal, info };
      this.#desk.knowledge.blocks.add({ info, block: proposal.block });
    }
    // S4: the leader's proposal is its notarize.
    const { epoch, root } = info;
    const signer = this.#desk.leaders.of(view);
    this.#polls.count({ kind: "notarize", epoch, view, block: root, signer, signature: proposal.signature }, state);
  }

  #onVote(from: Peer, vote: Vote): void {
    const { committee, epoch } = this.#desk.config.electorate;
    if (vote.signer !== from || vote.epoch !== epoch || committee.seats[vote.signer] === undefined) return;
    const at = vote.kind === "nullify" ? vote.view : vote.view + 1;
    if (this.#isOpen(from, vote.view, at)) this.#polls.count(vote, this.#desk.knowledge.views.at(vote.view));
  }

  /** S11: neither settled nor too far ahead. */
  #isOpen(from: Peer, view: View, at: number): boolean {
    this.#place(from, view, at);
    return view > this.#desk.knowledge.final.info.view && view <= this.#desk.view + viewsAheadMax;
  }

  /**
   * O8: who speaks of our view or a later one stirs us. Who speaks of an earlier one is helped, if `at`, the view that
   * it is in or about to enter, is behind ours: a notarize or finalize of the view before ours is only late. Whether
   * we are stirred.
   */
  #place(from: Peer, view: View, at: number): boolean {
    if (this.#desk.config.electorate.committee.seats[from] === undefined) return false;
    const stirs = view >= this.#desk.view;
    if (stirs) this.#pace.isStirred = true;
    else if (at < this.#desk.view) this.#supply.help(from);
    return stirs;
  }

  #onPeerReason(from: Peer, { view, isBeat }: Extract<Message<Block>, { kind: "reason" }>): void {
    if (this.#place(from, view, view) && isBeat) this.#pace.hearBeat();
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
    if (block === undefined || state === undefined || view !== this.#desk.view || !this.#mayPropose(state)) return;
    const info = this.#desk.config.rules.infoOf(block);
    const extension = this.#desk.knowledge.extension(view);
    // What we know may have moved on while the block was built; it is asked for again.
    if (extension.kind !== "ready" || !equalBytes(extension.parent.root, info.parent)) {
      state.build = undefined;
      return;
    }
    assert(info.view === view && info.epoch === this.#desk.config.electorate.epoch, "a block is built for its view");
    assert(info.height === extension.parent.height + 1, "a block is built one above its parent");
    this.#voice.propose(state, block, info, extension);
  }

  #onReason(has: boolean): void {
    this.#pace.isLocal = has;
    const state = this.#desk.knowledge.views.at(this.#desk.view);
    if (has) state.build = undefined;
  }

  #onTimer(timer: Timer): void {
    if (timer.name === "repair") return this.#supply.onTimer(timer.id);
    if (timer.name === "heartbeat") return this.#desk.push(...this.#pace.onBeat(timer.beat));
    if (timer.view !== this.#desk.view) return;
    if (timer.name === "settle") {
      this.#pace.hasWaited = true;
      return;
    }
    if (!this.#pace.isOn(timer.run)) return;
    if (!this.#hasReason()) return this.#pace.stop();
    const state = this.#desk.knowledge.views.at(this.#desk.view);
    if (timer.name === "leader" && state.proposal === undefined) this.#nullify(state);
    if (timer.name === "advance") this.#nullify(state);
    if (timer.name === "repeat") this.#voice.repeat();
    if (timer.name !== "leader") this.#desk.push(...this.#pace.repeat(this.#desk.view));
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
    for (const { block, info, certificate } of blocks) this.#desk.push({ kind: "deliver", block, info, certificate });
    const tip = blocks.at(-1) as Certified<Block>;
    this.#desk.knowledge.settle({ info: tip.info, certificate: finalization });
    // The finalization stays: should the archive be lost, the journal still says below which view all is decided (S8).
    this.#desk.push({ kind: "prune", below: tip.info.view });
    // Blocks that came by repair count too: who catches up has nothing to beat for.
    this.#desk.push(...this.#pace.rest());
    return true;
  }

  /** S2. */
  #enter(): boolean {
    const highest = this.#desk.knowledge.highest;
    if (highest < this.#desk.view) return false;
    const left = this.#desk.view;
    this.#desk.view = asView(highest + 1);
    const nullified = this.#desk.knowledge.nullifiedBefore(this.#desk.view);
    this.#pace.enter(nullified);
    if (nullified === 0) this.#desk.push(...this.#pace.rest());
    else this.#askForGap(left);
    return true;
  }

  /**
   * S7: what was missing already in the view that we left does not come by itself. Peers think us where they are, and
   * where there is nothing to propose no proposal comes by which we would see what we lack.
   */
  #askForGap(left: View): void {
    const { knowledge, view } = this.#desk;
    const extension = knowledge.extension(view);
    if (extension.kind !== "wait" || extension.want === undefined) return;
    const { request } = extension.want;
    const since = request.kind === "certificates" ? request.from : knowledge.views.highestNotarized;
    if (since < left) this.#supply.want(extension.want, undefined);
  }

  /** Casts one vote that can be cast now, or asks for what a vote or proposal needs. */
  #act(): boolean {
    if (this.#finalize()) return true;
    if (this.#desk.config.signer === undefined || this.#desk.isMarked(this.#desk.view)) return false;
    const state = this.#desk.knowledge.views.at(this.#desk.view);
    if (state.isEquivocal || state.verdict === "invalid") return this.#nullify(state);
    return this.#notarize(state) || this.#propose(state);
  }

  /** S5. */
  #finalize(): boolean {
    const { newlyNotarized, views } = this.#desk.knowledge;
    for (let view = newlyNotarized.shift(); view !== undefined; view = newlyNotarized.shift()) {
      const state = views.find(view);
      const notarization = state?.certificates.notarization;
      if (state === undefined || notarization === undefined || this.#desk.config.signer === undefined) continue;
      if (this.#desk.isMarked(view)) continue;
      if (state.own.nullify !== undefined || state.own.finalize !== undefined) continue;
      this.#voice.cast(state, "finalize", notarization.block);
      return true;
    }
    return false;
  }

  /** S7. */
  #nullify(state: ViewState<Block>): boolean {
    if (this.#desk.isMarked(state.view)) return false;
    if (this.#desk.config.signer === undefined || state.own.nullify !== undefined || state.own.finalize !== undefined)
      return false;
    this.#voice.cast(state, "nullify", zeroRoot);
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
    this.#voice.notarize(state, proposal, proposal.info, judgement.ancestors);
    return true;
  }

  /** S3, O8. */
  #propose(state: ViewState<Block>): boolean {
    if (!this.#mayPropose(state) || !this.#hasReason()) return false;
    const { knowledge } = this.#desk;
    if (knowledge.isUnsettled && !this.#pace.hasWaited) this.#desk.push(...this.#pace.settle(state.view));
    // Whoever stirs us cannot make us propose an empty block: that takes a finalization that is late by Δ, or a beat.
    const isWanted = this.#pace.isBeat || (knowledge.isUnsettled && this.#pace.hasWaited);
    if (!isWanted && !this.#pace.isLocal && !this.#pace.isStirred) return false;
    if (state.build === "anything" || (state.build === "something" && !isWanted)) return false;
    const extension = knowledge.extension(state.view);
    if (extension.kind === "wait") {
      if (extension.want !== undefined) this.#supply.want(extension.want, undefined);
      return false;
    }
    state.build = isWanted ? "anything" : "something";
    const ancestors = extension.ancestors.map((held) => held.block);
    this.#desk.push({ kind: "build", view: state.view, parent: extension.parent, ancestors, isWanted });
    return false;
  }

  #mayPropose({ view, proposal, own }: ViewState<Block>): boolean {
    if (this.#desk.config.signer?.seat !== this.#desk.leaders.of(view)) return false;
    return proposal === undefined && own.notarize === undefined && own.nullify === undefined;
  }

  // O8.

  #hasReason(): boolean {
    const pace = this.#pace;
    const own = this.#desk.knowledge.views.find(this.#desk.view)?.own;
    const hasVoted = own?.notarize !== undefined || own?.nullify !== undefined;
    return pace.isLocal || pace.isBeat || pace.isStirred || hasVoted || this.#desk.knowledge.isUnsettled;
  }

  #keepPace(): void {
    if (!this.#hasReason() || this.#desk.config.signer === undefined) return;
    this.#desk.push(...this.#pace.start(this.#desk.view));
    const { isLocal, isBeat, isForwarded } = this.#pace;
    const isShared =
      this.#desk.knowledge.isUnsettled || this.#desk.knowledge.views.at(this.#desk.view).proposal !== undefined;
    if ((!isLocal && !isBeat) || isForwarded || isShared) return;
    this.#pace.isForwarded = true;
    this.#desk.broadcast({ kind: "reason", view: this.#desk.view, isBeat });
  }
}
