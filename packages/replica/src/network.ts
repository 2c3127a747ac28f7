// What one genesis fixes for both chains, as all parts of a replica and its shells know it.

import { type ChainSetting, openAttestNetwork } from "@tandem/attestation";
import type { Rules } from "@tandem/execution";
import { type OrderNetwork, openNetwork } from "@tandem/ordering";
import {
  asEpoch,
  asHeight,
  assert,
  attestMembers,
  type Chain,
  type CheckedGenesis,
  createCommittee,
  type Electorate,
  type Members,
  orderMembers,
  type Scheme,
} from "@tandem/shared";
import { orderReads } from "./order-reads.ts";

export interface ReplicaNetwork {
  readonly order: OrderNetwork;
  /** Both sets, the committees of shards, and what attest blocks are judged by. */
  readonly setting: ChainSetting;
}

/** `rules` are those by which the contracts of the genesis are made. */
export function openReplicaNetwork(checked: CheckedGenesis, scheme: Scheme, rules: Rules): ReplicaNetwork {
  const { genesis, network } = checked;
  const electorateOf = (chain: Chain, members: Members): Electorate => {
    const committee = createCommittee(scheme, members);
    assert(committee.ok, "the genesis was checked");
    return { scheme, network, chain, epoch: asEpoch(0), committee: committee.value };
  };
  const order = openNetwork(checked);
  const setting: ChainSetting = {
    network: openAttestNetwork(checked, electorateOf("attest", attestMembers(genesis)), rules),
    order: electorateOf("order", orderMembers(genesis)),
    orderGenesis: { height: asHeight(0), root: order.root },
    places: orderReads,
  };
  return { order, setting };
}
