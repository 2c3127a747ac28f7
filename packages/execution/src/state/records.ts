// Where a shard keeps what its claims commit to. Several maps share one store, each under a prefix of its own (T2):
//
//   contracts   0                              name → record (C1)
//   pending     1                              position → root of the entry (C3)
//   state       2 ‖ length of name ‖ name      key → value, for each contract
//   entry       3 ‖ root                       a pending entry
//   changes     4 ‖ round                      contracts whose state the round changed, entries that it made and left
//
// Whoever keeps several shards in one store puts a prefix of the shard's own before all of these.

import {
  type ContractName,
  type ContractRecord,
  codec,
  concatBytes,
  container,
  contractNameType,
  contractRecordCodec,
  limits,
  list,
  type Root,
  type Round,
  rootType,
  type SparseMap,
  type SparseStore,
  type StoreBatch,
  StoreFault,
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
export function changesKey(round: number): Uint8Array {
  const key = new Uint8Array(9);
  key[0] = 4;
  for (let i = 8, rest = round; i > 0; i--, rest = Math.floor(rest / 256)) key[i] = rest % 256;
  return key;
}

/** Rounds begin at 0, the genesis; a version of a stored map at 1 (T6). */
export function versionOf(round: Round): number {
  return round + 1;
}

/** What forgetting or undoing a round has to look at. */
export interface RoundChanges {
  /** Whose state has a version of this round. */
  readonly contracts: readonly ContractName[];
  /** Roots of entries: never one that was there before, for an entry grows with each round that touches it. */
  readonly made: readonly Root[];
  /** Roots of entries that the pending map named until this round. */
  readonly left: readonly Root[];
}

/** Each node of a round can be of another program (R4), however many are pending; and a block brings new ones. */
const entriesMax = limits.laneItemsMax + limits.blockBlobsMax;
/** Those of genesis may all be of one shard; a later round has fewer lanes. */
const contractsMax = Math.max(limits.genesisContractsMax, limits.lanesMax);

export const roundChangesCodec = codec<RoundChanges>(
  "round-changes",
  container({
    contracts: list(contractNameType, contractsMax),
    made: list(rootType, entriesMax),
    left: list(rootType, entriesMax),
  }),
);

/** C1: what a map of contracts, opened for this name, says of it. */
export function recordIn(contracts: SparseMap, name: ContractName): ContractRecord | undefined {
  const found = contracts.get(utf8(name));
  if (!found.ok) throw new StoreFault("missing-record", `the record of ${name} was not fetched`);
  if (found.value === undefined) return undefined;
  const record = contractRecordCodec.decode(found.value);
  if (!record.ok) throw new StoreFault("bad-record", `the record of ${name} is none`);
  return record.value;
}

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
