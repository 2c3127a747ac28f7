// Old states of a shard, in the store where `ShardState` makes them durable: read, forgotten, and made the latest again.
// And what is pending after a claim, for an execution that begins there (C3).
//
// Which state is meant is said by a claim's frontier, not only by its round: its roots tell a state that is in the store
// from one that is not kept any more, or of which something was lost.

import {
  type ContractName,
  type ContractRecord,
  comparePositions,
  concatBytes,
  emptySnapshot,
  entriesFrom,
  equalBytes,
  type Frontier,
  loadMap,
  type MapEntry,
  type MapSnapshot,
  openLatest,
  openMap,
  type PendingEntry,
  type Position,
  pendingEntryCodec,
  positionCodec,
  pruneMap,
  type Reading,
  type Root,
  type Round,
  readFrom,
  readUnder,
  rollBackMap,
  type SparseMap,
  type SparseStore,
  type StoreBatch,
  StoreFault,
  snapshotAt,
  utf8,
  zeroRoot,
} from "@tandem/shared";
import {
  batchUnder,
  changesKey,
  contractsPrefix,
  entryKey,
  joinBatches,
  pendingPrefix,
  type RoundChanges,
  recordIn,
  roundChangesCodec,
  statePrefix,
  storeUnder,
  versionOf,
} from "./records.ts";

/** A version of a stored map, and the part of the store in which it is: what `loadMap` and `listEntries` want. */
export interface KeptMap {
  readonly store: SparseStore;
  readonly snapshot: MapSnapshot;
}

export interface ContractAt {
  /** Nothing if there was no such contract. */
  readonly record: ContractRecord | undefined;
  /** From each key to its value. */
  readonly state: KeptMap;
  /** From each name to its record: proves the record under the claim. */
  readonly contracts: KeptMap;
}

/** A contract as it was after a claim, or `undefined` if that state is not kept. */
export async function contractAt(
  store: SparseStore,
  { round, contracts: root }: Pick<Frontier, "round" | "contracts">,
  contract: ContractName,
): Promise<ContractAt | undefined> {
  if (!(await isKept(store, round, root))) return undefined;
  const contracts = await mapAt(store, contractsPrefix, round, root);
  const [record] = await recordsIn(contracts, [contract]);
  const state = await mapAt(store, statePrefix(contract), round, record?.state ?? zeroRoot);
  return { record, state, contracts };
}

/** Versions of the map of contracts are forgotten first, the oldest before the others. */
export async function isKept(store: SparseStore, round: Round, contracts: Root): Promise<boolean> {
  if (equalBytes(contracts, zeroRoot)) return true;
  return (await snapshotAt(storeUnder(contractsPrefix, store), versionOf(round))) !== undefined;
}

export async function mapAt(store: SparseStore, prefix: Uint8Array, round: Round, root: Root): Promise<KeptMap> {
  const part = storeUnder(prefix, store);
  const snapshot = (await snapshotAt(part, versionOf(round))) ?? emptySnapshot;
  if (equalBytes(snapshot.root, root)) return { store: part, snapshot };
  throw new StoreFault("missing-record", `the state of round ${round} is not in the store`);
}

async function recordsIn(
  { store, snapshot }: KeptMap,
  names: readonly ContractName[],
): Promise<readonly (ContractRecord | undefined)[]> {
  const map = await loadMap(store, snapshot, { reads: names.map(utf8), writes: [] });
  return names.map((name) => recordIn(map, name));
}

/** Makes the state after a claim, which is kept, the latest again, in one batch: half of it would be no state. */
export async function rollBackShard(
  store: SparseStore,
  { round, contracts, pending }: Pick<Frontier, "round" | "contracts" | "pending">,
): Promise<StoreBatch> {
  const kept = await mapAt(store, contractsPrefix, round, contracts);
  const batches = [await rollBack(contractsPrefix, kept)];
  batches.push(await rollBack(pendingPrefix, await mapAt(store, pendingPrefix, round, pending.root)));
  const changed = new Set<ContractName>();
  for await (const { key, changes } of changesFrom(store, round + 1)) {
    for (const name of changes.contracts) changed.add(name);
    batches.push({ puts: [], deletes: [key, ...changes.made.map(entryKey)] });
  }
  const names = [...changed];
  const records = await recordsIn(kept, names);
  for (const [i, name] of names.entries()) {
    const prefix = statePrefix(name);
    batches.push(await rollBack(prefix, await mapAt(store, prefix, round, records[i]?.state ?? zeroRoot)));
  }
  return joinBatches(batches);
}

async function rollBack(prefix: Uint8Array, { store, snapshot }: KeptMap): Promise<StoreBatch> {
  return batchUnder(prefix, await rollBackMap(store, snapshot));
}

/**
 * Forgets what only states before that of round `keepFrom` use, batch by batch: each is to be written before the next is
 * asked for. Whoever stops in between begins anew later.
 */
