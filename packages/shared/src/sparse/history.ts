// Versions of a stored map: which there are, and how old or new ones are forgotten.
//
// T7  What a version no longer uses stays readable for the versions before, and is named in that version's stale
//     records. `pruneMap` deletes it when none of those is kept.
// T8  `rollBackMap` deletes whatever came after a version, in one batch: half of it would leave stale records that
//     name what is in use again.

import { assert } from "../assert.ts";
import { asRoot } from "../numbers.ts";
import { readFrom } from "./reading.ts";
import { decodeStale, encodeLatest, type Kind, kinds, latestKey, versionKey, versionOf } from "./record.ts";
import type { SparseStore, StoreBatch } from "./store.ts";
import { type MapSnapshot, openMap } from "./stored-map.ts";

/** The state at `version`: the latest snapshot that is not after it, or `undefined` if none is kept. */
export async function snapshotAt(store: SparseStore, version: number): Promise<MapSnapshot | undefined> {
  const from = versionKey(kinds.root, 0);
  const until = versionKey(kinds.root, version + 1);
  const [latest] = await store.list({ from, until, countMax: 1, isReverse: true });
  return latest === undefined ? undefined : { version: versionOf(latest.key), root: asRoot(latest.value.slice(0, 32)) };
}

/**
 * Forgets a part of what only versions before the state at `keepFrom` use: at most `recordsMax` records are read
 * at once. There is more to do until a batch deletes nothing.
 */
export async function pruneMap(store: SparseStore, keepFrom: number, recordsMax = 64): Promise<StoreBatch> {
  assert(recordsMax > 0, "a positive count");
  const base = await snapshotAt(store, keepFrom);
  if (base === undefined) return { puts: [], deletes: [] };
  // Roots first, so that nobody finds a version of which a part is gone.
  const roots = await store.list(range(kinds.root, 0, base.version, recordsMax));
  if (roots.length > 0) return { puts: [], deletes: roots.map(({ key }) => key) };
  const stale = await store.list(range(kinds.stale, 0, base.version + 1, recordsMax));
  return { puts: [], deletes: stale.flatMap(({ key, value }) => [...decodeStale(value), key]) };
}

/** Makes `to`, a snapshot that is kept or the empty one, the latest again. */
export async function rollBackMap(store: SparseStore, to: MapSnapshot): Promise<StoreBatch> {
  await readFrom(store, openMap(to));
  const deletes: Uint8Array[][] = [];
  for (const kind of Object.values(kinds)) deletes.push(await listKeys(store, kind, to.version + 1));
  if (to.version === 0) return { puts: [], deletes: [...deletes.flat(), latestKey] };
  return { puts: [encodeLatest(to.version)], deletes: deletes.flat() };
}

/** Keys of one kind that belong to `version` or a later one. */
async function listKeys(store: SparseStore, kind: Kind, version: number): Promise<Uint8Array[]> {
  const recordsMax = 1024;
  const keys: Uint8Array[] = [];
  let next = range(kind, version, Number.MAX_SAFE_INTEGER, recordsMax);
  for (;;) {
    const records = await store.list(next);
    for (const { key } of records) keys.push(key);
    const last = records.at(-1);
    if (last === undefined || records.length < recordsMax) return keys;
    // The first key after the last.
    next = { ...next, from: new Uint8Array([...last.key, 0]) };
  }
}

function range(kind: Kind, version: number, until: number, countMax: number) {
  return { from: versionKey(kind, version), until: versionKey(kind, until), countMax, isReverse: false };
}
