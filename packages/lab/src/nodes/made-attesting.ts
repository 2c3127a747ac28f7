// Attesting as the order stage has it: instead of a chain that grows by claims and votes it knows the made one
// (work/attest-chain.ts), tells ordering which of its blocks are final, and how they descend from each other. The attest
// chain's consensus is never started by it.

import type { AttestEffect, AttestInput, StageTwoProgress } from "@tandem/attestation";
import type { ReplicaInput, ReplicaMachines } from "@tandem/replica";
import { asHeight, zeroRoot } from "@tandem/shared";
import type { AttestChain } from "../work/attest-chain.ts";

/** How it is told that the made chain is final up to there: by a timer, which no peer can make fire. */
export function attestedTo(height: number): ReplicaInput {
  return { kind: "timer", timer: { name: "content", id: height } };
}

export class MadeAttesting implements Pick<ReplicaMachines["attesting"], keyof ReplicaMachines["attesting"]> {
  readonly #chain: AttestChain;
  /** Final blocks that were told; after a restart all of them are told again. */
  #told = 0;

  constructor(chain: AttestChain) {
    this.#chain = chain;
  }

  handle(input: AttestInput): readonly AttestEffect[] {
    if (input.kind === "prove-descent") {
      const { id, from, header } = input;
      return [{ kind: "descent", id, proof: this.#chain.proveDescent(from, header) }];
    }
    return input.kind === "timer" && input.timer.name === "content" ? this.#tellUpTo(input.timer.id) : [];
  }

  #tellUpTo(height: number): readonly AttestEffect[] {
    const effects: AttestEffect[] = [];
    while (this.#told < height) effects.push({ kind: "attested", block: this.#chain.blockAt(++this.#told) });
    return effects;
  }

  /** Nothing is executed here. */
  statusOf(): undefined {
    return undefined;
  }

  awaitedOf(): undefined {
    return undefined;
  }

  ownClaimsOf(): readonly [] {
    return [];
  }

  progress(): StageTwoProgress {
    return { isStarted: false, height: asHeight(this.#told), root: zeroRoot, shards: [] };
  }
}
