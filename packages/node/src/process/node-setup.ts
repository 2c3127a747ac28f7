// What a node's configuration names, read and checked before anything is started.

import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { nativeScheme } from "@tandem/native";
import {
  assert,
  type CheckedGenesis,
  equalBytes,
  type Failure,
  type Genesis,
  type PublicKey,
  parseGenesis,
  type SecretKey,
  type ShardName,
  toHex,
} from "@tandem/shared";
import { checkContracts } from "../config/contracts.ts";
import { readIdentity, readValidatorKey } from "../config/key-files.ts";
import { type NodeConfig, readTextFile } from "../config/node-config.ts";
import { type Seatings, seatingsOf, shardsAt } from "../config/seating.ts";
import { createIdentity, identityName } from "../network/index.ts";
import { NodeError } from "../node-error.ts";
import { checkOwner } from "../store/owner.ts";

export interface NodeSetup {
  readonly checked: CheckedGenesis;
  /** All of the genesis, by their places in it. */
  readonly names: readonly string[];
  readonly keys: readonly PublicKey[];
  readonly seatings: Seatings;
  /** Nothing for an observer. */
  readonly validator: { readonly seat: number; readonly secretKey: SecretKey } | undefined;
  /** Shards that it executes. */
  readonly follows: readonly ShardName[];
  readonly identity: Uint8Array;
}

export async function readSetup(config: NodeConfig): Promise<NodeSetup> {
  const checked = await readGenesisFile(config.genesis);
  const { genesis } = checked;
  checkNames(config, genesis);
  const names = genesis.validators.map(({ name }) => name);
  const keys = keysOf(genesis);
  const seatings = seatingsOf(genesis);
  const validator = config.key === undefined ? undefined : await readSeat(config.key, keys);
  const follows = config.follow ?? shardsAt(seatings, validator?.seat);
  await makeFolder(config.data);
  if (validator !== undefined) await checkOwner(config.data, validator.secretKey.publicKey.bytes);
  await makeFolder(dirname(config.identity));
  const identity = await readIdentity(config.identity, createIdentity);
  if (identityName(identity) === undefined) {
    const what = `${config.identity} does not hold a libp2p identity.`;
    throw new NodeError("bad-key", what, "Remove it: another is made, for no seat depends on it.");
  }
  return { checked, names, keys, seatings, validator, follows, identity };
}

/** What the configuration names of the network. */
function checkNames({ peers, follow = [] }: NodeConfig, { validators, shards }: Genesis): void {
  const advice = "Is it the configuration of another network?";
  const beyond = peers.find(({ seat }) => seat >= validators.length);
  if (beyond !== undefined) {
    const what = `The configuration names a peer of seat ${beyond.seat}, and the genesis has ${validators.length} seats.`;
    throw new NodeError("bad-config", what, advice);
  }
  const unknown = follow.find((shard) => shards.every(({ name }) => name !== shard));
  if (unknown === undefined) return;
  const what = `The configuration says to follow ${unknown}, and the genesis has no such shard.`;
  throw new NodeError("bad-config", what, advice);
}

function keysOf({ validators }: Genesis): readonly PublicKey[] {
  return validators.map(({ key }) => {
    const parsed = nativeScheme.parsePublicKey(key);
    assert(parsed.ok, "the genesis was checked");
    return parsed.value;
  });
}

async function readGenesisFile(file: string): Promise<CheckedGenesis> {
  const genesis = parseGenesis(nativeScheme, await readTextFile(file, "genesis"));
  if (!genesis.ok) throw badGenesis(file, genesis.error);
  const contracts = checkContracts(genesis.value);
  if (!contracts.ok) throw badGenesis(file, contracts.error);
  return genesis.value;
}

function badGenesis(file: string, { code, path, message }: Failure): NodeError {
  const where = path === "" || message.startsWith(path) ? "" : `${path}: `;
  const what = `${file}: ${where}${message} (${code}).`;
  return new NodeError("bad-genesis", what, "./tandem genesis check tells the same.");
}

async function readSeat(file: string, keys: readonly PublicKey[]) {
  const secretKey = await readValidatorKey(file);
  const seat = keys.findIndex(({ bytes }) => equalBytes(bytes, secretKey.publicKey.bytes));
  if (seat >= 0) return { seat, secretKey };
  const what = `The key ${toHex(secretKey.publicKey.bytes).slice(0, 16)}… of ${file} is not of a validator in the genesis.`;
  throw new NodeError("no-seat", what, 'Is the genesis of this network? Without "key" the node is an observer.');
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    const { code = "unknown" } = cause as NodeJS.ErrnoException;
    throw new NodeError("unwritable", `Cannot make the folder ${folder} (${code}).`, "Is the path right?", cause);
  }
}
