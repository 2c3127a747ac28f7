// All of the order chain, to set beside it what a follower of one shard fetched: every block and every blob, encoded.

import { orderBlockCodec, toHex } from "@tandem/shared";
import { Complaint } from "../../terminal.ts";
import type { Nodes } from "./nodes.ts";

export interface Everything {
  readonly blocks: number;
  readonly blobs: number;
  readonly bytes: number;
}

/** Blobs that are asked about at a time. */
const together = 16;

/** Up to a height, as the nodes say: it is measured, not proven. */
export async function measureAll(nodes: Nodes, until: number): Promise<Everything> {
  let blobs = 0;
  let bytes = 0;
  for (let height = 1; height <= until; height++) {
    const encoded = await nodes.ask((api, signal) => api.rawBlock(height, signal));
    const block = orderBlockCodec.decode(encoded);
    if (!block.ok) throw new Complaint("malformed", `Block ${height} does not decode.`, "Ask another node.", 1);
    const roots = block.value.body.blobs;
    blobs += roots.length;
    bytes += encoded.length;
    for (let at = 0; at < roots.length; at += together) {
      const sizes = await Promise.all(roots.slice(at, at + together).map((root) => blobBytes(nodes, toHex(root))));
      bytes += sizes.reduce((sum, size) => sum + size, 0);
    }
  }
  return { blocks: until, blobs, bytes };
}

async function blobBytes(nodes: Nodes, root: string): Promise<number> {
  const answer = await nodes.ask((api) => api.blob(root));
  return answer.status === "unknown" ? 0 : answer.bytes;
}
