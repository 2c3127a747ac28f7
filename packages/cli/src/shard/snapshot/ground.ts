// What both commands begin with: the configuration of a node that is stopped, and a shard of its network.

import { openStoppedNode, readConfig, type StoppedNode } from "@tandem/node";
import type { ShardName } from "@tandem/shared";
import { badFlag, type Flags, neededText, pathFlag } from "../../flags.ts";
import { Complaint } from "../../terminal.ts";

/** The node is closed in the end, however that comes. */
export async function withNode<T>(flags: Flags, work: (node: StoppedNode, shard: ShardName) => Promise<T>): Promise<T> {
  neededText(flags, "config");
  const name = neededText(flags, "shard");
  const node = await openStoppedNode(await readConfig(pathFlag(flags, "config") as string));
  try {
    return await work(node, shardIn(node, name));
  } finally {
    await node.close();
  }
}

function shardIn({ shards }: StoppedNode, name: string): ShardName {
  const shard = shards.find((each) => each === name);
  if (shard !== undefined) return shard;
  throw new Complaint("unknown-shard", `The network has no shard ${name}.`, `It has ${shards.join(", ")}.`);
}

export function fileFlag(flags: Flags, name: "in" | "out"): string {
  neededText(flags, name);
  const path = pathFlag(flags, name);
  if (path === undefined) throw badFlag(`--${name} is missing.`);
  return path;
}

const oneMegabyte = 1_000_000;

export function sizeWords(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < oneMegabyte ? `${(bytes / 1000).toFixed(1)} KB` : `${(bytes / oneMegabyte).toFixed(1)} MB`;
}
