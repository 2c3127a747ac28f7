// The claims that a shard's execution made here and that are not attested yet, and what a claim that has a quorum means
// for them (C6).
//
//   same      it is the own claim of that round
//   later     the shard has not come so far, and nothing speaks against it
//   another   of the same round; or of a round without work; or it leaves out an own claim: one with the same `prev`, or
//             the last one before a round that comes next

import { equalBytes, type Round, toHex } from "@tandem/shared";
import type { ClaimPlace, MadeClaim } from "./types.ts";

export type Judgement =
  | { readonly kind: "same" }
  | { readonly kind: "later" }
  /** The own claim that cannot stand beside it, or none if there was no work. */
  | { readonly kind: "another"; readonly own: MadeClaim | undefined };

const same: Judgement = { kind: "same" };

export class OwnClaims {
  readonly #rounds = new Map<Round, MadeClaim>();
  /** By the claim that they follow. */
  readonly #after = new Map<string, MadeClaim>();
  /** The last attested one, or that with which it began. */
  #base: MadeClaim;
  #last: MadeClaim;

  constructor(base: MadeClaim) {
    this.#base = base;
    this.#last = base;
  }

  get size(): number {
    return this.#rounds.size;
  }

  get last(): MadeClaim {
    return this.#last;
  }

  get frontier(): Round {
    return this.#base.round;
  }

  /** The next one: it follows the last. */
  add(made: MadeClaim): void {
    this.#rounds.set(made.round, made);
    this.#after.set(toHex(this.#last.root), made);
    this.#last = made;
  }

  /** `done` is the last round that was executed. */
  judge({ round, root, prev }: ClaimPlace, done: number): Judgement {
    // What is attested here is settled; two quorums of one round are evidence, and no matter of this shard's state.
    if (round <= this.#base.round) return same;
    const own = this.#rounds.get(round);
    if (own !== undefined) return equalBytes(own.root, root) ? same : { kind: "another", own };
    if (round <= done) return { kind: "another", own: undefined };
    const leftOut = this.#after.get(toHex(prev));
    if (leftOut !== undefined) return { kind: "another", own: leftOut };
    const isNext = round === done + 1;
    return isNext && !equalBytes(prev, this.#last.root) ? { kind: "another", own: this.#last } : { kind: "later" };
  }

  /** An own claim is attested: it and those before it cannot be disputed any more. */
  settle(round: Round): void {
    const made = this.#rounds.get(round);
    if (made === undefined) return;
    this.#base = made;
    // Both stand in the order of rounds.
    for (const each of this.#rounds.keys()) {
      if (each > round) break;
      this.#rounds.delete(each);
    }
    for (const [prev, each] of this.#after) {
      if (each.round > round) break;
      this.#after.delete(prev);
    }
  }
}
