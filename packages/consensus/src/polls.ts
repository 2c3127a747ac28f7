// S9–S11: votes and certificates from peers, until they are believed. Votes of one view are counted unverified; when
// equal ones would be a quorum their signatures are checked as one. Certificates that say the same are checked one
// after another until one is true, and after votes for it that are being checked: all peers tell a new certificate at
// once, and one check is enough. A bounded number waits for each peer, and a false one is in nobody else's way. What
// is believed goes to the desk.

import {
  assert,
  bitmapOf,
  type Certificate,
  type CertificateKind,
  equalBytes,
  isQuorum,
  success,
  unreachable,
  type Vote,
  type VoteKind,
  voteKindOf,
  weightOf,
} from "@tandem/shared";
import type { Desk } from "./desk.ts";
import type { Group } from "./tally.ts";
import type { Peer, Verified, VerifyTask } from "./types.ts";
import type { ViewState } from "./views.ts";

/** Certificates of one peer that wait or are being checked at a time (S11); of all that have no seat, together. */
const certificateChecksMax = 16;

/** Whoever has no seat can come under any number of names. */
const seatless = -1;

export const certificateKindOf: { readonly [Kind in VoteKind]: CertificateKind } = {
  notarize: "notarization",
  nullify: "nullification",
  finalize: "finalization",
};

/** What a `verify` effect was for. */
type Check<Block> =
  | { readonly kind: "group"; readonly state: ViewState<Block>; readonly group: Group; readonly votes: readonly Vote[] }
  | { readonly kind: "clash"; readonly state: ViewState<Block>; readonly votes: readonly [Vote, Vote] }
  | { readonly kind: "certificate"; readonly candidate: Candidate }
  | { readonly kind: "answer"; readonly certificate: Certificate; readonly next: (isTrue: boolean) => void };

interface Candidate {
  readonly certificate: Certificate;
  readonly from: Peer;
}

/** Certificates of one kind and view, the first of which is being checked if any is. */
interface Queue {
  readonly candidates: Candidate[];
  isChecking: boolean;
}

export class Polls<Block> {
  readonly #desk: Desk<Block>;
  readonly #checks = new Map<number, Check<Block>>();
  /** By kind and view. */
  readonly #queues = new Map<string, Queue>();
  /** How many of them are of each peer with a seat, and of all others together. */
  readonly #waiting = new Map<Peer, number>();
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

  /** Has a certificate that a peer told us checked, unless it is known or cannot be one; a true one is news to all. */
  certificate(from: Peer, certificate: Certificate): void {
    const teller = this.#tellerOf(from);
    const waiting = this.#waiting.get(teller) ?? 0;
    if (this.#isKnown(certificate) || !this.#canBe(certificate) || waiting >= certificateChecksMax) return;
    const key = keyOf(certificate);
    const queue = this.#queues.get(key) ?? { candidates: [], isChecking: false };
    if (queue.candidates.some((candidate) => candidate.from === from)) return;
    this.#waiting.set(teller, waiting + 1);
    this.#queues.set(key, queue);
    queue.candidates.push({ certificate, from });
    this.#review(certificate);
  }

  /** Checks the next of the certificates that say this, unless that has been found true or false votes may yet. */
  #review(certificate: Pick<Certificate, "kind" | "view">): void {
    const queue = this.#queues.get(keyOf(certificate));
    if (queue === undefined || queue.isChecking) return;
    const [candidate] = queue.candidates;
    if (candidate === undefined || this.#isKnown(certificate)) {
      this.#queues.delete(keyOf(certificate));
      for (const { from } of queue.candidates) this.#release(from);
    } else if (!this.#isPolling(certificate)) {
      queue.isChecking = true;
      this.#verify({ kind: "certificate", candidate });
    }
  }

  #release(from: Peer): void {
    const teller = this.#tellerOf(from);
    const waiting = (this.#waiting.get(teller) ?? 0) - 1;
    if (waiting > 0) this.#waiting.set(teller, waiting);
    else this.#waiting.delete(teller);
  }

  #tellerOf(from: Peer): Peer {
    return this.#desk.config.electorate.committee.seats[from] === undefined ? seatless : from;
  }

  /** Whether votes that would be this certificate are being checked. */
  #isPolling({ kind, view }: Pick<Certificate, "kind" | "view">): boolean {
    return this.#desk.knowledge.views.find(view)?.tally.isVerifying(voteKindOf[kind]) ?? false;
  }

  #isKnown({ kind, view }: Pick<Certificate, "kind" | "view">): boolean {
    const { final, views } = this.#desk.knowledge;
    return view <= final.info.view || views.find(view)?.certificates[kind] !== undefined;
  }

  #canBe({ epoch, bitmap }: Certificate): boolean {
    const { committee, epoch: ours } = this.#desk.config.electorate;
    if (epoch !== ours || bitmap.length !== committee.seats.length) return false;
    return isQuorum(committee, weightOf(committee, bitmap));
  }

  /**
   * Believes the certificates of an answer one after another, up to the first that is false: who sends one lies, and
   * costs us no more. `onTrue` is told the place of each that is true, `onEnd` that there is nothing more to check.
   */
  answer(certificates: readonly Certificate[], onTrue: (place: number) => void, onEnd: () => void, from = 0): void {
    for (const [place, certificate] of certificates.entries()) {
      if (place < from) continue;
      const known = this.#desk.knowledge.views.find(certificate.view)?.certificates[certificate.kind];
      if (known !== undefined && !equalBytes(known.block, certificate.block)) break;
      if (!this.#isKnown(certificate)) {
        if (!this.#canBe(certificate)) break;
        const next = (isTrue: boolean) => {
          if (!isTrue) return onEnd();
          onTrue(place);
          this.answer(certificates, onTrue, onEnd, place + 1);
        };
        return this.#verify({ kind: "answer", certificate, next });
      }
      onTrue(place);
    }
    onEnd();
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
        return this.#onCertificate(check.candidate, valid[0] === true);
      case "answer":
        if (valid[0] === true) this.#desk.hold(check.certificate, false);
        return check.next(valid[0] === true);
      default:
        return unreachable(check);
    }
  }

  #onCertificate({ certificate, from }: Candidate, valid: boolean): void {
    const queue = this.#queues.get(keyOf(certificate));
    assert(queue !== undefined, "what is being checked is the first of its queue");
    queue.candidates.shift();
    queue.isChecking = false;
    this.#release(from);
    if (valid) this.#desk.hold(certificate, true);
    this.#review(certificate);
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
    this.#review({ kind: certificateKindOf[group.kind], view: state.view });
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
    this.#desk.push({ kind: "verify", id, task: taskOf(check) });
  }
}

function keyOf({ kind, view }: Pick<Certificate, "kind" | "view">): string {
  return `${kind} ${view}`;
}

function taskOf(check: Check<unknown>): VerifyTask {
  switch (check.kind) {
    case "group":
    case "clash":
      return { kind: "votes", votes: check.votes };
    case "certificate":
      return { kind: "certificate", certificate: check.candidate.certificate };
    case "answer":
      return { kind: "certificate", certificate: check.certificate };
    default:
      return unreachable(check);
  }
}
