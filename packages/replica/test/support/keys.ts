// The secrets of a test network's validators, and the sets that they vote in.

import type { OrderNetwork } from "@tandem/ordering";
import { asEpoch, attestMembers, createCommittee, mockScheme, orderMembers, type Root } from "@tandem/shared";
import type { TestElectorate } from "../../../shared/test/support/electorate.ts";
import { bytesOf } from "../../../shared/test/support/samples.ts";

export function electorateOf({ genesis, network }: OrderNetwork, chain: "order" | "attest"): TestElectorate {
  const members = chain === "order" ? orderMembers(genesis) : attestMembers(genesis);
  const committee = createCommittee(mockScheme, members);
  if (!committee.ok) throw new Error(committee.error.message);
  // As `sampleValidator` of shared's tests makes them.
  const secrets = members.map((_, seat) => mockScheme.deriveSecretKey(bytesOf(32, 200 + seat)));
  return { scheme: mockScheme, network, chain, epoch: asEpoch(0), committee: committee.value, secrets };
}

/** With the key of the validator of this place in the genesis. */
export function signWith(place: number): (message: Root) => Uint8Array {
  // As `sampleValidator` of shared's tests makes them.
  const secret = mockScheme.deriveSecretKey(bytesOf(32, 200 + place));
  return (message) => mockScheme.sign(secret, message);
}
