// The configuration file of a node: JSON that people write, strictly read. A wrong key is named by its path; what is
// relative is relative to the file, so a node's folder can be moved whole.

import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { multiaddr } from "@multiformats/multiaddr";
import {
  type Failure,
  failure,
  type JsonCode,
  jsonCount,
  jsonList,
  jsonObject,
  jsonText,
  limits,
  type Result,
  readJson,
  type ShardName,
  success,
} from "@tandem/shared";
import { NodeError } from "../node-error.ts";
import { type StoreKind, storeKinds } from "../store/store-kind.ts";

export interface NodeConfig {
  /** The genesis file. */
  readonly genesis: string;
  /** The folder of its store and vote journals. */
  readonly data: string;
  /** The key file of a validator; absent for an observer. */
  readonly key?: string;
  /** The file of its libp2p identity, made when it is not there. */
  readonly identity: string;
  /** Multiaddrs, such as `/ip4/127.0.0.1/tcp/7100`. */
  readonly listen: readonly string[];
  /** By their places in the genesis. */
  readonly peers: readonly { readonly seat: number; readonly address: string }[];
  /** Absent for none. */
  readonly api?: ApiAddress;
  readonly store: StoreKind;
  readonly verifyThreads: number;
  /** Shards to execute. Absent for those in whose committees its key sits. */
  readonly follow?: readonly ShardName[];
  /** Threads that shards are spread over; one without it. */
  readonly executionThreads?: number;
  /** For trying out how a network far apart behaves: every frame from a peer is taken so much later. */
  readonly network?: { readonly delayMs: number };
}

export interface ApiAddress {
  readonly host: string;
  /** 0 for one that is free. */
  readonly port: number;
}

/** Characters of the file: addresses of the largest set, thrice over. */
const fileCharactersMax = 1024 * 1024;
const pathBytesMax = 4096;
/** Addresses that one node listens at: each family, and some to spare. */
const listenMax = 16;
/** More threads than most machines have cores; each costs some 30 MB. */
const verifyThreadsMax = 64;
/** As many; each has the open state of its shards beside. */
const executionThreadsMax = 64;

/** Milliseconds: no link on earth is so slow. */
const delayMsMax = 30_000;

const path = jsonText<string>(
  (text) => text.length > 0 && text.length <= pathBytesMax && !text.includes("\0"),
  `a path of 1-${pathBytesMax} characters`,
);
const address = jsonText<string>(isTcpAddress, "a multiaddr with a TCP port, such as /ip4/127.0.0.1/tcp/7100");
const shard = jsonText<ShardName>((text) => /^[a-z0-9-]{1,28}$/.test(text), "the name of a shard");
const storeKind = jsonText<StoreKind>(
  (text) => storeKinds.some((kind) => kind === text),
  storeKinds.map((kind) => `"${kind}"`).join(" or "),
);

const configReader = jsonObject(
  {
    genesis: path,
    data: path,
    identity: path,
    listen: jsonList(address, listenMax),
    peers: jsonList(jsonObject({ seat: jsonCount(0, limits.validatorsMax - 1), address }), limits.validatorsMax),
    store: storeKind,
    verifyThreads: jsonCount(1, verifyThreadsMax),
  },
  {
    key: path,
    follow: jsonList(shard, limits.shardsMax),
    executionThreads: jsonCount(1, executionThreadsMax),
    api: jsonObject<ApiAddress>({
      host: jsonText((text) => /^[0-9A-Za-z.:-]{1,253}$/.test(text), "a host name or address"),
      port: jsonCount(0, 65_535),
    }),
    network: jsonObject({ delayMs: jsonCount(0, delayMsMax) }),
  },
);

function isTcpAddress(text: string): boolean {
  try {
    return multiaddr(text)
      .getComponents()
      .some(({ name }) => name === "tcp");
  } catch {
    return false;
  }
}

export function parseConfig(text: string, folder: string): Result<NodeConfig, Failure<JsonCode>> {
  const read = readJson(text, fileCharactersMax, configReader);
  if (!read.ok) return read;
  const { peers, follow = [], genesis, data, key, identity } = read.value;
  const seats = peers.map(({ seat }) => seat);
  const seat = doubledIn(seats);
  if (seat >= 0) return failure("doubled", `peers[${seat}].seat`, `peers[${seat}].seat: ${seats[seat]} stands twice`);
  const name = doubledIn(follow);
  if (name >= 0) return failure("doubled", `follow[${name}]`, `follow[${name}]: ${follow[name]} stands twice`);
  const within = (path: string) => resolve(folder, path);
  return success({
    ...read.value,
    genesis: within(genesis),
    data: within(data),
    identity: within(identity),
    ...(key === undefined ? {} : { key: within(key) }),
  });
}

/** Of the first that is there before, or -1. */
function doubledIn(list: readonly unknown[]): number {
  return list.findIndex((item, index) => list.indexOf(item) < index);
}

export async function readConfig(file: string): Promise<NodeConfig> {
  const text = await readTextFile(file, "configuration");
  const config = parseConfig(text, dirname(resolve(file)));
  if (config.ok) return config.value;
  const { code, path, message } = config.error;
  const advice = path === "" ? "./tandem genesis create makes configurations to begin with." : "Mend that key.";
  throw new NodeError("bad-config", `${file}: ${message} (${code}).`, advice);
}

export async function readTextFile(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    const { code = "unreadable" } = cause as NodeJS.ErrnoException;
    throw new NodeError("unreadable", `Cannot read the ${what} ${file} (${code}).`, "Is the path right?", cause);
  }
}
