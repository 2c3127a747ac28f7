// The network of the order stage: the genesis that a setting makes, and what follows from it for every node.

import { rulesOf } from "@tandem/execution";
import { nativeScheme } from "@tandem/native";
import type { OrderNetwork } from "@tandem/ordering";
import { openReplicaNetwork, type ReplicaNetwork } from "@tandem/replica";
import {
  type Allocation,
  asAmount,
  asTimeMs,
  asValidatorIndex,
  asWeight,
  compareBytes,
  type Electorate,
  type Genesis,
  genesisCodec,
  mockScheme,
  provePossession,
} from "@tandem/shared";
import type { BlobPlan, Setting } from "../setting.ts";
import { carelessBalance, habitPayersFrom, shardNamesOf, solventBalance } from "../work/blobs.ts";
import { payerOf } from "../work/payers.ts";
import { createKeys, type Keys, leaderSeedOf, secretsOf } from "./keys.ts";

/** Work of one shard in one block: more than what is submitted in a minute. */
const shardBudget = 100_000_000;

export interface LabNetwork {
  readonly replica: ReplicaNetwork;
  /** Of the order chain. */
  readonly network: OrderNetwork;
  readonly keys: Keys;
  /** Who makes attest blocks citable; its seats sign with the keys of the order set. */
  readonly attest: Electorate;
}

export function createNetwork(setting: Setting): LabNetwork {
  const genesis = orderGenesisOf(setting);
  const root = genesisCodec.root(genesis);
  const scheme = setting.scheme === "native" ? nativeScheme : mockScheme;
  const keys = createKeys(setting, root);
  // There are no contracts, and programs are not run.
  const replica = openReplicaNetwork({ genesis, network: root }, scheme, rulesOf(genesis, [], []));
  const { order: network, setting: both } = replica;
  return { replica, network, keys, attest: both.network.electorate };
}

/** Without contracts, and with all validators in each committee. */
export function orderGenesisOf(setting: Setting): Genesis {
  const { blobs, deltaMs, heartbeatMs } = setting;
  const { blockBlobs, blockBytes, clockLeadMs, lagMax, pendingMax } = blobs;
  const committee = setting.weights.map((_, seat) => ({ validator: asValidatorIndex(seat), weight: asWeight(1n) }));
  return {
    version: 1,
    startMs: asTimeMs(0),
    seed: leaderSeedOf(setting.leaderSeed),
    validators: validatorsOf(setting),
    shards: shardNamesOf(blobs).map((name) => ({ name, committee, creators: { rule: "anyone", keys: [] } })),
    contracts: [],
    allocations: allocationsOf(blobs, setting.habits.length),
    fees: { base: asAmount(100n), perByte: asAmount(1n), perTouch: asAmount(10n), perBudget: asAmount(2n) },
    limits: { blockBytes, blockBlobs, shardBudget, clockLeadMs, deltaMs, heartbeatMs, lagMax, pendingMax },
  };
}

function validatorsOf(setting: Setting): Genesis["validators"] {
  const scheme = setting.scheme === "native" ? nativeScheme : mockScheme;
  return secretsOf(setting).map((secret, seat) => {
    const weight = asWeight(BigInt(setting.weights[seat] as number));
    const possession = provePossession(scheme, secret);
    return {
      name: `validator-${seat}`,
      key: secret.publicKey.bytes,
      possession,
      orderWeight: weight,
      attestWeight: weight,
    };
  });
}

/** Payers of clients, and one for each habit. */
function allocationsOf(plan: BlobPlan, habits: number): Allocation[] {
  const first = habitPayersFrom(plan);
  const isCareless = (number: number) => number >= plan.payers && number < first;
  return Array.from({ length: first + habits }, (_, number) => ({
    payer: payerOf(number).key,
    amount: asAmount(isCareless(number) ? carelessBalance : solventBalance),
  })).sort((a, b) => compareBytes(a.payer, b.payer));
}
