// O3: what `validatorsRoot` commits to: the order set, the attest set and every shard's committee with
// weights, now and in the next epoch.

import { limits } from "../limits.ts";
import type { Epoch, ShardName, Weight } from "../numbers.ts";
import { codec, container, list, refine, sortedList, type Type } from "../ssz/index.ts";
import { compareText, epochType, publicKeyType, shardNameType, weightType } from "./common.ts";

export interface Member {
  readonly key: Uint8Array;
  readonly weight: Weight;
}

/** Members in the order of genesis; a bitmap's bits and a vote's signer count in this order. */
export type Members = readonly Member[];

export interface ShardCommittee {
  readonly shard: ShardName;
  readonly members: Members;
}

export interface EpochSets {
  readonly epoch: Epoch;
  readonly order: Members;
  readonly attest: Members;
  readonly committees: readonly ShardCommittee[];
}

export interface ValidatorSets {
  readonly current: EpochSets;
  readonly next: EpochSets;
}

const memberType: Type<Member> = refine(container({ key: publicKeyType, weight: weightType }), "bad-value", (member) =>
  member.weight > 0n ? undefined : "a member's weight is positive",
);
export const membersType: Type<Members> = list(memberType, limits.validatorsMax);
const shardCommitteeType: Type<ShardCommittee> = container({ shard: shardNameType, members: membersType });

const epochSetsType: Type<EpochSets> = container({
  epoch: epochType,
  order: membersType,
  attest: membersType,
  committees: sortedList(shardCommitteeType, limits.shardsMax, (a, b) => compareText(a.shard, b.shard)),
});

export const validatorSetsCodec = codec<ValidatorSets>(
  "validator-sets",
  container({ current: epochSetsType, next: epochSetsType }),
  limits.validatorSetsBytesMax,
);
