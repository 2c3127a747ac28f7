// A snapshot into a store that does not follow its shard yet. What an earlier one left that was broken off is removed first,
// and so is what this one leaves if it is refused: the store follows the shard from the snapshot on, or it does not.

import {
  concatBytes,
  type Failure,
  type Frontier,
  failure,
  type Result,
  readFrom,
  type ShardName,
  type SparseStore,
  type StoreBatch,
  success,
} from "@tandem/shared";
import { readShard, shardPrefix } from "../chain-records.ts";
import type { AttestNetwork } from "../network.ts";
import { type SnapshotCode, SnapshotReader } from "./read.ts";

export type ImportCode =
  | SnapshotCode
  /** C6: the store has a state of the shard, and no other one is taken over. */
  | "is-followed";

type Batches = AsyncGenerator<StoreBatch, Result<Frontier, Failure<ImportCode>>, void>;

/** Batches to be written, each before the next is asked for; in the end the claim from which the shard goes on. */
export async function* importSnapshot(
  store: SparseStore,
  network: AttestNetwork,
  shard: ShardName,
  parts: AsyncIterable<Uint8Array>,
): Batches {
  const record = await readFrom(store, readShard(shard));
  if (record !== undefined) {
    return failure("is-followed", "", `the store has a state of ${shard}, of round ${record.frontier.round}`);
  }
  yield* clearShard(store, shard);
  const reader = new SnapshotReader(network, shard);
  for await (const part of parts) {
    const taken = reader.take(part);
    if (!taken.ok) break;
    yield taken.value;
  }
  const ended = reader.end();
  if (!ended.ok) {
    yield* clearShard(store, shard);
    return ended;
  }
  yield ended.value.batch;
  return success(ended.value.frontier);
}

/** Records that are deleted at a time; they are listed with their values, of which most are small. */
const deletedAtOnce = 128;

async function* clearShard(store: SparseStore, shard: ShardName): AsyncGenerator<StoreBatch, void, void> {
  const from = shardPrefix(shard);
  // A name is ASCII and filled up with zeros: nothing of another shard lies below this.
  const until = concatBytes(from, Uint8Array.of(255));
  for (;;) {
    const found = await store.list({ from, until, countMax: deletedAtOnce, isReverse: false });
    if (found.length === 0) return;
    yield { puts: [], deletes: found.map(({ key }) => key) };
  }
}
