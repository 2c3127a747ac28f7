// The network of the whole stage: the genesis that a setting makes, with committees and contracts, and what follows from it
// for every node.

import { type Rules, rulesOf } from "@tandem/execution";
import { nativeScheme } from "@tandem/native";
import type { ReplicaNetwork } from "@tandem/replica";
import {
  asContractName,
  asEnvironmentName,
  assert,
  asValidatorIndex,
  asWeight,
  type Creators,
  compareBytes,
  fromHex,
  type Genesis,
  type GenesisContract,
  type GenesisShard,
  genesisCodec,
  mockScheme,
} from "@tandem/shared";
import { Random } from "@tandem/simulator";
import { labEnvironments, labFunctions } from "../rounds/code.ts";
import { drawGround, type Ground } from "../rounds/draw/ground.ts";
import type { LogShard } from "../rounds/log.ts";
import type { Setting, WholePlan } from "../setting.ts";
import { shardNamesOf } from "../work/blobs.ts";
import { payerOf } from "../work/payers.ts";
import { createKeys, type Keys } from "./keys.ts";
import { orderGenesisOf } from "./order-network.ts";
import type { ReplicaRoom } from "./order-node.ts";

export interface WholeNetwork {
  readonly replica: ReplicaNetwork;
  /** Of the order set: its seats are the validators' places in the genesis. */
  readonly keys: Keys;
  /** Who signs at each place of the attest set, by that set's seats. */
  readonly attestSeats: readonly number[];
  /** What programs run on. */
  readonly ground: Ground;
  readonly rules: Rules;
}

export function planOf({ whole }: Setting): WholePlan {
  assert(whole !== undefined, "a setting of the whole stage says who follows which shard");
  return whole;
}

export function createWholeNetwork(setting: Setting, room: ReplicaRoom): WholeNetwork {
  const ground = drawGround(
    new Random(setting.world.seed, "ground"),
    shardNamesOf(setting.blobs),
    (payer) => payerOf(payer).key,
  );
  const genesis = genesisOf(setting, ground);
  const network = genesisCodec.root(genesis);
  const scheme = setting.scheme === "native" ? nativeScheme : mockScheme;
  const rules = rulesOf(genesis, labEnvironments, labFunctions);
  return {
    replica: room.openReplicaNetwork({ genesis, network }, scheme, rules),
    keys: createKeys(setting, network),
    attestSeats: genesis.validators.flatMap(({ attestWeight }, seat) => (attestWeight > 0n ? [seat] : [])),
    ground,
    rules,
  };
}

function genesisOf(setting: Setting, ground: Ground): Genesis {
  const plan = planOf(setting);
  const genesis = orderGenesisOf(setting);
  return {
    ...genesis,
    validators: genesis.validators.map((validator, seat) => {
      return { ...validator, attestWeight: asWeight(BigInt(plan.attestWeights[seat] as number)) };
    }),
    shards: genesis.shards.map(({ name }, shard): GenesisShard => {
      const committee = (plan.committees[shard] ?? []).map(({ seat, weight }) => {
        return { validator: asValidatorIndex(seat), weight: asWeight(BigInt(weight)) };
      });
      return { name, committee, creators: creatorsOf(ground.shards[shard] as LogShard, ground) };
    }),
    contracts: ground.contracts.map(({ name, environment, config }): GenesisContract => {
      const bytes = fromHex(config) as Uint8Array;
      return { name: asContractName(name), environment: asEnvironmentName(environment), config: bytes };
    }),
  };
}

function creatorsOf({ creators }: LogShard, { keyOf }: Ground): Creators {
  if (creators === "anyone") return { rule: "anyone", keys: [] };
  return { rule: "listed", keys: creators.map(keyOf).sort(compareBytes) };
}
