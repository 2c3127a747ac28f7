// The folder of a devnet: made on the first start, continued on later ones.
//
//   DIR/devnet.json          the mark of a devnet, and what it was made with; empty while it is being made
//   DIR/genesis.json, accounts/, node-0/ …      as `tandem genesis create` makes them
//   DIR/node-0/node.log      what the node said
//
// 1. Nothing is deleted or written in a folder that holds something and no mark.
// 2. One devnet at a time has the folder.
// 3. Ports are remembered. If another process took one meanwhile, all are chosen anew.

import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { lockFolder } from "@tandem/node";
import { jsonCount, jsonObject, jsonText, readJson } from "@tandem/shared";
import { rotatedCommittees, threeQuarters } from "../genesis/committees.ts";
import { createNetworkFolder } from "../genesis/network-folder.ts";
import { areFree, findPorts, host } from "../ports.ts";
import { Complaint } from "../terminal.ts";
import { devnetContracts, devnetShards } from "./contracts.ts";
import type { DevnetOptions } from "./options.ts";

export interface DevnetFolder {
  readonly folder: string;
  readonly network: string;
  readonly isNew: boolean;
  readonly deltaMs: number;
  readonly delayMs: number;
  readonly nodes: readonly NodePlace[];
  /** The folder of the key files of accounts with a balance. */
  readonly accounts: string;
  release(): Promise<void>;
}

export interface NodePlace {
  readonly name: string;
  readonly folder: string;
  /** Where its API is. */
  readonly api: string;
}

interface Manifest {
  /** 1: made before its validators attested. */
  readonly version: 1 | 2;
  readonly network: string;
  readonly validators: number;
  readonly store: "rocksdb" | "level";
  readonly deltaMs: number;
  /** The first of two for each node. */
  readonly port: number;
}

const manifestName = "devnet.json";
const manifestCharactersMax = 4096;
/** As many as a node reads. */
const configCharactersMax = 1024 * 1024;
const validatorsUsual = 4;
const accountsCount = 4;
const balance = 1_000_000_000_000n;
/** Besides the delay that is asked for: what four nodes on a busy laptop take to sync a vote and answer. */
const deltaBaseMs = 200;
/** So that somebody who watches sees that it lives. */
const heartbeatMs = 1000;

const manifestReader = jsonObject<Manifest>({
  version: jsonCount<1 | 2>(1, 2),
  network: jsonText((text) => /^[0-9a-f]{64}$/.test(text), "a network's id"),
  validators: jsonCount(1, 1024),
  store: jsonText((text) => text === "rocksdb" || text === "level", '"rocksdb" or "level"'),
  deltaMs: jsonCount(1, Number.MAX_SAFE_INTEGER),
  port: jsonCount(1, 65_535),
});

export async function openFolder(options: DevnetOptions): Promise<DevnetFolder> {
  const { folder } = options;
  await checkMark(folder);
  const lock = await lockFolder(folder).catch(refuseRunning);
  try {
    const known = options.isFresh ? undefined : await readManifest(folder);
    if (known !== undefined) checkSame(options, known);
    const manifest = await withFreePorts(known ?? (await makeDevnet(options)));
    await writeFile(join(folder, manifestName), `${JSON.stringify(manifest, null, 2)}\n`);
    for (let node = 0; node < manifest.validators; node++) await writeConfig(options, manifest, node);
    return { ...describe(options, manifest), isNew: known === undefined, release: () => lock.release() };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Rule 1. */
async function checkMark(folder: string): Promise<void> {
  const names = await entries(folder);
  if (names.length === 0 || names.includes(manifestName)) return;
  const what = `${folder} is not empty, and no devnet: it has no ${manifestName}.`;
  throw new Complaint("not-a-devnet", what, "Name another folder with --folder.");
}

/** Without what a lock leaves there. */
async function entries(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => !name.startsWith("lock."));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return [];
    throw new Complaint("unreadable", `Cannot read the folder ${folder} (${code}).`, "Is the path right?");
  }
}

/** Of a devnet that runs there: its mark is written, and its ports are those. */
export async function placesIn(folder: string): Promise<readonly NodePlace[]> {
  const manifest = await readManifest(folder);
  return manifest === undefined ? [] : placesOf(folder, manifest);
}

/** Rule 2. */
function refuseRunning(error: unknown): never {
  const { code, message } = error as { readonly code?: string; readonly message: string };
  if (code !== "store-locked") throw error;
  const who = /in (this process|process \d+)/.exec(message)?.[1] ?? "another process";
  const what = `A devnet runs in this folder already (${who}).`;
  throw new Complaint("devnet-running", what, "Stop it with Ctrl-C, or name another folder with --folder.", 1);
}

