// What follows from the genesis alone, for every thread of a node.

import { nativePayerScheme, nativeScheme } from "@tandem/native";
import type { VerifyContext } from "@tandem/replica";
import {
  asEpoch,
  assert,
  attestMembers,
  type Chain,
  type CheckedGenesis,
  createCommittee,
  type Electorate,
  genesisCodec,
  type Members,
  orderMembers,
} from "@tandem/shared";

/** The genesis was checked when the node started. */
export function readGenesis(bytes: Uint8Array): CheckedGenesis {
  const genesis = genesisCodec.decode(bytes);
  assert(genesis.ok, "the genesis was checked");
  return { genesis: genesis.value, network: genesisCodec.root(genesis.value) };
}

export function verifyContextOf(checked: CheckedGenesis): VerifyContext {
  return {
    order: electorateOf(checked, "order", orderMembers(checked.genesis)),
    attest: electorateOf(checked, "attest", attestMembers(checked.genesis)),
    payers: nativePayerScheme,
  };
}

function electorateOf({ network }: CheckedGenesis, chain: Chain, members: Members): Electorate {
  const committee = createCommittee(nativeScheme, members);
  assert(committee.ok, "the genesis was checked");
  return { scheme: nativeScheme, network, chain, epoch: asEpoch(0), committee: committee.value };
}
