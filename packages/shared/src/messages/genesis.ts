// Genesis: everything that the members of a network agree on before its first block. Its root is the
// network id, which every signature covers. The file that people read and write is JSON
// (`genesis/file.ts`); this is what it means.

import { compareBytes } from "../bytes.ts";
import { limits } from "../limits.ts";
import type {
  Amount,
  ContractName,
  EnvironmentName,
  Root,
  ShardName,
  TimeMs,
  ValidatorIndex,
  Weight,
} from "../numbers.ts";
import { byteList, codec, container, list, oneOf, refine, sortedList, type Type, uint53 } from "../ssz/index.ts";
import {
  amountType,
  compareText,
  contractNameType,
  environmentNameType,
  nameType,
  payerKeyType,
  publicKeyType,
  rootType,
  shardNameType,
  signatureType,
  timeMsType,
  validatorIndexType,
  versionType,
  weightType,
} from "./common.ts";

export interface GenesisValidator {
  /** For people: in this file's committees, in tables and logs. */
  readonly name: string;
  readonly key: Uint8Array;
  /** Proof that its owner holds the secret key, so that aggregates are safe. */
  readonly possession: Uint8Array;
  /** Zero keeps it out of the set. */
  readonly orderWeight: Weight;
  readonly attestWeight: Weight;
}

export interface GenesisSeat {
  readonly validator: ValidatorIndex;
  readonly weight: Weight;
}

/** P10: who may create contracts in a shard. `keys` are payers, for `listed` only. */
export interface Creators {
  readonly rule: "anyone" | "nobody" | "listed";
  readonly keys: readonly Uint8Array[];
}

export interface GenesisShard {
  readonly name: ShardName;
  readonly committee: readonly GenesisSeat[];
  readonly creators: Creators;
}

export interface GenesisContract {
  readonly name: ContractName;
  readonly environment: EnvironmentName;
  /** Canonical encoding of the value that the environment is created with. */
  readonly config: Uint8Array;
}

export interface Allocation {
  readonly payer: Uint8Array;
  readonly amount: Amount;
}

/** O2: fee = base + perByte·bytes + perTouch·touches + perBudget·budget. */
export interface Fees {
  readonly base: Amount;
  readonly perByte: Amount;
  readonly perTouch: Amount;
  readonly perBudget: Amount;
}

/** What a network chooses within the hard limits (O3, O8-O10, S2). */
export interface NetworkLimits {
  readonly blockBytes: number;
  readonly blockBlobs: number;
  /** Budget of all programs of one block that touch one shard. */
  readonly shardBudget: number;
  /** O10. */
  readonly lagMax: number;
  readonly pendingMax: number;
  /** O3: a voter defers a header further ahead of its clock. */
  readonly clockLeadMs: number;
  /** S2: the Δ of all timers. */
  readonly deltaMs: number;
  /** O8. */
  readonly heartbeatMs: number;
}

export interface Genesis {
  readonly version: 1;
  /** Time of the genesis headers; every block is later. */
  readonly startMs: TimeMs;
  /** Leaders of the first epoch are drawn from it (S1). */
  readonly seed: Root;
  readonly validators: readonly GenesisValidator[];
  readonly shards: readonly GenesisShard[];
  readonly contracts: readonly GenesisContract[];
  readonly allocations: readonly Allocation[];
  readonly fees: Fees;
  readonly limits: NetworkLimits;
}

const validatorType: Type<GenesisValidator> = container({
  name: nameType,
  key: publicKeyType,
  possession: signatureType,
  orderWeight: weightType,
  attestWeight: weightType,
});

const seatType: Type<GenesisSeat> = container({ validator: validatorIndexType, weight: weightType });

const creatorsType: Type<Creators> = refine(
  container({
    rule: oneOf("anyone", "nobody", "listed"),
    keys: sortedList(payerKeyType, limits.creatorsMax, compareBytes),
  }),
  "bad-value",
  ({ rule, keys }) => (rule === "listed" || keys.length === 0 ? undefined : `keys for ${rule}`),
);

const shardType: Type<GenesisShard> = container({
  name: shardNameType,
  committee: sortedList(seatType, limits.validatorsMax, (a, b) => a.validator - b.validator),
  creators: creatorsType,
});

const contractType: Type<GenesisContract> = container({
  name: contractNameType,
  environment: environmentNameType,
  config: byteList(limits.genesisConfigBytesMax, 1),
});

const allocationType: Type<Allocation> = container({ payer: payerKeyType, amount: amountType });

const feesType: Type<Fees> = container({
  base: amountType,
  perByte: amountType,
  perTouch: amountType,
  perBudget: amountType,
});

/** Smallest and largest of each network limit; the reasons stand in limits.ts. */
export const networkLimitRanges: { readonly [Name in keyof NetworkLimits]: readonly [min: number, max: number] } = {
  blockBytes: [limits.blobBytesMax, limits.blockBytesMax],
  blockBlobs: [1, limits.blockBlobsMax],
  shardBudget: [1, limits.shardBudgetMax],
  lagMax: [1, limits.lagMax],
  pendingMax: [1, limits.pendingMax],
  clockLeadMs: [1, limits.clockLeadMsMax],
  deltaMs: [1, limits.deltaMsMax],
  heartbeatMs: [1, limits.heartbeatMsMax],
};

const networkLimitNames = Object.keys(networkLimitRanges) as (keyof NetworkLimits)[];

function networkLimitsProblem(chosen: NetworkLimits): string | undefined {
  for (const name of networkLimitNames) {
    const [min, max] = networkLimitRanges[name];
    if (chosen[name] < min || chosen[name] > max) return `${name} is from ${min} to ${max}, not ${chosen[name]}`;
  }
  return undefined;
}

const networkLimitsType: Type<NetworkLimits> = refine(
  container({
    blockBytes: uint53,
    blockBlobs: uint53,
    shardBudget: uint53,
    lagMax: uint53,
    pendingMax: uint53,
    clockLeadMs: uint53,
    deltaMs: uint53,
    heartbeatMs: uint53,
  }),
  "out-of-range",
  networkLimitsProblem,
);

export const genesisCodec = codec<Genesis>(
  "genesis",
  container({
    version: versionType,
    startMs: timeMsType,
    seed: rootType,
    validators: list(validatorType, limits.validatorsMax),
    shards: sortedList(shardType, limits.shardsMax, (a, b) => compareText(a.name, b.name)),
    contracts: sortedList(contractType, limits.genesisContractsMax, (a, b) => compareText(a.name, b.name)),
    allocations: sortedList(allocationType, limits.genesisAllocationsMax, (a, b) => compareBytes(a.payer, b.payer)),
    fees: feesType,
    limits: networkLimitsType,
  }),
  limits.genesisFileBytesMax,
);
