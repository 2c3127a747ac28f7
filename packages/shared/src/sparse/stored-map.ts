// A map in storage, one version after the other. `openMap` and `openKeys` read what concerns some keys, all pages of
// a level in one batch, and check it against the root; everything else is the pure work of `SparseMap`. `loadMap`
// does both at once for a shell, which makes durable what `storeBatchOf` says.
//
// T6  A version is a number that grows (a round, a height); gaps are normal. A `MapSnapshot` names a state that is
//     stored. Only the latest can be built upon: what an older one uses may be marked as stale already.

import { assert } from "../assert.ts";
import { equalBytes } from "../bytes.ts";
import { sha256 } from "../hashing.ts";
import { type Root, zeroRoot } from "../numbers.ts";
import { storeBatchOf } from "./batch.ts";
import { type MapChange, placeChanges, SparseMap } from "./map.ts";
import { empty, hasHash, type Inner, isOpen, type Leaf, type Node, open, valueHashOf } from "./node.ts";
import { openPages } from "./page.ts";
import { type OnPath, splitAt } from "./path.ts";
import { type Reading, type Records, readFrom } from "./reading.ts";
import { decodeLatest, decodeRoot, decodeValue, kinds, latestKey, pageKey, valueKey, versionKey } from "./record.ts";
import { type SparseStore, type StoreBatch, StoreFault } from "./store.ts";
import { type Target, type TouchedKeys, targetsOf } from "./touched.ts";

export interface MapSnapshot {
  readonly version: number;
  readonly root: Root;
}

/** Before the first version. */
export const emptySnapshot: MapSnapshot = { version: 0, root: zeroRoot };

export interface MapUpdate {
  readonly map: SparseMap;
  readonly snapshot: MapSnapshot;
  readonly batch: StoreBatch;
}

/** The map `at` with nothing known but its top. */
export function* openMap({ version, root }: MapSnapshot): Reading<SparseMap> {
  if (equalBytes(root, zeroRoot)) return new SparseMap(empty, version);
  const [record] = yield [versionKey(kinds.root, version)];
  if (record === undefined) throw new StoreFault("missing-record", `version ${version} is not in the store`);
  const top = decodeRoot(record);
  if (!hasHash(top, root, 0)) throw new StoreFault("bad-record", `version ${version} has another root`);
  return new SparseMap(top, version);
}

/** The latest version of a stored map, with nothing known but its top, if it has that root. */
export function* openLatest(root: Root): Reading<SparseMap> {
  const [latest] = yield [latestKey];
  return yield* openMap({ version: decodeLatest(latest), root });
}

/**
 * Makes known in `map` itself what concerns the touched keys: afterwards these can be asked for and changed. The
 * map is a stored one or came from one by `apply`, in any number of steps; maps that share nodes with it share what
 * becomes known. Only what is not known yet is read, and it is there as long as the stored map is not pruned.
 */
export function* openKeys(map: SparseMap, touched: TouchedKeys): Reading<void> {
  const targets = targetsOf(touched);
  yield* openPaths(map, targets);
  yield* openValues(map, targets);
}

/** The part of the map `at` that concerns the touched keys. */
export async function loadMap(store: SparseStore, at: MapSnapshot, touched: TouchedKeys): Promise<SparseMap> {
  const map = await readFrom(store, openMap(at));
  await readFrom(store, openKeys(map, touched));
  return map;
}

/** The map `at` after `changes`, and what makes it version `version` of the store. */
export async function updateMap(
  store: SparseStore,
  at: MapSnapshot,
  version: number,
  changes: readonly MapChange[],
): Promise<MapUpdate> {
  assert(version > at.version, `version ${version} does not come after ${at.version}`);
  const [latest] = await store.read([latestKey]);
  assert(decodeLatest(latest) === at.version, `version ${at.version} is not the latest of the store`);
  const batch = placeChanges(changes, version);
  const before = await readFrom(store, openMap(at));
  await readFrom(store, openPaths(before, batch.placed));
  const map = before.applyBatch(batch, version);
  return { map, snapshot: { version, root: map.root }, batch: storeBatchOf(before, map) };
}

/** One batch for each level of pages at most. */
function* openPaths({ top }: SparseMap, targets: readonly OnPath[]): Reading<void> {
  let visits: Visit[] = [];
  descend(top, 0, targets, 0, targets.length, visits);
  while (visits.length > 0) {
    yield* openClosed(visits);
    const next: Visit[] = [];
    for (const { node, depth, start, end } of visits) descend(node, depth, targets, start, end, next);
    visits = next;
  }
}

/** An inner node whose page is to be loaded, with the targets below it. */
interface Visit extends ClosedPage {
  readonly start: number;
  readonly end: number;
}

/** Walks along the targets from `start` to `end` to where pages are missing. */
function descend(
  node: Node,
  depth: number,
  targets: readonly OnPath[],
  start: number,
  end: number,
  missing: Visit[],
): void {
  if (start === end || node.kind !== "inner") return;
  if (!isOpen(node)) {
    const { block, blockAt } = targets[start] as OnPath;
    missing.push({ node, depth, block, blockAt, start, end });
    return;
  }
  const { left, right } = open(node);
  const middle = splitAt(targets, start, end, depth);
  descend(left, depth + 1, targets, start, middle, missing);
  descend(right, depth + 1, targets, middle, end, missing);
}

/** An inner node whose page is not loaded, its depth, and a path through it. */
export interface ClosedPage extends OnPath {
  readonly node: Inner;
  readonly depth: number;
}

export function* openClosed(pages: readonly ClosedPage[]): Reading<void> {
  const records = yield pages.map(({ node, depth, block, blockAt }) => pageKey(node.version, depth, block, blockAt));
  const isComplete = (found: Records): found is Uint8Array[] => !found.includes(undefined);
  if (!isComplete(records)) throw new StoreFault("missing-record", "a page is not in the store");
  openPages(pages, records);
}

function* openValues(map: SparseMap, targets: readonly Target[]): Reading<void> {
  const leaves: Leaf[] = [];
  const keys: Uint8Array[] = [];
  for (const { key, path, isRead } of targets) {
    const leaf = isRead ? map.leafAt(path) : undefined;
    if (leaf === undefined || leaf.value !== undefined) continue;
    leaves.push(leaf);
    keys.push(key);
  }
  const records = yield* valuesOf(leaves);
  records.forEach(({ key, value }, i) => {
    if (!equalBytes(key, keys[i] as Uint8Array)) throw new StoreFault("bad-record", "a value record of another key");
    const leaf = leaves[i] as Leaf;
    leaf.key = key;
    leaf.value = value;
  });
}

/** The value records of `leaves`, which have the values that these commit to. */
export function* valuesOf(leaves: readonly Leaf[]): Reading<{ key: Uint8Array; value: Uint8Array }[]> {
  if (leaves.length === 0) return [];
  const records = yield leaves.map(valueKey);
  return records.map((record, i) => {
    if (record === undefined) throw new StoreFault("missing-record", "a value is not in the store");
    const entry = decodeValue(record);
    const isIt = equalBytes(sha256(entry.value), valueHashOf(leaves[i] as Leaf));
    if (!isIt) throw new StoreFault("bad-record", "a value record with another value");
    return entry;
  });
}
