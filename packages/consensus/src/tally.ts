// S9: the votes of one view. Votes that say the same are counted together, unverified, until they would be a
// quorum; only then are their signatures checked. Each seat has one place for each kind of vote. Votes come from
// their signers over authenticated links (docs/decisions/0006), so nobody fills another's place.

import {
  type Committee,
  compareBytes,
  equalBytes,
  isQuorum,
  type Root,
  type ValidatorIndex,
  type Vote,
  type VoteKind,
} from "@tandem/shared";

interface Place {
  readonly vote: Vote;
  verified: boolean;
}

/** Equal votes. */
export interface Group {
  readonly kind: VoteKind;
  readonly block: Root;
  /** By seat. */
  readonly places: Map<ValidatorIndex, Place>;
  weight: bigint;
  verifiedWeight: bigint;
  /** A check of these is under way. */
  isVerifying: boolean;
}

export type Added =
  | { readonly kind: "added"; readonly group: Group }
  /** Known already, or of a seat whose vote proved false. */
  | { readonly kind: "ignored" }
  /** S10: no honest validator sends both. */
  | { readonly kind: "clash"; readonly first: Vote; readonly second: Vote; readonly group: Group | undefined };

export class Tally {
  readonly #committee: Committee;
  readonly #groups: Group[] = [];
  /** Seats that sent a false signature: nothing of theirs counts here any more. */
  readonly #refused = new Set<ValidatorIndex>();

  /** Seats of which a clash is known: one is enough. */
  readonly #clashed = new Set<ValidatorIndex>();

  constructor(committee: Committee) {
    this.#committee = committee;
  }

  /** Adds a vote of a known seat. `verified` is for votes that need no check: our own. */
  add(vote: Vote, verified: boolean): Added {
    if (this.#refused.has(vote.signer)) return { kind: "ignored" };
    const rival = this.#placeOf(vote.kind, vote.signer);
    if (rival !== undefined) {
      if (equalBytes(rival.block, vote.block) || this.#clashed.has(vote.signer)) return { kind: "ignored" };
      this.#clashed.add(vote.signer);
      return { kind: "clash", ...inOrder(rival, vote), group: undefined };
    }
    const group = this.#groupOf(vote);
    const weight = this.#weightOf(vote.signer);
    group.places.set(vote.signer, { vote, verified });
    group.weight += weight;
    if (verified) group.verifiedWeight += weight;
    const opposite = vote.kind === "nullify" ? "finalize" : vote.kind === "finalize" ? "nullify" : undefined;
    const clash = opposite && this.#placeOf(opposite, vote.signer);
    if (clash !== undefined && !this.#clashed.has(vote.signer)) this.#clashed.add(vote.signer);
    return clash === undefined ? { kind: "added", group } : { kind: "clash", ...inOrder(clash, vote), group };
  }

  /** Whether a group would be a quorum if all its signatures held. */
  isQuorum(group: Group): boolean {
    return isQuorum(this.#committee, group.weight);
  }

  /** Whether votes of this kind are being checked. */
  isVerifying(kind: VoteKind): boolean {
    return this.#groups.some((group) => group.kind === kind && group.isVerifying);
  }

  /** The verified ones too: whoever checks them all has their aggregate. */
  votesOf(group: Group): readonly Vote[] {
    return [...group.places.values()].map((place) => place.vote);
  }

  /** What a check of `vote` said; a false one leaves its place and is not taken again. */
  settle(vote: Vote, valid: boolean): void {
    const group = this.#groups.find((each) => each.kind === vote.kind && equalBytes(each.block, vote.block));
    const place = group?.places.get(vote.signer);
    if (!valid) this.#refused.add(vote.signer);
    if (group === undefined || place === undefined || place.vote !== vote || place.verified) return;
    const weight = this.#weightOf(vote.signer);
    if (valid) {
      place.verified = true;
      group.verifiedWeight += weight;
    } else {
      group.places.delete(vote.signer);
      group.weight -= weight;
    }
  }

  /** The verified votes of a group, if they are a quorum. */
  quorum(group: Group): readonly Vote[] | undefined {
    if (!isQuorum(this.#committee, group.verifiedWeight)) return undefined;
    return [...group.places.values()].filter((place) => place.verified).map((place) => place.vote);
  }

  #placeOf(kind: VoteKind, seat: ValidatorIndex): Vote | undefined {
    for (const group of this.#groups) {
      const place = group.kind === kind ? group.places.get(seat) : undefined;
      if (place !== undefined) return place.vote;
    }
    return undefined;
  }

  #groupOf(vote: Vote): Group {
    const known = this.#groups.find((group) => group.kind === vote.kind && equalBytes(group.block, vote.block));
    if (known !== undefined) return known;
    const group: Group = {
      kind: vote.kind,
      block: vote.block,
      places: new Map(),
      weight: 0n,
      verifiedWeight: 0n,
      isVerifying: false,
    };
    this.#groups.push(group);
    return group;
  }

  #weightOf(seat: ValidatorIndex): bigint {
    return this.#committee.seats[seat]?.weight ?? 0n;
  }
}

/** S10's order: nullify before finalize, and by block. */
function inOrder(a: Vote, b: Vote): { readonly first: Vote; readonly second: Vote } {
  const isOrdered = a.kind === b.kind ? compareBytes(a.block, b.block) < 0 : a.kind === "nullify";
  return isOrdered ? { first: a, second: b } : { first: b, second: a };
}