export async function* pruneShard(
  store: SparseStore,
  keepFrom: Round,
  recordsMax = 64,
): AsyncGenerator<StoreBatch, void, void> {
  yield* pruneUnder(store, contractsPrefix, keepFrom, recordsMax);
  yield* pruneUnder(store, pendingPrefix, keepFrom, recordsMax);
  for (;;) {
    const changes = await listChanges(store, changesKey(0), changesKey(keepFrom + 1), recordsMax);
    if (changes.length === 0) return;
    const names = new Set(changes.flatMap(({ changes: { contracts } }) => contracts));
    for (const name of names) yield* pruneUnder(store, statePrefix(name), keepFrom, recordsMax);
    // Last, for they say what is still to be done.
    yield { puts: [], deletes: changes.flatMap(({ key, changes: { left } }) => [...left.map(entryKey), key]) };
  }
}

async function* pruneUnder(store: SparseStore, prefix: Uint8Array, keepFrom: Round, recordsMax: number) {
  const part = storeUnder(prefix, store);
  for (;;) {
    const batch = await pruneMap(part, versionOf(keepFrom), recordsMax);
    if (batch.deletes.length === 0) return;
    yield batchUnder(prefix, batch);
  }
}

interface StoredChanges {
  readonly key: Uint8Array;
  readonly changes: RoundChanges;
}

/** The changes of rounds, from one key up to but without another. */
async function listChanges(store: SparseStore, from: Uint8Array, until: Uint8Array, countMax: number) {
  const records = await store.list({ from, until, countMax, isReverse: false });
  return records.map(({ key, value }): StoredChanges => {
    const changes = roundChangesCodec.decode(value);
    if (!changes.ok) throw new StoreFault("bad-record", "the changes of a round are none");
    return { key, changes: changes.value };
  });
}

/** The changes of `round` and all after it. */
async function* changesFrom(store: SparseStore, round: number): AsyncGenerator<StoredChanges, void, void> {
  const countMax = 64;
  const until = changesKey(Number.MAX_SAFE_INTEGER);
  for (let from = changesKey(round); ; ) {
    const found = await listChanges(store, from, until, countMax);
    yield* found;
    const last = found.at(-1);
    if (last === undefined || found.length < countMax) return;
    from = nextKey(last.key);
  }
}

function nextKey(key: Uint8Array): Uint8Array {
  return concatBytes(key, Uint8Array.of(0));
}

/** C3: a program that is pending after a claim. With its blob, in `ordered`, it is a `PendingProgram`. */
export interface StoredEntry {
  readonly position: Position;
  readonly root: Root;
  readonly entry: PendingEntry;
}

/** C3: what is pending after a claim whose state is kept, in line order. */
export async function restorePending(
  store: SparseStore,
  { round, pending }: Pick<Frontier, "round" | "pending">,
): Promise<readonly StoredEntry[]> {
  const { snapshot } = await mapAt(store, pendingPrefix, round, pending.root);
  return readFrom(
    store,
    pendingOf(() => openMap(snapshot), pending.count),
  );
}

/** The same after the last claim, whose state is the latest. */
export function readPending({ pending }: Pick<Frontier, "pending">): Reading<readonly StoredEntry[]> {
  return pendingOf(() => openLatest(pending.root), pending.count);
}

function* pendingOf(opening: () => Reading<SparseMap>, count: number): Reading<readonly StoredEntry[]> {
  const entries: StoredEntry[] = [];
  let from: Uint8Array | undefined = count === 0 ? undefined : new Uint8Array(32);
  while (from !== undefined) {
    const found = yield* readUnder(pendingPrefix, entriesFrom(opening(), from, entriesAtOnce));
    entries.push(...(yield* entriesOf(found)));
    from = found.length < entriesAtOnce ? undefined : pathAfter((found.at(-1) as MapEntry).path);
  }
  if (entries.length !== count) {
    throw new StoreFault("bad-record", `${entries.length} programs are pending, not ${count}`);
  }
  return entries.sort((a, b) => comparePositions(a.position, b.position));
}

/** One may have megabytes. */
const entriesAtOnce = 64;

export function* entriesOf(found: readonly MapEntry[]): Reading<readonly StoredEntry[]> {
  if (found.length === 0) return [];
  const records = yield found.map(({ value }) => entryKey(value as Root));
  return found.map(({ key, value: root }, i) => {
    const record = records[i];
    if (record === undefined) throw new StoreFault("missing-record", "a pending entry is not in the store");
    const position = positionCodec.decode(key);
    const entry = pendingEntryCodec.decode(record);
    const isIt = position.ok && entry.ok && equalBytes(pendingEntryCodec.root(entry.value), root);
    if (!isIt) throw new StoreFault("bad-record", "a record that is not the pending entry of its root");
    return { position: position.value, root: root as Root, entry: entry.value };
  });
}

/** The next path, or none after the last. */
export function pathAfter(path: Uint8Array): Uint8Array | undefined {
  const next = path.slice();
  for (let i = next.length - 1; i >= 0; i--) {
    next[i] = ((next[i] as number) + 1) & 255;
    if (next[i] !== 0) return next;
  }
  return undefined;
}
