// What one genesis fixes for Stage 2: who votes on the attest chain, who follows which shard, and where every shard's
// claims begin. Sets and committees are fixed by genesis for now (A1).

import type {
  AttestHeader,
  Claim,
  Committee,
  Electorate,
  Epoch,
  Frontier,
  Genesis,
  Root,
  ShardName,
} from "@tandem/shared";

/** A shard, as everybody knows it. */
export interface ShardPlace {
  readonly name: ShardName;
  readonly committee: Committee;
  /** A3: what the shard's first claim names as `prev`. */
  readonly genesis: { readonly claim: Claim; readonly frontier: Frontier };
}

export interface AttestNetwork {
  readonly genesis: Genesis;
  /** Root of the genesis. */
  readonly root: Root;
  readonly epoch: Epoch;
  /** The genesis header of the attest chain. */
  readonly header: AttestHeader;
  /** Who votes on the attest chain. */
  readonly electorate: Electorate;
  readonly shards: ReadonlyMap<ShardName, ShardPlace>;
}
