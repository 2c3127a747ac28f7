// S9–S11: votes and certificates from peers, until they are believed. Votes of one view are counted unverified; when
// equal ones would be a quorum their signatures are checked as one. Certificates are checked one by one, a bounded
// number for each peer. What is believed goes to the desk.

import {
  assert,
  bitmapOf,
  type Certificate,
  type CertificateKind,
  isQuorum,
  success,
  unreachable,
  type Vote,
  type VoteKind,
  weightOf,
} from "@tandem/shared";
import type { Desk } from "./desk.ts";
import type { Group } from "./tally.ts";
import type { Peer, Verified } from "./types.ts";
import type { ViewState } from "./views.ts";

/** Certificates of one peer that are being checked at a time (S11). */
const certificateChecksMax = 16;

const certificateKindOf: { readonly [Kind in VoteKind]: CertificateKind } = {
  notarize: "notarization",
  nullify: "nullification",
  finalize: "finalization",
};

/** What a `verify` effect was for. */
type Check<Block> =
  | { readonly kind: "group"; readonly state: ViewState<Block>; readonly group: Group; readonly votes: readonly Vote[] }
  | { readonly kind: "clash"; readonly state: ViewState<Block>; readonly votes: readonly [Vote, Vote] }
  | {
      readonly kind: "certificate";
      readonly certificate: Certificate;
      readonly from: Peer;
      readonly isNews: boolean;
      readonly then: () => void;
    };

export class Polls<Block> {
  readonly #desk: Desk<Block>;
  readonly #checks = new Map<number, Check<Block>>();
  /** Certificates in checking, by sender. */
  readonly #checking = new Map<Peer, Set<string>>();
  #nextCheck = 1;

  constructor(desk: Desk<Block>) {
    this.#desk = desk;
  }

  /** Counts a vote of a seat of the set. */
  count(vote: Vote, state: ViewState<Block>): void {
    const added = state.tally.add(vote, false);
    if (added.kind === "ignored") return;
    if (added.kind === "clash") this.#verify({ kind: "clash", state, votes: [added.first, added.second] });
    if (added.group !== undefined) this.#advance(state, added.group);
  }

  /** Our own needs no check. */
  countOwn(vote: Vote, state: ViewState<Block>): void {
    const added = state.tally.add(vote, true);
    assert(added.kind === "added", "we never contradict ourselves (S8)");
    this.#advance(state, added.group);
  }

  /** S9: has a group checked once it would be a quorum. */
  #advance(state: ViewState<Block>, group: Group): void {
    const isDone = state.certificates[certificateKindOf[group.kind]] !== undefined;
    if (isDone || group.isVerifying || !state.tally.isQuorum(group)) return;
    const votes = state.tally.votesOf(group);
    const verified = state.tally.quorum(group);
    if (verified !== undefined) return this.#certify(state, group, verified, undefined);
    group.isVerifying = true;
    this.#verify({ kind: "group", state, group, votes });
  }

  /** `aggregate` is the sum of these votes' signatures, if whoever checked them has it. */
  #certify(state: ViewState<Block>, group: Group, votes: readonly Vote[], aggregate: Uint8Array | undefined): void {
    const { scheme, committee, epoch } = this.#desk.config.electorate;
    const bitmap = bitmapOf(committee, votes);
    const signature =
      aggregate === undefined ? scheme.aggregate(votes.map((vote) => vote.signature)) : success(aggregate);
    assert(bitmap.ok && signature.ok, "verified votes of different seats aggregate");
    const certificate = {
      epoch,
      view: state.view,
      block: group.block,
      bitmap: bitmap.value,
      signature: signature.value,
    };
    this.#desk.hold({ kind: certificateKindOf[group.kind], ...certificate }, true);
  }

  /**
   * Has a certificate checked unless it is known or cannot be one. Once it is held, it is told to all if it `isNews`
   * and not the answer to our asking, and `then` runs.
   */
  certificate(from: Peer, certificate: Certificate, isNews: boolean, then = () => {}): void {
    const { kind, view, epoch, bitmap } = certificate;
    const { committee, epoch: ours } = this.#desk.config.electorate;
    const { final, views } = this.#desk.knowledge;
    if (epoch !== ours || bitmap.length !== committee.seats.length || view <= final.info.view) return;
    if (views.find(view)?.certificates[kind] !== undefined) return then();
    if (!isQuorum(committee, weightOf(committee, bitmap))) return;
    const checking = this.#checking.get(from) ?? new Set();
    const key = `${kind} ${view}`;
    if (checking.has(key) || checking.size >= certificateChecksMax) return;
    this.#checking.set(from, checking.add(key));
    this.#verify({ kind: "certificate", certificate, from, isNews, then });
  }

  onVerified({ id, valid, aggregate }: Verified): void {
    const check = this.#checks.get(id);
    this.#checks.delete(id);
    if (check === undefined) return;
    switch (check.kind) {
      case "group":
        return this.#onGroup(check.state, check.group, check.votes, valid, aggregate);
      case "clash":
        return this.#onClash(check.state, check.votes, valid);
      case "certificate":
        this.#checking.get(check.from)?.delete(`${check.certificate.kind} ${check.certificate.view}`);
        if (valid[0] !== true) return;
        this.#desk.hold(check.certificate, check.isNews);
        return check.then();
      default:
        return unreachable(check);
    }
  }

  #onGroup(
    state: ViewState<Block>,
    group: Group,
    votes: readonly Vote[],
    valid: readonly boolean[],
    aggregate: Uint8Array | undefined,
  ): void {
    group.isVerifying = false;
    for (const [i, vote] of votes.entries()) state.tally.settle(vote, valid[i] === true);
    const isDone = state.certificates[certificateKindOf[group.kind]] !== undefined;
    if (!isDone && aggregate !== undefined && valid.every((each) => each))
      this.#certify(state, group, votes, aggregate);
    else this.#advance(state, group);
  }

  /** S10, S7. */
  #onClash(state: ViewState<Block>, votes: readonly [Vote, Vote], valid: readonly boolean[]): void {
    for (const [i, vote] of votes.entries()) state.tally.settle(vote, valid[i] === true);
    if (!valid.every((each) => each)) return;
    const [first, second] = votes;
    this.#desk.push({ kind: "evidence", evidence: { first, second } });
    const isLeader = first.signer === this.#desk.leaders.of(state.view);
    if (isLeader && first.kind === "notarize") state.isEquivocal = true;
  }

  #verify(check: Check<Block>): void {
    const id = this.#nextCheck++;
    this.#checks.set(id, check);
    const task =
      check.kind === "certificate"
        ? ({ kind: "certificate", certificate: check.certificate } as const)
        : ({ kind: "votes", votes: check.votes } as const);
    this.#desk.push({ kind: "verify", id, task });
  }
}
