// O5: of an order block, what each followed shard is given: its blobs, in order.

import type { RoundSlice, SliceBlob } from "@tandem/execution";
import { asBlobIndex, assert, blobCodec, type ShardName } from "@tandem/shared";
import type { OrderedBlockFacts } from "./types.ts";

/** A slice for each of these shards, empty where no blob touches it. */
export function slicesOf(
  { header, blobs }: Pick<OrderedBlockFacts, "header" | "blobs">,
  shards: readonly ShardName[],
): ReadonlyMap<ShardName, RoundSlice> {
  const { height, timeMs } = header;
  const found = new Map<ShardName, SliceBlob[]>(shards.map((shard) => [shard, []]));
  for (const [at, bytes] of blobs.entries()) {
    const blob = blobCodec.decode(bytes);
    assert(blob.ok, "what was ordered was decoded before");
    const { envelope } = blob.value;
    const touched = envelope.touches.filter((shard) => found.has(shard));
    if (touched.length === 0) continue;
    const item = { index: asBlobIndex(at), root: blobCodec.root(blob.value), envelope };
    for (const shard of touched) found.get(shard)?.push(item);
  }
  return new Map([...found].map(([shard, items]) => [shard, { height, timeMs, blobs: items }]));
}
