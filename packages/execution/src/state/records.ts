// Where a shard keeps what its claims commit to. Several maps share one store, each under a prefix of its own (T2):
//
//   contracts   0                              name → record (C1)
//   pending     1                              position → root of the entry (C3)
//   state       2 ‖ length of name ‖ name      key → value, for each contract
//   entry       3 ‖ root                       a pending entry
//   changes     4 ‖ round                      entries that the round made, and those that it no longer uses
//
// Whoever keeps several shards in one store puts a prefix of the shard's own before all of these.

import {
  type ContractName,
  codec,
  concatBytes,
  container,
  limits,
  list,
  type Root,
  type Round,
  rootType,
  type SparseStore,
  type StoreBatch,
  utf8,
} from "@tandem/shared";

export const contractsPrefix: Uint8Array = Uint8Array.of(0);
export const pendingPrefix: Uint8Array = Uint8Array.of(1);

export function statePrefix(contract: ContractName): Uint8Array {
  const name = utf8(contract);
  return concatBytes(Uint8Array.of(2, name.length), name);
}

export function entryKey(root: Root): Uint8Array {
  return concatBytes(Uint8Array.of(3), root);
}

/** Rounds sort like their keys. */
export function changesKey(round: Round): Uint8Array {
  const key = new Uint8Array(9);
  key[0] = 4;
  for (let i = 8, rest: number = round; i > 0; i--, rest = Math.floor(rest / 256)) key[i] = rest % 256;
  return key;
}

/** Rounds begin at 0, the genesis; a version of a stored map at 1 (T6). */
export function versionOf(round: Round): number {
  return round + 1;
}

export interface EntryChanges {
  readonly made: readonly Root[];
  readonly left: readonly Root[];
}

/** Every program that is pending can change in a round, and as many can come with a block. */
const entriesMax = limits.pendingMax + limits.blockBlobsMax;

export const entryChangesCodec = codec<EntryChanges>(
  "entry-changes",
  container({ made: list(rootType, 2 * entriesMax), left: list(rootType, 2 * entriesMax) }),
);

export function batchUnder(prefix: Uint8Array, { puts, deletes }: StoreBatch): StoreBatch {
  return {
    puts: puts.map(({ key, value }) => ({ key: concatBytes(prefix, key), value })),
    deletes: deletes.map((key) => concatBytes(prefix, key)),
  };
}

export function joinBatches(batches: readonly StoreBatch[]): StoreBatch {
  return { puts: batches.flatMap(({ puts }) => puts), deletes: batches.flatMap(({ deletes }) => deletes) };
}

/** The part of a store that lies under a prefix. */
export function storeUnder(prefix: Uint8Array, store: SparseStore): SparseStore {
  return {
    read: (keys) => store.read(keys.map((key) => concatBytes(prefix, key))),
    async list({ from, until, ...rest }) {
      const range = { from: concatBytes(prefix, from), until: concatBytes(prefix, until), ...rest };
      const records = await store.list(range);
      return records.map(({ key, value }) => ({ key: key.slice(prefix.length), value }));
    },
  };
}
