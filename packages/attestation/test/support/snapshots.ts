// Snapshots of an attested shard, in memory: their parts, and what becomes of them in a store.

import { asShardName, MemoryStore, type StoreBatch } from "@tandem/shared";
import { importSnapshot, writeSnapshot } from "../../src/snapshot/index.ts";
import type { PartBounds } from "../../src/snapshot/parts.ts";
import type { AttestedShard } from "./attested-shard.ts";

const a = asShardName("a");

type From = Pick<AttestedShard, "store" | "network">;

export async function partsOf({ store, network }: From, bounds?: PartBounds): Promise<readonly Uint8Array[]> {
  const parts: Uint8Array[] = [];
  const writing = writeSnapshot(store, network, a, bounds);
  let step = await writing.next();
  for (; step.done !== true; step = await writing.next()) parts.push(step.value);
  if (!step.value.ok) throw new Error(step.value.error.message);
  return parts;
}

async function* each(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void, void> {
  yield* parts;
}

/** Gives the outcome, and the store with all that was written. */
export async function importParts(
  parts: readonly Uint8Array[],
  { network }: Pick<From, "network">,
  store = new MemoryStore(),
  shard = a,
) {
  const batches: StoreBatch[] = [];
  const importing = importSnapshot(store, network, shard, each(parts));
  let step = await importing.next();
  for (; step.done !== true; step = await importing.next()) {
    batches.push(step.value);
    store.write(step.value);
  }
  return { store, batches, done: step.value };
}

export async function importInto(shard: From, store?: MemoryStore) {
  return importParts(await partsOf(shard), shard, store);
}

export async function batchesOf(shard: From): Promise<readonly StoreBatch[]> {
  return (await importInto(shard)).batches;
}
