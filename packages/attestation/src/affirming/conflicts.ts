// C4: two different claims of one round, or of one `prev`, affirmed by one seat. Both signatures were verified alone; for
// evidence the claims themselves are needed too, and what they say of shard and round is what counts, not what was said
// beside the signatures. One piece of evidence for a seat is enough.
//
// The seat is one of this shard's committee, in this epoch. What it signs of another shard clashes with nothing here, however
// the two claims clash with each other: there the same seat is somebody else's, or nobody's.

import {
  type ClaimEvidence,
  type ClaimSummary,
  claimClashProblem,
  compareBytes,
  type Epoch,
  equalBytes,
  type Root,
  type ShardName,
  type ValidatorIndex,
} from "@tandem/shared";
import type { SignedPair } from "./types.ts";

interface Conflict {
  readonly signer: number;
  /** In the order of evidence. */
  readonly pair: SignedPair;
  readonly summaries: (ClaimSummary | undefined)[];
  /** How often the frontier moved since. */
  moves: number;
}

export interface Concluded {
  readonly signer: number;
  /** Absent if the claims are not what they were said to be. */
  readonly evidence: ClaimEvidence | undefined;
}

export interface ConflictsConfig {
  readonly shard: ShardName;
  readonly epoch: Epoch;
  /** What is not proven after so many moves of the frontier is given up. */
  readonly movesMax: number;
}

export class Conflicts {
  readonly #config: ConflictsConfig;
  readonly #open = new Map<number, Conflict>();
  readonly #proven = new Set<number>();

  constructor(config: ConflictsConfig) {
    this.#config = config;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Nothing more is to be looked for at this seat. */
  isKnown(signer: number): boolean {
    return this.#open.has(signer) || this.#proven.has(signer);
  }

  add(signer: number, [a, b]: SignedPair): void {
    const pair: SignedPair = compareBytes(a.claim, b.claim) < 0 ? [a, b] : [b, a];
    this.#open.set(signer, { signer, pair, summaries: [undefined, undefined], moves: 0 });
  }

  /** Whether this claim is still to be known: by the time that it comes its round can be attested. */
  misses(claim: Root): boolean {
    return [...this.#open.values()].some(({ pair, summaries }) => {
      return pair.some((each, i) => summaries[i] === undefined && equalBytes(each.claim, claim));
    });
  }

  learn(claim: Root, summary: ClaimSummary): readonly Concluded[] {
    return [...this.#open.values()].flatMap((conflict) => {
      const { pair, summaries } = conflict;
      for (const [i, each] of pair.entries()) if (equalBytes(each.claim, claim)) summaries[i] = summary;
      return this.#conclude(conflict) ?? [];
    });
  }

  #conclude({ signer, pair, summaries }: Conflict): Concluded | undefined {
    const [first, second] = summaries;
    if (first === undefined || second === undefined) return undefined;
    this.#open.delete(signer);
    if (!this.#isOfCommittee(first) || claimClashProblem(first, second) !== undefined)
      return { signer, evidence: undefined };
    this.#proven.add(signer);
    const evidence = {
      signer: signer as ValidatorIndex,
      first: { claim: first, signature: pair[0].signature },
      second: { claim: second, signature: pair[1].signature },
    };
    return { signer, evidence };
  }

  /** Claims that clash are of one shard and epoch. */
  #isOfCommittee({ shard, epoch }: ClaimSummary): boolean {
    return shard === this.#config.shard && epoch === this.#config.epoch;
  }

  /** The frontier moved. */
  age(): void {
    for (const conflict of this.#open.values()) {
      if (++conflict.moves > this.#config.movesMax) this.#open.delete(conflict.signer);
    }
  }
}
