// The first program of a devnet: a fee in one shard, and a trip that needs two others, both or neither. It is ordered like
// any blob; what the shards' followers make of it is watched until all of it is attested.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { nativeScheme } from "@tandem/native";
import { type CheckedGenesis, encodeProgram, leastAllowance, type Program, parseGenesis, toHex } from "@tandem/shared";
import { Keystore } from "../account/keystore.ts";
import type { Names } from "../program/words.ts";
import { Complaint } from "../terminal.ts";
import { tripContracts, tripProgram } from "./contracts.ts";
import { type FinalBlob, submitBlob } from "./first-blobs.ts";
import type { DevnetFolder } from "./folder.ts";
import type { Sight } from "./journey.ts";
import type { NodeProcess } from "./node-process.ts";

/** It is ordered. */
export interface FirstProgram {
  readonly ordered: FinalBlob;
  readonly program: Program;
  /** Who has which key. */
  readonly names: Names;
}

/** Heights that a seat and a room are held. */
const holdHeights = 10_000;
const askTimeoutMs = 2000;

/** Nothing if the network has no such contracts: it was made before there were any. */
export async function submitFirstProgram(
  checked: CheckedGenesis,
  folder: DevnetFolder,
  nodes: readonly NodeProcess[],
  signal: AbortSignal,
): Promise<FirstProgram | undefined> {
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
  return { ordered, program, names: new Map(accounts.map(({ key, name }) => [key, name])) };
}

/** What all nodes that answer say of it now. */
export async function sightOf(blob: string, nodes: readonly NodeProcess[]): Promise<Sight> {
  const here = nodes.filter(({ exit }) => exit === undefined);
  const end = AbortSignal.timeout(askTimeoutMs);
  const [programs, statuses] = await Promise.all([
    Promise.all(here.map(({ api }) => api.program(blob, end).catch(() => undefined))),
    Promise.all(here.map(({ api }) => api.status(end).catch(() => undefined))),
  ]);
  const affirmed = new Map<string, number>();
  const waiting = new Map<string, number>();
  const shards = statuses.flatMap((status) => status?.shards ?? []);
  for (const shard of shards.toSorted((a, b) => a.attested.round - b.attested.round)) {
    affirmed.set(shard.name, Math.max(shard.affirmed, affirmed.get(shard.name) ?? 0));
    if (shard.waiting !== null) waiting.set(shard.name, shard.waiting.round);
  }
  return { affirmed, waiting, programs: programs.filter((each) => each !== undefined && "height" in each) };
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