async function readManifest(folder: string): Promise<Manifest | undefined> {
  if ((await entries(folder)).length === 0) return undefined;
  const text = await readFile(join(folder, manifestName), "utf8");
  // Whoever made it did not finish.
  if (text === "") return undefined;
  const manifest = readJson(text, manifestCharactersMax, manifestReader);
  const advice = "--fresh makes a new network in its place (npm start -- --fresh).";
  if (!manifest.ok)
    throw new Complaint("bad-devnet", `${join(folder, manifestName)}: ${manifest.error.message}.`, advice);
  if (manifest.value.version === 2) return manifest.value;
  throw new Complaint("old-devnet", "The network in this folder was made by a version that did not attest.", advice);
}

function checkSame({ validators, isLevel }: DevnetOptions, known: Manifest): void {
  const advice = "Leave that flag out to continue it; --fresh makes a new network in its place.";
  if (validators !== undefined && validators !== known.validators) {
    throw new Complaint("other-devnet", `The network in this folder has ${known.validators} validators.`, advice);
  }
  if (isLevel && known.store !== "level") {
    throw new Complaint("other-devnet", "The nodes of this folder store in RocksDB.", advice);
  }
}

async function makeDevnet(options: DevnetOptions): Promise<Manifest> {
  const { folder, validators = validatorsUsual, isLevel, delayMs } = options;
  for (const name of await entries(folder)) {
    if (name !== manifestName) await rm(join(folder, name), { recursive: true });
  }
  await writeFile(join(folder, manifestName), "");
  const port = await findPorts(2 * validators);
  const deltaMs = deltaBaseMs + delayMs;
  const store = isLevel ? "level" : "rocksdb";
  const { network } = await createNetworkFolder(folder, {
    validators,
    roles: new Map(),
    committees: rotatedCommittees(devnetShards, validators, threeQuarters(validators)),
    contracts: devnetContracts,
    accounts: accountsCount,
    balance,
    deltaMs,
    heartbeatMs,
    port,
    store,
    verifyThreads: 1,
  });
  return { version: 2, network, validators, store, deltaMs, port };
}

/** Rule 3. */
async function withFreePorts(manifest: Manifest): Promise<Manifest> {
  const count = 2 * manifest.validators;
  if (await areFree(Array.from({ length: count }, (_, index) => manifest.port + index))) return manifest;
  return { ...manifest, port: await findPorts(count) };
}

/** What a person changed in it besides ports and delay stays. */
async function writeConfig({ folder, delayMs }: DevnetOptions, manifest: Manifest, node: number): Promise<void> {
  const file = join(folder, nameOf(node), "config.json");
  const config = await readObject(file);
  const addressOf = (seat: number) => `/ip4/${host}/tcp/${manifest.port + 2 * seat}`;
  const others = Array.from({ length: manifest.validators }, (_, seat) => seat).filter((seat) => seat !== node);
  const written = {
    ...config,
    listen: [addressOf(node)],
    peers: others.map((seat) => ({ seat, address: addressOf(seat) })),
    api: { host, port: apiPort(manifest, node) },
    network: { delayMs },
  };
  await writeFile(file, `${JSON.stringify(written, null, 2)}\n`);
}

/** What else is wrong in it, the node says. */
async function readObject(file: string): Promise<object> {
  const advice = "Mend it, or let --fresh make a new network (npm start -- --fresh).";
  const text = await readFile(file, "utf8").catch(({ code }: NodeJS.ErrnoException) => {
    throw new Complaint("unreadable", `Cannot read the configuration ${file} (${code}).`, advice);
  });
  const read = readJson(text, configCharactersMax, (value) => value);
  if (read.ok && typeof read.value === "object" && read.value !== null && !Array.isArray(read.value)) return read.value;
  const why = read.ok ? "this is no object" : read.error.message;
  throw new Complaint("bad-config", `${file}: ${why}.`, advice);
}

function describe({ folder, delayMs }: DevnetOptions, manifest: Manifest) {
  const { network, deltaMs } = manifest;
  return { folder, network, deltaMs, delayMs, nodes: placesOf(folder, manifest), accounts: join(folder, "accounts") };
}

function placesOf(folder: string, manifest: Manifest): readonly NodePlace[] {
  return Array.from({ length: manifest.validators }, (_, node) => ({
    name: nameOf(node),
    folder: join(folder, nameOf(node)),
    api: `http://${host}:${apiPort(manifest, node)}`,
  }));
}

function nameOf(node: number): string {
  return `node-${node}`;
}

function apiPort({ port }: Manifest, node: number): number {
  return port + 2 * node + 1;
}
