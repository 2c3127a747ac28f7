// The sets of a genesis: who votes on each chain, and each shard's committee.

import type { Genesis, GenesisShard, GenesisValidator } from "../messages/genesis.ts";
import type { EpochSets, Members, ValidatorSets } from "../messages/validator-sets.ts";
import { asEpoch, asWeight, type Epoch, type Weight } from "../numbers.ts";

function membersBy(genesis: Genesis, weightOf: (validator: GenesisValidator) => Weight): Members {
  return genesis.validators
    .map((validator) => ({ key: validator.key, weight: weightOf(validator) }))
    .filter((member) => member.weight > 0n);
}

export function orderMembers(genesis: Genesis): Members {
  return membersBy(genesis, (validator) => validator.orderWeight);
}

export function attestMembers(genesis: Genesis): Members {
  return membersBy(genesis, (validator) => validator.attestWeight);
}

export function shardMembers(genesis: Genesis, shard: GenesisShard): Members {
  return shard.committee.flatMap(({ validator, weight }) => {
    const key = genesis.validators[validator]?.key;
    return key === undefined ? [] : [{ key, weight: asWeight(weight) }];
  });
}

/** A1: sets and committees are fixed by genesis for now, so the next epoch's are the same. */
export function validatorSetsOf(genesis: Genesis): ValidatorSets {
  const sets = (epoch: Epoch): EpochSets => ({
    epoch,
    order: orderMembers(genesis),
    attest: attestMembers(genesis),
    committees: genesis.shards.map((shard) => ({ shard: shard.name, members: shardMembers(genesis, shard) })),
  });
  return { current: sets(asEpoch(0)), next: sets(asEpoch(1)) };
}
