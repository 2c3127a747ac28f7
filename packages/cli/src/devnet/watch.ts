// What the nodes of a devnet do, once a second: a row for each, with rates since the row before.

import type { NodeStatus } from "@tandem/node";
import type { NodeProcess } from "./node-process.ts";

export interface NodeRow {
  readonly node: string;
  /** `away`: it does not answer; `ended`: its process is gone. */
  readonly role: "validator" | "observer" | "away" | "ended";
  readonly status: NodeStatus | undefined;
  readonly blobsPerSecond: number;
  readonly bytesPerSecond: number;
  /** Since the header time of its last block. */
  readonly blockAgeMs: number | undefined;
}

interface Reading {
  readonly atMs: number;
  readonly status: NodeStatus;
}

/** A node that does not answer for so long is shown as away. */
const statusTimeoutMs = 2000;

export class Watch {
  readonly #nodes: readonly NodeProcess[];
  readonly #last = new Map<string, Reading>();

  constructor(nodes: readonly NodeProcess[]) {
    this.#nodes = nodes;
  }

  read(): Promise<readonly NodeRow[]> {
    return Promise.all(this.#nodes.map((node) => this.#readNode(node)));
  }

  async #readNode(node: NodeProcess): Promise<NodeRow> {
    const nothing = { node: node.name, status: undefined, blobsPerSecond: 0, bytesPerSecond: 0, blockAgeMs: undefined };
    if (node.exit !== undefined) return { ...nothing, role: "ended" };
    const status = await node.api.status(AbortSignal.timeout(statusTimeoutMs)).catch(() => undefined);
    if (status === undefined) return { ...nothing, role: node.exit === undefined ? "away" : "ended" };
    const reading = { atMs: performance.now(), status };
    const before = this.#last.get(node.name);
    this.#last.set(node.name, reading);
    return { ...nothing, ...ratesOf(before, reading), role: status.role, status };
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
