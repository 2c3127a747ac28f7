// What follows from the genesis alone, for every thread of a node.

import { environments, pureFunctions } from "@tandem/environments";
import { type Rules, rulesOf } from "@tandem/execution";
import { nativePayerScheme, nativeScheme } from "@tandem/native";
import { openReplicaNetwork, type ReplicaNetwork, type VerifyContext } from "@tandem/replica";
import {
  asEpoch,
  assert,
  type CheckedGenesis,
  createCommittee,
  type Electorate,
  type Genesis,
  genesisCodec,
  orderMembers,
} from "@tandem/shared";

/** The genesis was checked when the node started. */
export function readGenesis(bytes: Uint8Array): CheckedGenesis {
  const genesis = genesisCodec.decode(bytes);
  assert(genesis.ok, "the genesis was checked");
  return { genesis: genesis.value, network: genesisCodec.root(genesis.value) };
}

/** P9: environments are linked into this program. */
export function rulesIn(genesis: Genesis): Rules {
  return rulesOf(genesis, environments, pureFunctions);
}

export function networkOf(checked: CheckedGenesis): ReplicaNetwork {
  return openReplicaNetwork(checked, nativeScheme, rulesIn(checked.genesis));
}

export function verifyContextOf(checked: CheckedGenesis): VerifyContext {
  return { setting: networkOf(checked).setting, payers: nativePayerScheme };
}

/** Who votes on the order chain. */
export function orderElectorateOf({ genesis, network }: CheckedGenesis): Electorate {
  const committee = createCommittee(nativeScheme, orderMembers(genesis));
  assert(committee.ok, "the genesis was checked");
  return { scheme: nativeScheme, network, chain: "order", epoch: asEpoch(0), committee: committee.value };
}
