// What this node itself says: each vote is signed once, persisted with what it rests on, then sent (S8), and repeated
// while it may be of use (S7).

import {
  assert,
  asView,
  type Certificate,
  equalBytes,
  type Root,
  type View,
  type Vote,
  type VoteKind,
  voteSigningRoot,
} from "@tandem/shared";
import type { Certified } from "./blocks.ts";
import type { Desk } from "./desk.ts";
import { certificateKindOf, type Polls } from "./polls.ts";
import type { BlockInfo, Message, Proposal } from "./types.ts";
import type { ViewState } from "./views.ts";

/** Votes of this many views are repeated (S11): peers that are further behind need certificates, not votes. */
const repeatedViewsMax = 64;

export class Voice<Block> {
  readonly #desk: Desk<Block>;
  readonly #polls: Polls<Block>;

  constructor(desk: Desk<Block>, polls: Polls<Block>) {
    this.#desk = desk;
    this.#polls = polls;
  }

  /** S5, S7: a vote that rests on certificates alone, which are durable since they are held. */
  cast(state: ViewState<Block>, kind: Exclude<VoteKind, "notarize">, block: Root): void {
    this.#cast(state, this.#sign(kind, state.view, block));
  }

  /** S4. The blocks between the last final one and this are then durable at all who made it notarized. */
  notarize(state: ViewState<Block>, proposal: Proposal<Block>, info: BlockInfo, ancestors: Ancestors<Block>): void {
    this.#persistBlocks(ancestors);
    this.#persistProposal(state.view, proposal, info);
    this.#cast(state, this.#sign("notarize", state.view, info.root));
  }

  /** S3: the leader's proposal is its notarize. */
  propose(
    state: ViewState<Block>,
    block: Block,
    info: BlockInfo,
    {
      certificate: parent,
      ancestors,
    }: { readonly certificate: Certificate | undefined; readonly ancestors: Ancestors<Block> },
  ): void {
    const vote = this.#sign("notarize", state.view, info.root);
    const proposal = { block, parent, signature: vote.signature };
    state.proposal = { ...proposal, info };
    state.verdict = "valid";
    this.#desk.knowledge.blocks.add({ info, block });
    this.#persistBlocks(ancestors);
    this.#persistProposal(state.view, proposal, info);
    this.#cast(state, vote);
  }

  #persistBlocks(blocks: Ancestors<Block>): void {
    for (const { info, block } of blocks) {
      if (this.#desk.knowledge.blocks.markDurable(info.root))
        this.#desk.persist(info.view, { kind: "block", value: block });
    }
  }

  #persistProposal(view: View, { block, parent, signature }: Proposal<Block>, info: BlockInfo): void {
    this.#desk.knowledge.blocks.markDurable(info.root);
    this.#desk.persist(view, { kind: "proposal", value: { block, parent, signature } });
  }

  #sign(kind: VoteKind, view: View, block: Root): Vote {
    const { signer, electorate } = this.#desk.config;
    assert(signer !== undefined, "an observer does not vote");
    assert(!this.#desk.isMarked(view), "nothing is signed up to the mark (S8)");
    const ballot = { epoch: electorate.epoch, view, block };
    const signature = signer.sign(voteSigningRoot(electorate, kind, ballot));
    return { kind, ...ballot, signer: signer.seat, signature };
  }

  #cast(state: ViewState<Block>, vote: Vote): void {
    assert(state.own[vote.kind] === undefined, `one ${vote.kind} a view (S4)`);
    state.own[vote.kind] = vote;
    this.#desk.persist(state.view, { kind: "vote", value: vote });
    this.#desk.broadcast(this.#messageOf(state, vote));
    this.#polls.countOwn(vote, state);
  }

  /** A vote of before a restart. */
  recall(vote: Vote): void {
    const state = this.#desk.knowledge.views.at(vote.view);
    const said = state.own[vote.kind];
    if (said !== undefined && equalBytes(said.block, vote.block)) return;
    state.own[vote.kind] = vote;
    if (vote.kind === "notarize") state.verdict = "valid";
    this.#polls.countOwn(vote, state);
  }

  /** S7, and after a restart: where we are, and our votes that have not become certificates. */
  repeat(): void {
    for (const certificate of this.#desk.best()) this.#desk.broadcast({ kind: "certificate", certificate });
    const first = asView(Math.max(this.#desk.view - repeatedViewsMax, 0));
    for (const state of this.#desk.knowledge.views.from(first)) {
      for (const vote of Object.values(state.own)) {
        const isDone = state.certificates[certificateKindOf[vote.kind]] !== undefined;
        if (!isDone) this.#desk.broadcast(this.#messageOf(state, vote));
      }
    }
  }

  /** The leader's notarize goes with its proposal while the view lasts. */
  #messageOf({ view, proposal }: ViewState<Block>, vote: Vote): Message<Block> {
    const isLeader = this.#desk.leaders.of(view) === vote.signer;
    if (vote.kind !== "notarize" || proposal === undefined || !isLeader || view !== this.#desk.view)
      return { kind: "vote", vote };
    const { block, parent, signature } = proposal;
    return { kind: "proposal", proposal: { block, parent, signature } };
  }
}

type Ancestors<Block> = readonly Certified<Block>[];
