// The first program of a devnet: a fee in one shard, and a trip that needs two others, both or neither. It is ordered like
// any blob. What it does is then worked out here, from the slices of its shards alone: any follower comes to the same.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { nativeScheme } from "@tandem/native";
import {
  asShardName,
  type CheckedGenesis,
  decodeValue,
  type Export,
  encodeProgram,
  leastAllowance,
  type Outcome,
  type Program,
  parseGenesis,
  type Root,
  shardOf,
  toHex,
} from "@tandem/shared";
import { Keystore } from "../account/keystore.ts";
import type { Names } from "../program/words.ts";
import { Complaint } from "../terminal.ts";
import { devnetShards, tripProgram } from "./contracts.ts";
import { type FinalBlob, type Place, submitBlob } from "./first-blobs.ts";
import type { DevnetFolder } from "./folder.ts";
import { FollowedShard } from "./followed-shard.ts";
import type { NodeProcess } from "./node-process.ts";

/** A program that was ordered, and what each of its shards has run of it. */
export interface RunProgram {
  readonly ordered: FinalBlob;
  readonly program: Program;
  readonly shards: readonly ShardRun[];
  /** Who has which key. */
  readonly names: Names;
}

export interface ShardRun {
  readonly shard: string;
  readonly round: number;
  readonly claim: Root;
  readonly contracts: Root;
  readonly ran: readonly RanStep[];
  /** Steps elsewhere whose outcomes are to be seen before the rest runs. */
  readonly awaited: readonly { readonly shard: string; readonly step: number }[];
  /** Whether nodes of the program are left here. */
  readonly isPending: boolean;
}

export interface RanStep {
  readonly step: number;
  /** It counts only if its group holds. */
  readonly isTentative: boolean;
  readonly outcome: Outcome;
}

/** Heights that a seat and a room are held. */
const holdHeights = 10_000;

/** Nothing if the network has no such contracts: it was made before there were any. */
export async function runFirstProgram(
  folder: DevnetFolder,
  nodes: readonly NodeProcess[],
  signal: AbortSignal,
): Promise<RunProgram | undefined> {
  const checked = await readGenesis(folder);
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
  const followed = devnetShards.map((name) => new FollowedShard(checked, asShardName(name), node.api));
  const shards = await Promise.all(followed.map((shard) => runIn(shard, ordered)));
  return { ordered, program, shards, names: new Map(accounts.map(({ key, name }) => [key, name])) };
}

async function readGenesis({ folder }: DevnetFolder): Promise<CheckedGenesis> {
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
  const shards = new Set<string>(genesis.contracts.map(({ name }) => shardOf(name)));
  return devnetShards.every((name) => shards.has(name));
}

function contentOf(program: Program) {
  return { payload: encodeProgram(program), ...leastAllowance(program) };
}

async function runIn(followed: FollowedShard, { blob, ...place }: FinalBlob): Promise<ShardRun> {
  const { claim, root, lanes } = await followed.runTo(place.height);
  const pending = followed.waiting().find(({ program }) => toHex(program.blob) === blob);
  return {
    shard: followed.name,
    round: claim.round,
    claim: root,
    contracts: claim.contracts,
    ran: lanes.flatMap(({ content }) => content.exports).flatMap((made) => ranStep(made, place)),
    awaited: pending?.awaited ?? [],
    isPending: pending !== undefined,
  };
}

function ranStep({ node, content }: Export, { height, index }: Place): readonly RanStep[] {
  if (node.height !== height || node.index !== index || content.kind === "verdict") return [];
  const isTentative = content.kind === "tentative";
  const outcome = isTentative ? content.value.outcome : content.value;
  if (outcome.kind === "nothing")
    return [{ step: node.step, isTentative, outcome: { kind: "nothing", ...outcome.value } }];
  const value = decodeValue(outcome.value.bytes);
  if (!value.ok) throw new Error("outcomes are values");
  return [{ step: node.step, isTentative, outcome: { kind: "value", value: value.value } }];
}
