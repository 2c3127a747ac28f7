// Claims that were made here, beside those that were attested: each of one is compared with that of the same round when both
// are there. It is the same judgement as the follower's (C6), made apart from it, for it is what is reported.

import type { ClaimContent } from "@tandem/attestation";

interface Made {
  readonly root: string;
  readonly content: ClaimContent;
}

export interface OtherClaim {
  readonly round: number;
  /** Nothing if one side has none. */
  readonly own: string | undefined;
  readonly attested: string | undefined;
}

export class OwnClaims {
  readonly #made = new Map<number, Made>();
  /** Of rounds that were not run yet. */
  readonly #attested = new Map<number, string>();
  /** Claims of these are equal. */
  #last = 0;
  #count = 0;
  #equal = 0;
  #other: OtherClaim | undefined;

  /** In the order of rounds. */
  onMade(round: number, root: string, content: ClaimContent): void {
    this.#count++;
    this.#made.set(round, { root, content });
    this.#compare();
  }

  /** Likewise; the same may be told again. */
  onAttested(round: number, root: string): void {
    if (round <= this.#last) return;
    this.#attested.set(round, root);
    this.#compare();
  }

  get made(): number {
    return this.#count;
  }

  /** Of these, such as were attested with the same root. */
  get equal(): number {
    return this.#equal;
  }

  /** Not attested yet. */
  get open(): number {
    return this.#made.size;
  }

  /** The first that is not the attested one. */
  get other(): OtherClaim | undefined {
    return this.#other;
  }

  contentOf(root: string): ClaimContent | undefined {
    return [...this.#made.values()].find((made) => made.root === root)?.content;
  }

  /** Claims of a shard are attested one after the other, none left out (A3). */
  #compare(): void {
    while (this.#other === undefined) {
      const [own] = this.#made;
      const [theirs] = this.#attested;
      if (own === undefined || theirs === undefined) return;
      const [[round, { root }], [theirRound, attested]] = [own, theirs];
      if (round !== theirRound || root !== attested) {
        const at = Math.min(round, theirRound);
        this.#other = {
          round: at,
          own: round === at ? root : undefined,
          attested: theirRound === at ? attested : undefined,
        };
        return;
      }
      this.#made.delete(round);
      this.#attested.delete(round);
      this.#last = round;
      this.#equal++;
    }
  }
}
