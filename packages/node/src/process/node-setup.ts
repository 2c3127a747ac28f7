// What a node's configuration names, read and checked before anything is started.

import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { nativeScheme } from "@tandem/native";
import {
  type CheckedGenesis,
  type Committee,
  equalBytes,
  type Failure,
  parseGenesis,
  type SecretKey,
  toHex,
} from "@tandem/shared";
import { checkContracts } from "../config/contracts.ts";
import { readIdentity, readValidatorKey } from "../config/key-files.ts";
import { type NodeConfig, readTextFile } from "../config/node-config.ts";
import { createIdentity, identityName } from "../network/index.ts";
import { NodeError } from "../node-error.ts";
import { verifyContextOf } from "../replica/context.ts";

export interface NodeSetup {
  readonly checked: CheckedGenesis;
  /** Who votes on the order chain, and how they are called. */
  readonly committee: Committee;
  readonly names: readonly string[];
  /** Nothing for an observer. */
  readonly validator: { readonly seat: number; readonly secretKey: SecretKey } | undefined;
  readonly identity: Uint8Array;
}

export async function readSetup(config: NodeConfig): Promise<NodeSetup> {
  const checked = await readGenesisFile(config.genesis);
  const { committee } = verifyContextOf(checked).order;
  const names = checked.genesis.validators.filter(({ orderWeight }) => orderWeight > 0n).map(({ name }) => name);
  const beyond = config.peers.find(({ seat }) => seat >= names.length);
  if (beyond !== undefined) {
    const what = `The configuration names a peer of seat ${beyond.seat}, and the genesis has ${names.length} seats.`;
    throw new NodeError("bad-config", what, "Is it the configuration of another network?");
  }
  const validator = config.key === undefined ? undefined : await readSeat(config.key, committee);
  await makeFolder(config.data);
  await makeFolder(dirname(config.identity));
  const identity = await readIdentity(config.identity, createIdentity);
  if (identityName(identity) === undefined) {
    const what = `${config.identity} does not hold a libp2p identity.`;
    throw new NodeError("bad-key", what, "Remove it: another is made, for no seat depends on it.");
  }
  return { checked, committee, names, validator, identity };
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

async function readSeat(file: string, { seats }: Committee) {
  const secretKey = await readValidatorKey(file);
  const seat = seats.findIndex(({ key }) => equalBytes(key.bytes, secretKey.publicKey.bytes));
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
