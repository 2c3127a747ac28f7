// The genesis file: JSON that people write and review, and its strict meaning.
//
// The file states its own network id. It is the root of everything else in the file, so two people who see
// the same id have the same network, however the file is laid out. Lists that have no order of their own
// (shards, contracts, allocations) may stand in any; validators keep theirs, for bitmaps count in it.
// In committees validators stand by name. Amounts and weights are decimal text, because JSON readers round
// large numbers. Every error names the key.

import { compareBytes, equalBytes, toHex } from "../bytes.ts";
import {
  jsonCount,
  jsonDecimal,
  jsonHex,
  jsonList,
  jsonObject,
  jsonText,
  jsonTextOr,
  type Reader,
  readJson,
} from "../json.ts";
import { limits } from "../limits.ts";
import { compareText } from "../messages/common.ts";
import {
  type Allocation,
  type Creators,
  type Fees,
  type Genesis,
  type GenesisContract,
  type GenesisShard,
  type GenesisValidator,
  genesisCodec,
  type NetworkLimits,
  networkLimitRanges,
} from "../messages/genesis.ts";
import {
  type Amount,
  asValidatorIndex,
  type ContractName,
  type EnvironmentName,
  isContractName,
  isName,
  type Root,
  type ShardName,
  type TimeMs,
  type Weight,
} from "../numbers.ts";
import { payerKeyBytes } from "../payer-scheme.ts";
import { type Result, success } from "../result.ts";
import { publicKeyBytes, type Scheme, signatureBytes } from "../scheme.ts";
import { type CheckedGenesis, checkGenesis, doubledProblem, type GenesisError, refuse } from "./check.ts";

interface FileSeat {
  readonly validator: string;
  readonly weight: Weight;
}

interface FileShard {
  readonly name: ShardName;
  readonly committee: readonly FileSeat[];
  readonly creators: "anyone" | "nobody" | readonly Uint8Array[];
}

interface GenesisFile extends Omit<Genesis, "shards"> {
  readonly network: Root;
  readonly shards: readonly FileShard[];
}

const nameForm = `1-${limits.nameBytesMax} of [a-z0-9-]`;
const amountMax = (1n << 128n) - 1n;
const weightMax = (1n << 64n) - 1n;
const name = <Branded extends string>(): Reader<Branded> => jsonText<Branded>(isName, nameForm);
const amount = jsonDecimal<Amount>(amountMax);
const weight = jsonDecimal<Weight>(weightMax);

const creatorsReader = jsonTextOr(
  jsonText<"anyone" | "nobody">(
    (text) => text === "anyone" || text === "nobody",
    '"anyone", "nobody" or a list of payer keys',
  ),
  jsonList(jsonHex(payerKeyBytes), limits.creatorsMax),
);

const limitsReader = jsonObject<NetworkLimits>(
  Object.fromEntries(
    Object.entries(networkLimitRanges).map(([key, [min, max]]) => [key, jsonCount(min, max)]),
  ) as unknown as { readonly [Name in keyof NetworkLimits]: Reader<number> },
);

const fileReader = jsonObject<GenesisFile>({
  version: jsonCount<1>(1, 1),
  network: jsonHex<Root>(32),
  startMs: jsonCount<TimeMs>(0, Number.MAX_SAFE_INTEGER),
  seed: jsonHex<Root>(32),
  validators: jsonList(
    jsonObject<GenesisValidator>({
      name: name(),
      key: jsonHex(publicKeyBytes),
      possession: jsonHex(signatureBytes),
      orderWeight: weight,
      attestWeight: weight,
    }),
    limits.validatorsMax,
  ),
  shards: jsonList(
    jsonObject<FileShard>({
      name: name<ShardName>(),
      committee: jsonList(jsonObject<FileSeat>({ validator: name(), weight }), limits.validatorsMax),
      creators: creatorsReader,
    }),
    limits.shardsMax,
  ),
  contracts: jsonList(
    jsonObject<GenesisContract>({
      name: jsonText<ContractName>(isContractName, `shard/name, each ${nameForm}`),
      environment: name<EnvironmentName>(),
      config: jsonHex({ max: limits.genesisConfigBytesMax }),
    }),
    limits.genesisContractsMax,
  ),
  allocations: jsonList(
    jsonObject<Allocation>({ payer: jsonHex(payerKeyBytes), amount }),
    limits.genesisAllocationsMax,
  ),
  fees: jsonObject<Fees>({ base: amount, perByte: amount, perTouch: amount, perBudget: amount }),
  limits: limitsReader,
});

/**
 * What stands twice in the lists that have no order of their own; in bytes it cannot, for there they rise. Names
 * of validators come first, because seats refer to them.
 */
