// The state of one shard as its last claim commits to it: the map of contracts, the state of each, the pending map. It
// reads what a round touches, all contracts side by side, and says what the round writes. What one round writes is to be
// in the store before the next one reads.
//
// Maps stay open from round to round, so that what is used often is not read again. When they take more memory than they
// may, they are let go, and opened anew from the store; results are the same.

import {
  assert,
  type ContractName,
  contractRecordCodec,
  type MapChange,
  type PendingEntry,
  type Position,
  pendingEntryCodec,
  positionCodec,
  type Reading,
  type Root,
  type Round,
  readTogether,
  type SparseMap,
  type StoreBatch,
  type StoreRecord,
  utf8,
} from "@tandem/shared";
import { ContractState } from "../round/contract-state.ts";
import { HeldMap } from "./held-map.ts";
import {
  changesKey,
  contractsPrefix,
  entryKey,
  joinBatches,
  pendingPrefix,
  type RoundChanges,
  recordIn,
  roundChangesCodec,
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

export interface StateOptions {
  /** Memory for open maps, about: some 60,000 keys with small values. */
  readonly heldBytesMax?: number | undefined;
}

const heldBytesUsual = 64 * 1024 * 1024;

export class ShardState {
  readonly #heldBytesMax: number;
  #roots: ShardRoots;
  #contracts: HeldMap | undefined;
  #pending: HeldMap | undefined;
  readonly #maps = new Map<ContractName, HeldMap>();
  /** Roots of the entries of pending programs, by position as text. */
  readonly #entries = new Map<string, Root>();

  constructor(
    roots: ShardRoots,
    entries: readonly { readonly position: Position; readonly root: Root }[] = [],
    { heldBytesMax = heldBytesUsual }: StateOptions = {},
  ) {
    this.#roots = roots;
    this.#heldBytesMax = heldBytesMax;
    for (const { position, root } of entries) this.#entries.set(positionText(position), root);
  }

  get roots(): ShardRoots {
    return this.#roots;
  }

  /** The map of contracts, with those known that were opened. */
  get contracts(): SparseMap {
    assert(this.#contracts !== undefined, "a round opens the contracts first");
    return this.#contracts.map;
  }

  /** The contracts, each with these keys fetched. */
  *open(wanted: ReadonlyMap<ContractName, readonly Uint8Array[]>): Reading<ReadonlyMap<ContractName, ContractState>> {
    const names = [...wanted.keys()];
    const contracts = yield* this.#openContracts();
    yield* contracts.fetch(names.map(utf8));
    const states = yield* readTogether(
      names.map((name) => this.#openContract(contracts, name, wanted.get(name) ?? [])),
    );
    return new Map(states.map((state) => [state.name, state]));
  }

  *#openContracts(): Reading<HeldMap> {
    this.#contracts ??= yield* HeldMap.open(contractsPrefix, this.#roots.contracts);
    return this.#contracts;
  }

  *#openContract(contracts: HeldMap, name: ContractName, keys: readonly Uint8Array[]): Reading<ContractState> {
    const record = recordIn(contracts.map, name);
    let held = this.#maps.get(name);
    if (held === undefined) {
      const prefix = statePrefix(name);
      held = record === undefined ? HeldMap.empty(prefix) : yield* HeldMap.open(prefix, record.state);
      this.#maps.set(name, held);
    }
    yield* held.fetch(keys);
    return new ContractState(name, record, held.map);
  }

  /** Makes keys of an open contract known. */
  *fetch(name: ContractName, keys: readonly Uint8Array[]): Reading<void> {
    yield* this.#mapOf(name).fetch(keys);
  }

  #mapOf(name: ContractName): HeldMap {
    const held = this.#maps.get(name) ?? HeldMap.empty(statePrefix(name));
    this.#maps.set(name, held);
    return held;
  }

  /** The state after `round`, and what makes it durable. The version of every map that changed is `versionOf(round)`. */
  *commit(round: Round, states: readonly ContractState[], entries: readonly EntryChange[]): Reading<StoreBatch> {
    yield* readTogether(states.map(({ name, changes }) => this.#mapOf(name).fetchChanged(changes)));
    const contracts: ContractName[] = [];
    const batches: StoreBatch[] = [];
    for (const state of states) {
      const after = state.finish(versionOf(round));
      if (after === state.map) continue;
      contracts.push(state.name);
      batches.push(this.#mapOf(state.name).advance(after));
    }
    const { changes, records, ...moved } = this.#changeEntries(entries);
    batches.push(yield* this.#commitContracts(round, states), yield* this.#commitPending(round, changes));
    batches.push({ puts: [...records, ...recordOf(round, { contracts, ...moved })], deletes: [] });
    if (this.#heldBytes() > this.#heldBytesMax) this.#letGo();
    return joinBatches(batches);
  }

  *#commitContracts(round: Round, states: readonly ContractState[]): Reading<StoreBatch> {
    const changes: MapChange[] = [];
    for (const { name, recordAfter } of states) {
      if (recordAfter !== undefined) changes.push({ key: utf8(name), value: contractRecordCodec.encode(recordAfter) });
    }
    const held = yield* this.#openContracts();
    const batch = yield* held.change(changes, versionOf(round));
    this.#roots = { ...this.#roots, contracts: held.map.root };
    return batch;
  }

  *#commitPending(round: Round, changes: readonly MapChange[]): Reading<StoreBatch> {
    this.#pending ??= yield* HeldMap.open(pendingPrefix, this.#roots.pending);
    const batch = yield* this.#pending.change(changes, versionOf(round));
    this.#roots = { ...this.#roots, pending: this.#pending.map.root };
    return batch;
  }

  #changeEntries(entries: readonly EntryChange[]) {
    const changes: MapChange[] = [];
    const records: StoreRecord[] = [];
    const made: Root[] = [];
    const left: Root[] = [];
    for (const { position, entry } of entries) {
      const text = positionText(position);
      const old = this.#entries.get(text);
      const root = entry === undefined ? undefined : pendingEntryCodec.root(entry);
      if (old !== undefined) left.push(old);
      if (old !== undefined || root !== undefined) changes.push({ key: positionCodec.encode(position), value: root });
      this.#entries.delete(text);
      if (root === undefined || entry === undefined) continue;
      this.#entries.set(text, root);
      made.push(root);
      records.push({ key: entryKey(root), value: pendingEntryCodec.encode(entry) });
    }
    return { changes, records, made, left };
  }

  #heldBytes(): number {
    let bytes = (this.#contracts?.bytes ?? 0) + (this.#pending?.bytes ?? 0);
    for (const held of this.#maps.values()) bytes += held.bytes;
    return bytes;
  }

  #letGo(): void {
    this.#contracts = undefined;
    this.#pending = undefined;
    this.#maps.clear();
  }
}

function recordOf(round: Round, changes: RoundChanges): readonly StoreRecord[] {
  const { contracts, made, left } = changes;
  if (contracts.length + made.length + left.length === 0) return [];
  return [{ key: changesKey(round), value: roundChangesCodec.encode(changes) }];
}

function positionText({ height, index }: Position): string {
  return `${height}/${index}`;
}
