// What a genesis must satisfy beyond its form, whether it came from a file or from bytes. Errors name the key.

import { toHex } from "../bytes.ts";
import type { CommitteeCode } from "../committee.ts";
import type { JsonCode } from "../json.ts";
import { limits } from "../limits.ts";
import type { Genesis, GenesisSeat, GenesisValidator } from "../messages/genesis.ts";
import { validatorSetsCodec } from "../messages/validator-sets.ts";
import { type Root, shardOf } from "../numbers.ts";
import { verifyPossession } from "../possession.ts";
import { type Failure, failure } from "../result.ts";
import type { Scheme } from "../scheme.ts";
import { decodeValue } from "../values/decode.ts";
import { validatorSetsOf } from "./sets.ts";

const weightMax = (1n << 64n) - 1n;

export type GenesisCode =
  | JsonCode
  | Exclude<CommitteeCode, "doubled-key">
  | "doubled" // a name, key or entry that must be unique stands twice
  | "unknown-validator"
  | "unknown-shard"
  | "bad-possession"
  | "bad-config"
  | "overflow" // allocations add up to 2^128 or more
  | "network"; // the file's id is not the root of its content

export type GenesisError = Failure<GenesisCode>;

/** A genesis whose every rule was checked, and the root that is the network's id. */
export interface CheckedGenesis {
  readonly genesis: Genesis;
  readonly network: Root;
}

/** A refusal at `path`; the message begins with the key, as everywhere in this file. */
export function refuse(code: GenesisCode, path: string, message: string) {
  return failure(code, path, `${path}: ${message}`);
}

/** What a decoded genesis must satisfy beyond its form; from a file or from bytes. */
export function checkGenesis(scheme: Scheme, genesis: Genesis): GenesisError | undefined {
  const { validators } = genesis;
  return (
    doubledProblem("validators", "name", validators, ({ name }) => name) ??
    doubledProblem("validators", "key", validators, ({ key }) => toHex(key)) ??
    setProblem(validators, "orderWeight") ??
    setProblem(validators, "attestWeight") ??
    shardsProblem(genesis) ??
    contractsProblem(genesis) ??
    allocationsProblem(genesis) ??
    keysProblem(scheme, genesis) // last, for it takes a millisecond or more for each key
  );
}

/** The first entry of `list` that has the same key as one before it. */
export function doubledProblem<Item>(
  list: string,
  key: string,
  items: readonly Item[],
  keyOf: (item: Item) => string,
): GenesisError | undefined {
  const seen = new Set<string>();
  const index = items.findIndex((item) => seen.size === seen.add(keyOf(item)).size);
  if (index < 0) return undefined;
  const path = key === "" ? `${list}[${index}]` : `${list}[${index}].${key}`;
  return refuse("doubled", path, `${keyOf(items[index] as Item)} stands twice`).error;
}

function keysProblem(scheme: Scheme, { validators }: Genesis): GenesisError | undefined {
  for (const [index, { key, possession }] of validators.entries()) {
    const path = `validators[${index}]`;
    const parsed = scheme.parsePublicKey(key);
    if (!parsed.ok) return refuse("bad-key", `${path}.key`, parsed.error.message).error;
    if (!verifyPossession(scheme, parsed.value, possession)) {
      return refuse("bad-possession", `${path}.possession`, "it does not prove possession of the key").error;
    }
  }
  return undefined;
}

/** Weights are summed here as `createCommittee` does, so that the set that they make is a committee. */
function totalProblem(weights: readonly bigint[], pathOf: (index: number) => string): GenesisError | undefined {
  let total = 0n;
  for (const [index, weight] of weights.entries()) {
    total += weight;
    if (total > weightMax) return refuse("bad-weight", pathOf(index), "the weights add up to 2^64 or more").error;
  }
  return undefined;
}

function setProblem(
  validators: readonly GenesisValidator[],
  key: "orderWeight" | "attestWeight",
): GenesisError | undefined {
  if (validators.length === 0) return refuse("empty-committee", "validators", "there is no validator").error;
  if (validators.every((each) => each[key] === 0n)) {
    return refuse("empty-committee", `validators[].${key}`, "no validator has any").error;
  }
  return totalProblem(
    validators.map((each) => each[key]),
    (index) => `validators[${index}].${key}`,
  );
}

function shardsProblem(genesis: Genesis): GenesisError | undefined {
  for (const [index, { committee }] of genesis.shards.entries()) {
    const problem = seatsProblem(genesis, committee, `shards[${index}].committee`);
    if (problem !== undefined) return problem;
  }
  const bytes = validatorSetsCodec.type.sizeOf(validatorSetsOf(genesis));
  if (bytes <= limits.validatorSetsBytesMax) return undefined;
  return refuse("too-many", "shards", `committees of ${bytes} bytes, not ${limits.validatorSetsBytesMax}`).error;
}

function seatsProblem(genesis: Genesis, seats: readonly GenesisSeat[], path: string): GenesisError | undefined {
  if (seats.length === 0) return refuse("empty-committee", path, "a committee has at least one member").error;
  const unknown = seats.findIndex(({ validator }) => validator >= genesis.validators.length);
  if (unknown >= 0) return refuse("unknown-validator", `${path}[${unknown}].validator`, "no such validator").error;
  const idle = seats.findIndex(({ weight }) => weight === 0n);
  if (idle >= 0) return refuse("bad-weight", `${path}[${idle}].weight`, "a member's weight is positive").error;
  return totalProblem(
    seats.map(({ weight }) => weight),
    (index) => `${path}[${index}].weight`,
  );
}

function contractsProblem({ contracts, shards }: Genesis): GenesisError | undefined {
  const names = new Set(shards.map((shard) => shard.name));
  for (const [index, contract] of contracts.entries()) {
    const path = `contracts[${index}]`;
    const shard = shardOf(contract.name);
    if (!names.has(shard)) return refuse("unknown-shard", `${path}.name`, `no shard is named ${shard}`).error;
    const config = decodeValue(contract.config);
    if (!config.ok) return refuse("bad-config", `${path}.config`, config.error.message).error;
  }
  return undefined;
}

function allocationsProblem({ allocations }: Genesis): GenesisError | undefined {
  const total = allocations.reduce((sum, each) => sum + each.amount, 0n);
  return total >= 1n << 128n ? refuse("overflow", "allocations", "they add up to 2^128 or more").error : undefined;
}
