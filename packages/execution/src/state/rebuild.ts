// C3: a shard's state as it travels: the entries of every map that a claim commits to, out of a store in which that state is
// kept, and into another one. Neither side holds more than a portion at a time.
//
// What is built anew has the version of its round, and is nothing that anybody finds before its heads are written: all of
// them together make the state.

import {
  type ContractName,
  type ContractRecord,
  contractRecordCodec,
  type Failure,
  type Frontier,
  fromUtf8,
  listEntries,
  type MapEntry,
  MapRebuild,
  pendingEntryCodec,
  positionCodec,
  type RebuiltMap,
  type Result,
  type Round,
  readFrom,
  type SparseStore,
  StoreFault,
  type StoreRecord,
  utf8,
} from "@tandem/shared";
import { entriesOf, isKept, type KeptMap, mapAt, pathAfter, type StoredEntry } from "./history.ts";
import { type CommittedMap, prefixOf } from "./kept.ts";
import { batchUnder, contractsPrefix, entryKey, pendingPrefix, statePrefix, versionOf } from "./records.ts";

/** Entries that are read at a time: a value has at most 64 KiB. */
const entriesAtOnce = 64;

export interface NamedRecord {
  readonly name: ContractName;
  readonly record: ContractRecord;
}

type At = Pick<Frontier, "round" | "contracts" | "pending">;

/** Whether the state after a claim is still in the store. */
export function isStateKept(store: SparseStore, { round, contracts }: At): Promise<boolean> {
  return isKept(store, round, contracts);
}

/** All contracts after a claim whose state is kept, in the order of their paths. */
export async function* contractsAt(store: SparseStore, at: At): AsyncGenerator<NamedRecord, void, void> {
  for await (const { key, value } of entriesIn(await mapAt(store, contractsPrefix, at.round, at.contracts))) {
    const record = contractRecordCodec.decode(value);
    if (!record.ok) throw new StoreFault("bad-record", "the record of a contract is none");
    yield { name: nameIn(key), record: record.value };
  }
}

function nameIn(key: Uint8Array): ContractName {
  const name = fromUtf8(key);
  if (name === undefined) throw new StoreFault("bad-record", "the name of a contract is no text");
  return name as ContractName;
}

/** All entries of one of them. */
export async function* stateAt(
  store: SparseStore,
  round: Round,
  { name, record }: NamedRecord,
): AsyncGenerator<MapEntry, void, void> {
  yield* entriesIn(await mapAt(store, statePrefix(name), round, record.state));
}

/** All that is pending, in the order of the paths of positions. */
export async function* pendingAt(store: SparseStore, at: At): AsyncGenerator<StoredEntry, void, void> {
  for await (const entry of entriesIn(await mapAt(store, pendingPrefix, at.round, at.pending.root))) {
    yield* await readFrom(store, entriesOf([entry]));
  }
}

async function* entriesIn({ store, snapshot }: KeptMap): AsyncGenerator<MapEntry, void, void> {
  let from: Uint8Array | undefined = new Uint8Array(32);
  while (from !== undefined) {
    const found: readonly MapEntry[] = await listEntries(store, snapshot, from, entriesAtOnce);
    yield* found;
    from = found.length < entriesAtOnce ? undefined : pathAfter((found.at(-1) as MapEntry).path);
  }
}

/** One of a claim's maps, built anew. */
export class StateRebuild {
  readonly #prefix: Uint8Array;
  readonly #map: MapRebuild;

  constructor(map: CommittedMap, round: Round) {
    this.#prefix = prefixOf(map);
    this.#map = new MapRebuild(versionOf(round));
  }

  /** Entries that come after all before, in the order of their paths. */
  add(
    entries: readonly { readonly key: Uint8Array; readonly value: Uint8Array }[],
  ): Result<readonly StoreRecord[], Failure<"wrong-order">> {
    const added = this.#map.add(entries);
    return added.ok ? { ok: true, value: this.#under(added.value) } : added;
  }

  end(): RebuiltMap {
    const { root, records, heads } = this.#map.end();
    return { root, records: this.#under(records), heads: this.#under(heads) };
  }

  #under(puts: readonly StoreRecord[]): readonly StoreRecord[] {
    return batchUnder(this.#prefix, { puts, deletes: [] }).puts;
  }
}

/** As the map of contracts has it (C1). */
export function contractEntry({ name, record }: NamedRecord) {
  return { key: utf8(name), value: contractRecordCodec.encode(record) };
}

/** As the pending map has it (C3), and the record of the entry itself. */
export function pendingEntryOf({ position, entry }: Omit<StoredEntry, "root">) {
  const value = pendingEntryCodec.encode(entry);
  const root = pendingEntryCodec.root(entry);
  return { key: positionCodec.encode(position), value: root, record: { key: entryKey(root), value } };
}
