// What waits to be included in attest blocks: attestations that a quorum affirmed and whose contents are held, and evidence
// (A5, O8). Of each shard they are a chain from claim to claim; what a final block has included or passed is forgotten.

import {
  type Attestation,
  claimCodec,
  type Evidence,
  type Height,
  type Round,
  type ShardName,
  toHex,
} from "@tandem/shared";
import { bookLimits } from "./affirming/types.ts";
import type { Ready } from "./build.ts";
import { type Fault, faultOf, faultText } from "./faults.ts";
import type { Frontiers } from "./frontiers.ts";

/** One for each seat in each of its roles is all that can be included; this is far above what honest networks need. */
const evidenceMax = 1024;

export class ReadyItems {
  /** By the claim that each follows. */
  readonly #chains = new Map<ShardName, Map<string, Attestation>>();
  readonly #evidence = new Map<string, Evidence>();
  /** What final blocks proved: it is not proven again (S10). */
  readonly #proven = new Set<string>();
  /** Rises when something comes. */
  version = 0;

  /** For tests of bounds: all that is kept. */
  get counts() {
    const attestations = [...this.#chains.values()].reduce((sum, chain) => sum + chain.size, 0);
    return { attestations, evidence: this.#evidence.size };
  }

  addAttestation(attestation: Attestation, frontier: Round): void {
    const { shard, round, prev } = attestation.claim;
    if (round <= frontier) return;
    const chain = this.#chains.get(shard) ?? new Map<string, Attestation>();
    this.#chains.set(shard, chain);
    // Where two quorums contradict each other, the first stands.
    if (chain.has(toHex(prev))) return;
    chain.set(toHex(prev), attestation);
    this.version++;
    while (chain.size > 2 * bookLimits.affirmedMax) chain.delete(highestOf(chain));
  }

  /** They can stand in no block any more. */
  forget(attestations: readonly Attestation[]): void {
    for (const attestation of attestations) {
      const { shard, prev } = attestation.claim;
      const chain = this.#chains.get(shard);
      if (chain?.get(toHex(prev)) === attestation) chain.delete(toHex(prev));
      if (chain?.size === 0) this.#chains.delete(shard);
    }
  }

  addEvidence(evidence: Evidence): void {
    const text = faultText(faultOf(evidence));
    if (this.#proven.has(text) || this.#evidence.has(text) || this.#evidence.size >= evidenceMax) return;
    this.#evidence.set(text, evidence);
    this.version++;
  }

  /** A final block moved the frontier. */
  advance(shard: ShardName, frontier: Round): void {
    const chain = this.#chains.get(shard);
    for (const [key, { claim }] of chain ?? []) if (claim.round <= frontier) chain?.delete(key);
    if (chain?.size === 0) this.#chains.delete(shard);
  }

  /** A final block has evidence of these. */
  prove(faults: readonly Fault[]): void {
    for (const fault of faults) {
      this.#proven.add(faultText(fault));
      this.#evidence.delete(faultText(fault));
    }
  }

  /** O8: whether a block on these frontiers, which cites up to that order height, could have an item. */
  hasFor(frontiers: Frontiers, order: Height): boolean {
    if (this.#evidence.size > 0) return true;
    return [...this.#chains].some(([shard, chain]) => {
      const frontier = frontiers.of(shard);
      const next = frontier && chain.get(toHex(frontier.claim));
      return next !== undefined && next.claim.round <= order;
    });
  }

  /** For a block on these frontiers. */
  readyOn(frontiers: Frontiers): Ready {
    const chains = new Map([...this.#chains].map(([shard, chain]) => [shard, chainOn(shard, chain, frontiers)]));
    return { chains, evidence: [...this.#evidence.values()] };
  }
}

function chainOn(
  shard: ShardName,
  chain: ReadonlyMap<string, Attestation>,
  frontiers: Frontiers,
): readonly Attestation[] {
  const found: Attestation[] = [];
  const frontier = frontiers.of(shard);
  let next = frontier && chain.get(toHex(frontier.claim));
  while (next !== undefined && found.length < chain.size) {
    found.push(next);
    next = chain.get(toHex(claimCodec.root(next.claim)));
  }
  return found;
}

function highestOf(chain: ReadonlyMap<string, Attestation>): string {
  let highest: readonly [string, Attestation] | undefined;
  for (const each of chain) if (highest === undefined || each[1].claim.round > highest[1].claim.round) highest = each;
  return (highest as readonly [string, Attestation])[0];
}
