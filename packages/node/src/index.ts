export type { ImportCode, WriteCode } from "@tandem/attestation";
export { checkContracts } from "./config/contracts.ts";
export { type KeyPair, readPayerKey, writeKeyFile } from "./config/key-files.ts";
export { type NodeConfig, readConfig } from "./config/node-config.ts";
export { NodeError } from "./node-error.ts";
export type { StoppedNode, Voice } from "./offline/stopped-node.ts";
export type { NodeStatus } from "./process/node-status.ts";
export type { NodeEvent, RunningNode } from "./process/start-node.ts";
export { orderElectorateOf } from "./replica/context.ts";
export { lockFolder } from "./store/folder-lock.ts";

import type { NodeConfig } from "./config/node-config.ts";
import type { StoppedNode } from "./offline/stopped-node.ts";
import type { NodeEvent, RunningNode } from "./process/start-node.ts";

/** Loaded when it is called: who only reads a key needs no network and no database. */
export async function startNode(config: NodeConfig, onEvent?: (event: NodeEvent) => void): Promise<RunningNode> {
  const { startNode } = await import("./process/start-node.ts");
  return startNode(config, onEvent);
}

/** Likewise. */
export async function openStoppedNode(config: NodeConfig): Promise<StoppedNode> {
  const { StoppedNode } = await import("./offline/stopped-node.ts");
  return StoppedNode.open(config);
}
