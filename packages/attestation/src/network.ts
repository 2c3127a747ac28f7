// What one genesis fixes for Stage 2: who votes on the attest chain, who follows which shard, and where every shard's
// claims begin. Sets and committees are fixed by genesis for now (A1).

import { genesisShard, type Rules } from "@tandem/execution";
import {
  type AttestHeader,
  assert,
  type CheckedGenesis,
  type Claim,
  type Committee,
  createCommittee,
  type Electorate,
  type Epoch,
  type Frontier,
  type Genesis,
  genesisAttestHeader,
  type Root,
  readNow,
  type ShardName,
  shardMembers,
} from "@tandem/shared";

/** A shard, as everybody knows it. */
export interface ShardPlace {
  readonly name: ShardName;
  readonly committee: Committee;
  /** The validator of each seat, by its place in the genesis. */
  readonly peers: readonly number[];
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

/** The genesis was checked, and so was that its contracts can be created with these rules. */
export function openAttestNetwork(
  { genesis, network: root }: CheckedGenesis,
  electorate: Electorate,
  rules: Rules,
): AttestNetwork {
  const places = genesis.shards.map((shard): ShardPlace => {
    const committee = createCommittee(electorate.scheme, shardMembers(genesis, shard));
    const begun = readNow(() => [], genesisShard(rules, genesis, shard.name));
    assert(committee.ok && begun.ok, "the genesis was checked");
    const { claim, frontier } = begun.value;
    const peers = shard.committee.map(({ validator }) => validator);
    return { name: shard.name, committee: committee.value, peers, genesis: { claim, frontier } };
  });
  return {
    genesis,
    root,
    epoch: electorate.epoch,
    header: genesisAttestHeader(genesis),
    electorate,
    shards: new Map(places.map((place) => [place.name, place])),
  };
}
