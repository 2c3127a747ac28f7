// What a genesis must satisfy beyond its form, whether it came from a file or from bytes. Errors name the key.

import { type CommitteeCode, createCommittee } from "../committee.ts";
import type { JsonCode } from "../json.ts";
import type { Genesis } from "../messages/genesis.ts";
import type { Members } from "../messages/validator-sets.ts";
import { type Root, shardOf } from "../numbers.ts";
import { verifyPossession } from "../possession.ts";
import { type Failure, failure } from "../result.ts";
import type { Scheme } from "../scheme.ts";
import { decodeValue } from "../values/decode.ts";
import { attestMembers, orderMembers, shardMembers } from "./sets.ts";

export type GenesisCode =
  | JsonCode
  | CommitteeCode
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

/** The first key that stands twice, and where. */
export function findDoubled(keys: readonly string[]): number {
  const seen = new Set<string>();
  return keys.findIndex((key) => seen.size === seen.add(key).size);
}

/** What a decoded genesis must satisfy beyond its form; from a file or from bytes. */
export function checkGenesis(scheme: Scheme, genesis: Genesis): GenesisError | undefined {
  return (
    keysProblem(scheme, genesis) ??
    setProblem(scheme, orderMembers(genesis), "validators", "orderWeight") ??
    setProblem(scheme, attestMembers(genesis), "validators", "attestWeight") ??
    shardsProblem(scheme, genesis) ??
    contractsProblem(genesis) ??
    allocationsProblem(genesis)
  );
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
  const doubled = findDoubled(validators.map((each) => each.name));
  if (doubled >= 0) return refuse("doubled", `validators[${doubled}].name`, "this name stands twice").error;
  return undefined;
}

function setProblem(scheme: Scheme, members: Members, path: string, key: string): GenesisError | undefined {
  const committee = createCommittee(scheme, members);
  if (committee.ok) return undefined;
  const { code, message } = committee.error;
  return refuse(code, key === "" ? path : `${path}[].${key}`, message).error;
}

function shardsProblem(scheme: Scheme, genesis: Genesis): GenesisError | undefined {
  for (const [index, shard] of genesis.shards.entries()) {
    const path = `shards[${index}].committee`;
    const seat = shard.committee.findIndex(
      ({ validator, weight }) => validator >= genesis.validators.length || weight === 0n,
    );
    if (seat >= 0) return refuse("unknown-validator", `${path}[${seat}]`, "no such validator, or no weight").error;
    const problem = setProblem(scheme, shardMembers(genesis, shard), path, "");
    if (problem !== undefined) return problem;
  }
  return undefined;
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
