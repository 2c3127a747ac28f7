// What the nodes of a devnet do, once a second: a row for each, with rates since the row before, and a row for each shard.

import type { NodeStatus } from "@tandem/node";
import { type ChainRow, chainRows } from "./chains.ts";
import type { Committee } from "./committees.ts";
import type { NodeProcess } from "./node-process.ts";
import { type ShardRow, shardRows } from "./shards.ts";

export interface NodeRow {
  readonly node: string;
  /** `away`: it does not answer; `killed`: by an operator; `ended`: its process is gone. */
  readonly role: "validator" | "observer" | "away" | "killed" | "ended";
  readonly status: NodeStatus | undefined;
  readonly blobsPerSecond: number;
  readonly bytesPerSecond: number;
  /** Since the header time of its last block. */
  readonly blockAgeMs: number | undefined;
  /** Since its process ended. */
  readonly downMs: number | undefined;
}

export interface DevnetView {
  readonly nodes: readonly NodeRow[];
  readonly chains: readonly ChainRow[];
  readonly shards: readonly ShardRow[];
}

interface Reading {
  readonly atMs: number;
  readonly status: NodeStatus;
}

/** A node that does not answer for so long is shown as away. */
const statusTimeoutMs = 2000;

export class Watch {
  /** Known once the genesis was read. */
  committees: readonly Committee[] = [];
  readonly #nodes: readonly NodeProcess[];
  readonly #last = new Map<string, Reading>();
  #latest: { readonly atMs: number; readonly view: Promise<DevnetView> } | undefined;

  constructor(nodes: readonly NodeProcess[]) {
    this.#nodes = nodes;
  }

  read(): Promise<DevnetView> {
    const view = this.#read();
    this.#latest = { atMs: performance.now(), view };
    return view;
  }

  /** Something was done to a node: what was read before is no answer any more. */
  forget(): void {
    this.#latest = undefined;
  }

  /** Who asks between two readings does not make the rates those of an instant. */
  latest(ageMsMax: number): Promise<DevnetView> {
    const latest = this.#latest;
    return latest !== undefined && performance.now() - latest.atMs <= ageMsMax ? latest.view : this.read();
  }

  async #read(): Promise<DevnetView> {
    const nodes = await Promise.all(this.#nodes.map((node) => this.#readNode(node)));
    const chains = chainRows(nodes);
    return { nodes, chains, shards: shardRows(this.committees, nodes, chains) };
  }

  async #readNode(node: NodeProcess): Promise<NodeRow> {
    const nothing = { node: node.name, status: undefined, blobsPerSecond: 0, bytesPerSecond: 0, blockAgeMs: undefined };
    const gone = () => ({ ...nothing, role: node.isKilled ? "killed" : "ended", downMs: node.downMs }) as const;
    if (node.exit !== undefined) return gone();
    const status = await node.api.status(AbortSignal.timeout(statusTimeoutMs)).catch(() => undefined);
    if (node.exit !== undefined) return gone();
    if (status === undefined) return { ...nothing, role: "away", downMs: undefined };
    const reading = { atMs: performance.now(), status };
    const before = this.#last.get(node.name);
    this.#last.set(node.name, reading);
    return { ...nothing, ...ratesOf(before, reading), role: status.role, status, downMs: undefined };
  }
}

function ratesOf(before: Reading | undefined, { atMs, status }: Reading) {
  const { blockTimeMs, ordered } = status;
  const blockAgeMs = blockTimeMs === null ? undefined : Math.max(0, Date.now() - blockTimeMs);
  if (before === undefined) return { blockAgeMs };
  const perSecond = (count: number) => Math.round((Math.max(0, count) * 1000) / (atMs - before.atMs));
  return {
    blockAgeMs,
    blobsPerSecond: perSecond(ordered.blobs - before.status.ordered.blobs),
    bytesPerSecond: perSecond(ordered.bytes - before.status.ordered.bytes),
  };
}
