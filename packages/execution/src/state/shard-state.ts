// The state of one shard as its last claim commits to it: the map of contracts, the state of each, the pending map. It
// reads what a round touches, all contracts side by side, and says what the round writes.
//
// Maps stay open from round to round, so that what is used often is not read again. When they hold more than
// `heldKeysMax` keys they are let go, and opened anew from the store; results are the same.

import {
  type ContractName,
  type ContractRecord,
  contractRecordCodec,
  equalBytes,
  type MapChange,
  openKeys,
  openLatest,
  type PendingEntry,
  type Position,
  pendingEntryCodec,
  positionCodec,
  type Reading,
  type Root,
  type Round,
  readTogether,
  readUnder,
  SparseMap,
  type StoreBatch,
  StoreFault,
  type StoreRecord,
  storeBatchOf,
  utf8,
} from "@tandem/shared";
import { ContractState } from "../round/contract-state.ts";
import {
  batchUnder,
  changesKey,
  contractsPrefix,
  entryChangesCodec,
  entryKey,
  joinBatches,
  pendingPrefix,
  statePrefix,
  versionOf,
} from "./records.ts";

/** Roots of what a claim commits to. */
export interface ShardRoots {
  readonly contracts: Root;
  readonly pending: Root;
}

/** What a round does to one pending program. */
export interface EntryChange {
  readonly position: Position;
  /** `undefined` when the program has no node left here. */
  readonly entry: PendingEntry | undefined;
}

/** Keys of open maps: some 50 MB. */
const heldKeysMax = 65_536;

export class ShardState {
  #roots: ShardRoots;
  #contracts: SparseMap | undefined;
  #pending: SparseMap | undefined;
  readonly #maps = new Map<ContractName, SparseMap>();
  /** Roots of the entries of pending programs, by encoded position as text. */
  readonly #entries = new Map<string, Root>();
  #heldKeys = 0;

  constructor(roots: ShardRoots, entries: readonly { readonly position: Position; readonly root: Root }[] = []) {
    this.#roots = roots;
    for (const { position, root } of entries) this.#entries.set(positionText(position), root);
  }

  get roots(): ShardRoots {
    return this.#roots;
  }

