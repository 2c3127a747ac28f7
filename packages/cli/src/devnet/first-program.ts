// The first program of a devnet: a fee in one shard, and a trip that needs two others, both or neither. It is ordered like
// any blob. What it does is then worked out here, as `tandem program follow` does it.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { nativeScheme } from "@tandem/native";
import { type CheckedGenesis, encodeProgram, leastAllowance, type Program, parseGenesis, toHex } from "@tandem/shared";
import { Keystore } from "../account/keystore.ts";
import { readPlaced } from "../program/follow.ts";
import { type FollowedProgram, followProgram } from "../program/follow-program.ts";
import type { Names } from "../program/words.ts";
import { Complaint } from "../terminal.ts";
import { tripContracts, tripProgram } from "./contracts.ts";
import { type FinalBlob, submitBlob } from "./first-blobs.ts";
import type { DevnetFolder } from "./folder.ts";
import type { NodeProcess } from "./node-process.ts";

/** The first program, and what became of it. */
export interface RunProgram {
  readonly ordered: FinalBlob;
  readonly followed: FollowedProgram;
  /** Who has which key. */
  readonly names: Names;
}

/** Heights that a seat and a room are held. */
const holdHeights = 10_000;

/** Nothing if the network has no such contracts: it was made before there were any. */
export async function runFirstProgram(
  checked: CheckedGenesis,
  folder: DevnetFolder,
  nodes: readonly NodeProcess[],
  signal: AbortSignal,
): Promise<RunProgram | undefined> {
  const [node] = nodes;
  const keystore = new Keystore(folder.accounts);
  const accounts = await fundedAccounts(keystore, checked);
  const [seller, payer] = [accounts[0], accounts.at(-1)];
  if (node === undefined || seller === undefined || payer === undefined || !hasContracts(checked)) return undefined;
  const { nonce, height } = await node.api.account(payer.key);
  const program = tripProgram({
    payer: await keystore.keyOf(payer.name),
    seller: await keystore.keyOf(seller.name),
    nonce,
    until: height + holdHeights,
  });
  const plan = { name: "program", what: "a fee; a seat and a room", content: contentOf(program) };
  const from = { name: payer.name, keystore, api: node.api, flags: {} };
  const ordered = await submitBlob(plan, from, nodes, signal);
  const followed = await followProgram(checked, await readPlaced(node.api, ordered), node.api, signal);
  return { ordered, followed, names: new Map(accounts.map(({ key, name }) => [key, name])) };
}

export async function readGenesis({ folder }: DevnetFolder): Promise<CheckedGenesis> {
  const genesis = parseGenesis(nativeScheme, await readFile(join(folder, "genesis.json"), "utf8"));
  if (genesis.ok) return genesis.value;
  throw new Complaint(genesis.error.code, `${genesis.error.message}.`, "--fresh makes a new network in its place.");
}

async function fundedAccounts(keystore: Keystore, { genesis }: CheckedGenesis) {
  const funded = new Set(genesis.allocations.map(({ payer }) => toHex(payer)));
  const { accounts } = await keystore.list();
  return accounts.filter(({ key }) => funded.has(key));
}

function hasContracts({ genesis }: CheckedGenesis): boolean {
  const names = new Set<string>(genesis.contracts.map(({ name }) => name));
  return tripContracts.every((name) => names.has(name));
}

function contentOf(program: Program) {
  return { payload: encodeProgram(program), ...leastAllowance(program) };
}