function doubledInFile({ validators, shards, contracts, allocations }: GenesisFile): GenesisError | undefined {
  const problem =
    doubledProblem("validators", "name", validators, ({ name }) => name) ??
    doubledProblem("shards", "name", shards, ({ name }) => name) ??
    doubledProblem("contracts", "name", contracts, ({ name }) => name) ??
    doubledProblem("allocations", "payer", allocations, ({ payer }) => toHex(payer));
  if (problem !== undefined) return problem;
  for (const [index, { committee, creators }] of shards.entries()) {
    const inShard =
      doubledProblem(`shards[${index}].committee`, "validator", committee, ({ validator }) => validator) ??
      (typeof creators === "string" ? undefined : doubledProblem(`shards[${index}].creators`, "", creators, toHex));
    if (inShard !== undefined) return inShard;
  }
  return undefined;
}

function toShard(
  shard: FileShard,
  path: string,
  validators: ReadonlyMap<string, number>,
): Result<GenesisShard, GenesisError> {
  const committee = [];
  for (const [index, seat] of shard.committee.entries()) {
    const validator = validators.get(seat.validator);
    if (validator === undefined) {
      const place = `${path}.committee[${index}].validator`;
      return refuse("unknown-validator", place, `no validator is named ${seat.validator}`);
    }
    committee.push({ validator: asValidatorIndex(validator), weight: seat.weight });
  }
  return success({ name: shard.name, committee, creators: toCreators(shard.creators) });
}

function toCreators(creators: FileShard["creators"]): Creators {
  if (typeof creators === "string") return { rule: creators, keys: [] };
  return { rule: "listed", keys: creators };
}

/** In the order of the file, so that a problem is found where the file has it. */
function toGenesis(file: GenesisFile): Result<Genesis, GenesisError> {
  const doubled = doubledInFile(file);
  if (doubled !== undefined) return { ok: false, error: doubled };
  const validators = new Map(file.validators.map((each, index) => [each.name, index]));
  const shards: GenesisShard[] = [];
  for (const [index, shard] of file.shards.entries()) {
    const read = toShard(shard, `shards[${index}]`, validators);
    if (!read.ok) return read;
    shards.push(read.value);
  }
  const { network: _, ...rest } = file;
  return success({ ...rest, shards });
}

/** The same with every list in the order that it has in bytes. */
function inOrder(genesis: Genesis): Genesis {
  const { shards, contracts, allocations } = genesis;
  return {
    ...genesis,
    shards: shards.map(shardInOrder).sort((a, b) => compareText(a.name, b.name)),
    contracts: contracts.toSorted((a, b) => compareText(a.name, b.name)),
    allocations: allocations.toSorted((a, b) => compareBytes(a.payer, b.payer)),
  };
}

function shardInOrder({ name, committee, creators }: GenesisShard): GenesisShard {
  return {
    name,
    committee: committee.toSorted((a, b) => a.validator - b.validator),
    creators: { rule: creators.rule, keys: creators.keys.toSorted(compareBytes) },
  };
}

export function parseGenesis(scheme: Scheme, text: string): Result<CheckedGenesis, GenesisError> {
  const file = readJson(text, limits.genesisFileBytesMax, fileReader);
  if (!file.ok) return file;
  const read = toGenesis(file.value);
  if (!read.ok) return read;
  const problem = checkGenesis(scheme, read.value);
  if (problem !== undefined) return { ok: false, error: problem };
  const genesis = inOrder(read.value);
  const network = genesisCodec.root(genesis);
  if (!equalBytes(network, file.value.network)) {
    return refuse("network", "network", `the content of this file has the id ${toHex(network)}`);
  }
  return success({ genesis, network });
}

/** The file of a genesis; parsing it gives the same genesis back. */
export function formatGenesis(genesis: Genesis): string {
  const { validators, shards, contracts, allocations, fees } = genesis;
  const file = {
    version: genesis.version,
    network: toHex(genesisCodec.root(genesis)),
    startMs: genesis.startMs,
    seed: toHex(genesis.seed),
    validators: validators.map((each) => ({
      name: each.name,
      key: toHex(each.key),
      possession: toHex(each.possession),
      orderWeight: `${each.orderWeight}`,
      attestWeight: `${each.attestWeight}`,
    })),
    shards: shards.map((shard) => ({
      name: shard.name,
      committee: shard.committee.map((seat) => ({
        validator: validators[seat.validator]?.name,
        weight: `${seat.weight}`,
      })),
      creators: shard.creators.rule === "listed" ? shard.creators.keys.map(toHex) : shard.creators.rule,
    })),
    contracts: contracts.map((each) => ({ ...each, config: toHex(each.config) })),
    allocations: allocations.map((each) => ({ payer: toHex(each.payer), amount: `${each.amount}` })),
    fees: Object.fromEntries(Object.entries(fees).map(([key, value]) => [key, `${value}`])),
    limits: genesis.limits,
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}