  /** The contracts, each with these keys fetched. */
  *open(wanted: ReadonlyMap<ContractName, readonly Uint8Array[]>): Reading<ReadonlyMap<ContractName, ContractState>> {
    const names = [...wanted.keys()];
    const contracts = yield* this.#openContracts(names);
    const readings = names.map((name) => this.#openContract(contracts, name, wanted.get(name) ?? []));
    const states = yield* readTogether(readings);
    return new Map(states.map((state) => [state.name, state]));
  }

  *#openContracts(names: readonly ContractName[]): Reading<SparseMap> {
    this.#contracts ??= yield* readUnder(contractsPrefix, openLatest(this.#roots.contracts));
    yield* readUnder(contractsPrefix, openKeys(this.#contracts, { reads: names.map(utf8), writes: [] }));
    this.#heldKeys += names.length;
    return this.#contracts;
  }

  *#openContract(contracts: SparseMap, name: ContractName, keys: readonly Uint8Array[]): Reading<ContractState> {
    const record = recordIn(contracts, name);
    let map = this.#maps.get(name);
    if (map === undefined) {
      map = record === undefined ? SparseMap.empty : yield* readUnder(statePrefix(name), openLatest(record.state));
      this.#maps.set(name, map);
    }
    const state = new ContractState(name, record, map);
    yield* this.fetch(state, keys);
    return state;
  }

  /** Makes keys of a contract known. */
  *fetch({ name, map }: ContractState, keys: readonly Uint8Array[]): Reading<void> {
    this.#heldKeys += keys.length;
    if (keys.length > 0) yield* readUnder(statePrefix(name), openKeys(map, { reads: keys, writes: [] }));
  }

  /** The state after `round`, and what makes it durable. The version of every map that changed is `versionOf(round)`. */
  *commit(round: Round, states: readonly ContractState[], entries: readonly EntryChange[]): Reading<StoreBatch> {
    const batches: StoreBatch[] = [];
    const records: MapChange[] = [];
    yield* readTogether(states.map((state) => openChanged(state)));
    const version = versionOf(round);
    for (const state of states) {
      const after = state.finish(version);
      if (after !== state.map) batches.push(batchUnder(statePrefix(state.name), storeBatchOf(state.map, after)));
      this.#maps.set(state.name, after);
      const record = state.recordAfter;
      if (record !== undefined) records.push({ key: utf8(state.name), value: contractRecordCodec.encode(record) });
    }
    batches.push(yield* this.#commitContracts(round, records), yield* this.#commitPending(round, entries));
    if (this.#heldKeys > heldKeysMax) this.#letGo();
    return joinBatches(batches);
  }

  *#commitContracts(round: Round, changes: readonly MapChange[]): Reading<StoreBatch> {
    const before = yield* this.#openContracts([]);
    const { after, batch } = yield* changeMap(contractsPrefix, before, versionOf(round), changes);
    this.#contracts = after;
    this.#roots = { ...this.#roots, contracts: after.root };
    return batch;
  }

  *#commitPending(round: Round, entries: readonly EntryChange[]): Reading<StoreBatch> {
    this.#pending ??= yield* readUnder(pendingPrefix, openLatest(this.#roots.pending));
    const { changes, records } = this.#changeEntries(round, entries);
    const { after, batch } = yield* changeMap(pendingPrefix, this.#pending, versionOf(round), changes);
    this.#pending = after;
    this.#heldKeys += changes.length;
    this.#roots = { ...this.#roots, pending: after.root };
    return { puts: [...batch.puts, ...records], deletes: batch.deletes };
  }

  #changeEntries(round: Round, entries: readonly EntryChange[]) {
    const changes: MapChange[] = [];
    const records: StoreRecord[] = [];
    const made: Root[] = [];
    const left: Root[] = [];
    for (const { position, entry } of entries) {
      const text = positionText(position);
      const old = this.#entries.get(text);
      if (old !== undefined) left.push(old);
      const root = entry === undefined ? undefined : pendingEntryCodec.root(entry);
      if (old !== undefined || root !== undefined) changes.push({ key: positionCodec.encode(position), value: root });
      this.#entries.delete(text);
      if (root === undefined || entry === undefined) continue;
      this.#entries.set(text, root);
      made.push(root);
      records.push({ key: entryKey(root), value: pendingEntryCodec.encode(entry) });
    }
    if (made.length + left.length > 0) {
      records.push({ key: changesKey(round), value: entryChangesCodec.encode({ made, left }) });
    }
    return { changes, records };
  }

  #letGo(): void {
    this.#contracts = undefined;
    this.#pending = undefined;
    this.#maps.clear();
    this.#heldKeys = 0;
  }
}

function* openChanged({ name, map, touched }: ContractState): Reading<void> {
  if (touched.writes.length === 0) return;
  yield* readUnder(statePrefix(name), openKeys(map, { reads: [], writes: touched.writes }));
}

function* changeMap(prefix: Uint8Array, before: SparseMap, version: number, changes: readonly MapChange[]) {
  if (changes.length === 0) return { after: before, batch: joinBatches([]) };
  yield* readUnder(prefix, openKeys(before, { reads: [], writes: changes.map(({ key }) => key) }));
  const applied = before.apply(changes, version);
  if (!applied.ok) throw new StoreFault("missing-record", "a page of a changed key is not in the store");
  const after = applied.value;
  if (equalBytes(after.root, before.root)) return { after: before, batch: joinBatches([]) };
  return { after, batch: batchUnder(prefix, storeBatchOf(before, after)) };
}

function recordIn(contracts: SparseMap, name: ContractName): ContractRecord | undefined {
  const found = contracts.get(utf8(name));
  if (!found.ok) throw new StoreFault("missing-record", `the record of ${name} was not fetched`);
  if (found.value === undefined) return undefined;
  const record = contractRecordCodec.decode(found.value);
  if (!record.ok) throw new StoreFault("bad-record", `the record of ${name} is none`);
  return record.value;
}

function positionText({ height, index }: Position): string {
  return `${height}/${index}`;
}
