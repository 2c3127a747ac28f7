// The votes that left honest nodes, and what they allow: the arithmetic of quorums, once more and by itself.
//
// A certificate *can be* if the honest weight that voted for it, with all Byzantine weight added, is more than 2/3.
// Votes are entered when they leave, so at any time all that can be is in here.

import { type CertificateKind, type Root, toHex, type VoteKind } from "@tandem/shared";
import type { Seat } from "@tandem/simulator";

interface SeatVotes {
  notarize?: string;
  nullify?: true;
  finalize?: string;
}

interface ViewVotes {
  readonly seats: Map<Seat, SeatVotes>;
  readonly notarized: Map<string, number>;
  readonly finalized: Map<string, number>;
  nullified: number;
}

export class VoteBook {
  readonly #weights: readonly number[];
  readonly #total: number;
  readonly #byzantine: number;
  readonly #views = new Map<number, ViewVotes>();

  constructor(weights: readonly number[], byzantine: ReadonlySet<Seat>) {
    this.#weights = weights;
    this.#total = weights.reduce((sum, weight) => sum + weight, 0);
    this.#byzantine = weights.reduce((sum, weight, seat) => sum + (byzantine.has(seat) ? weight : 0), 0);
  }

  /** Enters a vote that left an honest seat, and says which earlier one it contradicts (S4, S5). */
  enter(seat: Seat, kind: VoteKind, view: number, block: Root): string | undefined {
    const votes = this.#at(view);
    const own: SeatVotes = votes.seats.get(seat) ?? {};
    votes.seats.set(seat, own);
    if (kind === "nullify") return this.#enterNullify(votes, own, seat, view);
    const root = toHex(block);
    const before = own[kind];
    if (before === root) return undefined;
    if (before !== undefined) return `seat ${seat} signed ${kind} of view ${view} for two blocks`;
    if (kind === "finalize" && own.nullify) return `seat ${seat} signed finalize of view ${view} after its nullify`;
    own[kind] = root;
    const sums = kind === "notarize" ? votes.notarized : votes.finalized;
    sums.set(root, (sums.get(root) ?? 0) + (this.#weights[seat] ?? 0));
    return undefined;
  }

  #enterNullify(votes: ViewVotes, own: SeatVotes, seat: Seat, view: number): string | undefined {
    if (own.finalize !== undefined) return `seat ${seat} signed nullify of view ${view} after its finalize`;
    if (own.nullify) return undefined;
    own.nullify = true;
    votes.nullified += this.#weights[seat] ?? 0;
    return undefined;
  }

  hasVoted(seat: Seat, kind: CertificateKind, view: number, root: string): boolean {
    const own = this.#views.get(view)?.seats.get(seat);
    if (kind === "nullification") return own?.nullify === true;
    return (kind === "notarization" ? own?.notarize : own?.finalize) === root;
  }

  canBeNotarized(view: number, root: string): boolean {
    return this.#isQuorum(this.#views.get(view)?.notarized.get(root) ?? 0);
  }

  canBeNullified(view: number): boolean {
    return this.#isQuorum(this.#views.get(view)?.nullified ?? 0);
  }

  canBeFinalized(view: number, root: string): boolean {
    return this.#isQuorum(this.#views.get(view)?.finalized.get(root) ?? 0);
  }

  #isQuorum(honest: number): boolean {
    return 3 * (honest + this.#byzantine) > 2 * this.#total;
  }

  #at(view: number): ViewVotes {
    let votes = this.#views.get(view);
    if (votes === undefined) {
      votes = { seats: new Map(), notarized: new Map(), finalized: new Map(), nullified: 0 };
      this.#views.set(view, votes);
    }
    return votes;
  }
}
