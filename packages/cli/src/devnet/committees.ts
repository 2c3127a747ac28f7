// Who follows which shard of a devnet, by names of nodes.

import type { CheckedGenesis } from "@tandem/shared";

export interface Committee {
  readonly shard: string;
  readonly members: readonly string[];
  /** Members that make a quorum (S1). In a devnet all have the same weight. */
  readonly need: number;
}

export function committeesOf({ genesis }: CheckedGenesis): readonly Committee[] {
  return genesis.shards.map(({ name, committee }) => ({
    shard: name,
    members: committee.map(({ validator }) => genesis.validators[validator]?.name ?? ""),
    need: quorumOf(committee.length),
  }));
}

/** S1: of so many of the same weight. In a devnet all validators vote on both chains. */
export function quorumOf(count: number): number {
  return Math.floor((2 * count) / 3) + 1;
}
