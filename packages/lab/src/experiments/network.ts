// Networks of experiments: who validates, who follows which shard, and which contracts there are, said in a plan of a few
// lines. All validators have one vote on both chains.

import { rulesOf } from "@tandem/execution";
import { openReplicaNetwork } from "@tandem/replica";
import {
  asAmount,
  asContractName,
  asEnvironmentName,
  asShardName,
  asTimeMs,
  asValidatorIndex,
  asWeight,
  compareBytes,
  type Environment,
  encodeValue,
  type Genesis,
  genesisCodec,
  limits,
  mockScheme,
  type NetworkLimits,
  provePossession,
  type Value,
} from "@tandem/shared";
import { createKeys, leaderSeedOf, secretsOf } from "../nodes/keys.ts";
import type { WholeNetwork } from "../nodes/whole-network.ts";
import { labFunctions } from "../rounds/code.ts";
import { payerOf } from "../work/payers.ts";

export interface PlannedShard {
  readonly name: string;
  /** Validators, each with one seat. */
  readonly committee: readonly number[];
}

export interface PlannedContract {
  /** With its shard: `a/probe`. */
  readonly name: string;
  readonly environment: string;
  readonly config: Value;
}

export interface NetworkPlan {
  readonly validators: number;
  readonly shards: readonly PlannedShard[];
  readonly contracts: readonly PlannedContract[];
  readonly environments: readonly Environment[];
  /** Who may submit, from the first on. */
  readonly payers: number;
  readonly limits?: Partial<NetworkLimits>;
}

export type PlannedNetwork = Pick<WholeNetwork, "replica" | "keys" | "rules">;

/** Δ of validators on one continent, with room. */
const deltaMs = 200;
/** Nobody pays for long. */
const fundsOf = 10n ** 18n;

const usualLimits: NetworkLimits = {
  blockBytes: 4 * 1024 * 1024,
  blockBlobs: 4096,
  shardBudget: limits.shardBudgetMax,
  lagMax: limits.lagMax,
  pendingMax: limits.pendingMax,
  clockLeadMs: 5000,
  deltaMs,
  heartbeatMs: limits.heartbeatMsMax,
};

export function createPlannedNetwork(plan: NetworkPlan, leaderSeed: number): PlannedNetwork {
  const setting = { weights: Array.from({ length: plan.validators }, () => 1), scheme: "mock" as const, leaderSeed };
  const genesis = genesisOf(plan, setting);
  const network = genesisCodec.root(genesis);
  const rules = rulesOf(genesis, plan.environments, labFunctions);
  return {
    replica: openReplicaNetwork({ genesis, network }, mockScheme, rules),
    keys: createKeys(setting, network),
    rules,
  };
}

function genesisOf(plan: NetworkPlan, setting: Parameters<typeof secretsOf>[0] & { readonly leaderSeed: number }) {
  const secrets = secretsOf(setting);
  const allocations = Array.from({ length: plan.payers }, (_, payer) => {
    return { payer: payerOf(payer).key, amount: asAmount(fundsOf) };
  });
  const genesis: Genesis = {
    version: 1,
    startMs: asTimeMs(0),
    seed: leaderSeedOf(setting.leaderSeed),
    validators: secrets.map((secret, seat) => ({
      name: `validator-${seat}`,
      key: secret.publicKey.bytes,
      possession: provePossession(mockScheme, secret),
      orderWeight: asWeight(1n),
      attestWeight: asWeight(1n),
    })),
    shards: plan.shards.map(({ name, committee }) => ({
      name: asShardName(name),
      committee: committee.map((seat) => ({ validator: asValidatorIndex(seat), weight: asWeight(1n) })),
      creators: { rule: "nobody", keys: [] },
    })),
    contracts: plan.contracts
      .map(({ name, environment, config }) => ({
        name: asContractName(name),
        environment: asEnvironmentName(environment),
        config: encodeValue(config),
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    allocations: allocations.sort((a, b) => compareBytes(a.payer, b.payer)),
    fees: { base: asAmount(1n), perByte: asAmount(0n), perTouch: asAmount(0n), perBudget: asAmount(0n) },
    limits: { ...usualLimits, ...plan.limits },
  };
  return genesis;
}

/** Committees of so many, one after the other around the circle of validators, so that each sits in as many as the others. */
export function committeesAround(validators: number, shards: readonly string[], seats: number): PlannedShard[] {
  return shards.map((name, shard) => {
    const first = Math.floor((shard * validators) / shards.length);
    const committee = Array.from({ length: Math.min(seats, validators) }, (_, at) => (first + at) % validators);
    return { name, committee: committee.sort((a, b) => a - b) };
  });
}

/** In the order of their names: genesis lists shards so. */
export function shardNames(count: number): string[] {
  return Array.from({ length: count }, (_, number) => `shard-${String(number).padStart(2, "0")}`);
}
