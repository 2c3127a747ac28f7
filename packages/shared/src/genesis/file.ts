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
import { type CheckedGenesis, checkGenesis, findDoubled, type GenesisError, refuse } from "./check.ts";

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

function doubledProblem(file: GenesisFile): GenesisError | undefined {
  const lists: readonly (readonly [path: string, key: string, keys: readonly string[]])[] = [
    ["validators", "name", file.validators.map((each) => each.name)],
    ["validators", "key", file.validators.map((each) => toHex(each.key))],
    ["shards", "name", file.shards.map((each) => each.name)],
    ["contracts", "name", file.contracts.map((each) => each.name)],
    ["allocations", "payer", file.allocations.map((each) => toHex(each.payer))],
    ...file.shards.flatMap((shard, index) => creatorsToCheck(shard, index)),
    ...file.shards.map(
      (shard, index) =>
        [`shards[${index}].committee`, "validator", shard.committee.map((seat) => seat.validator)] as const,
    ),
  ];
  for (const [path, key, keys] of lists) {
    const index = findDoubled(keys);
    if (index >= 0) return refuse("doubled", `${path}[${index}].${key}`, `${keys[index]} stands twice`).error;
  }
  return undefined;
}

function creatorsToCheck(shard: FileShard, index: number) {
  if (typeof shard.creators === "string") return [];
  return [[`shards[${index}].creators`, "key", shard.creators.map(toHex)] as const];
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
      return refuse(
        "unknown-validator",
        `${path}.committee[${index}].validator`,
        `no validator is named ${seat.validator}`,
      );
    }
    committee.push({ validator: asValidatorIndex(validator), weight: seat.weight });
  }
  committee.sort((a, b) => a.validator - b.validator);
  return success({ name: shard.name, committee, creators: toCreators(shard.creators) });
}

function toCreators(creators: FileShard["creators"]): Creators {
  if (typeof creators === "string") return { rule: creators, keys: [] };
  return { rule: "listed", keys: [...creators].sort(compareBytes) };
}

function toGenesis(file: GenesisFile): Result<Genesis, GenesisError> {
  const doubled = doubledProblem(file);
  if (doubled !== undefined) return { ok: false, error: doubled };
  const validators = new Map(file.validators.map((each, index) => [each.name, index]));
  const shards: GenesisShard[] = [];
  for (const [index, shard] of file.shards.entries()) {
    const read = toShard(shard, `shards[${index}]`, validators);
    if (!read.ok) return read;
    shards.push(read.value);
  }
  const { network: _, ...rest } = file;
  return success({
    ...rest,
    shards: shards.sort((a, b) => compareText(a.name, b.name)),
    contracts: [...file.contracts].sort((a, b) => compareText(a.name, b.name)),
    allocations: [...file.allocations].sort((a, b) => compareBytes(a.payer, b.payer)),
  });
}

export function parseGenesis(scheme: Scheme, text: string): Result<CheckedGenesis, GenesisError> {
  const file = readJson(text, limits.genesisFileBytesMax, fileReader);
  if (!file.ok) return file;
  const genesis = toGenesis(file.value);
  if (!genesis.ok) return genesis;
  const problem = checkGenesis(scheme, genesis.value);
  if (problem !== undefined) return { ok: false, error: problem };
  const network = genesisCodec.root(genesis.value);
  if (!equalBytes(network, file.value.network)) {
    return refuse("network", "network", `the content of this file has the id ${toHex(network)}`);
  }
  return success({ genesis: genesis.value, network });
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
