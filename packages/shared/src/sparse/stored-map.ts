// A map in storage, one version after the other. `loadMap` fetches what concerns some keys, all pages of a level
// in one read, and checks it against the root; everything else is the pure work of `SparseMap`. Machines do no
// I/O: a shell loads, hands the partial map in, and makes durable what `storeBatchOf` says.
//
// T6  A version is a number that grows (a round, a height); gaps are normal. A `MapSnapshot` names a state that is
//     stored. Only the latest can be built upon: what an older one uses may be marked as stale already.

import { assert } from "../assert.ts";
import { equalBytes } from "../bytes.ts";
import { sha256 } from "../hashing.ts";
import { type Root, zeroRoot } from "../numbers.ts";
import { storeBatchOf } from "./batch.ts";
import { type MapChange, placeChanges, SparseMap } from "./map.ts";
import { empty, hasHash, type Inner, type Leaf, type Node, open, valueHashOf } from "./node.ts";
import { openPages, pageDepth } from "./page.ts";
import { type OnPath, splitAt } from "./path.ts";
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

/** The part of the map `at` that concerns the touched keys. */
export async function loadMap(store: SparseStore, at: MapSnapshot, touched: TouchedKeys): Promise<SparseMap> {
  const targets = targetsOf(touched);
  const map = await loadPaths(store, at, targets);
  await loadValues(store, map, targets);
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
  const before = await loadPaths(store, at, batch.placed);
  const map = before.applyBatch(batch, version);
  return { map, snapshot: { version, root: map.root }, batch: storeBatchOf(before, map) };
}

async function loadPaths(store: SparseStore, at: MapSnapshot, targets: readonly OnPath[]): Promise<SparseMap> {
  const top = await loadTop(store, at);
  let visits: Visit[] = [];
  descend(top, 0, targets, 0, targets.length, visits);
  for (let depth = 0; visits.length > 0; depth += pageDepth) {
    await loadPages(store, visits, depth);
    const next: Visit[] = [];
    for (const { node, start, end } of visits) descend(node, depth, targets, start, end, next);
    visits = next;
  }
  return new SparseMap(top, at.version);
}

export async function loadTop(store: SparseStore, { version, root }: MapSnapshot): Promise<Node> {
  if (equalBytes(root, zeroRoot)) return empty;
  const [record] = await store.read([versionKey(kinds.root, version)]);
  if (record === undefined) throw new StoreFault("missing-record", `version ${version} is not in the store`);
  const top = decodeRoot(record);
  if (!hasHash(top, root, 0)) throw new StoreFault("bad-record", `version ${version} has another root`);
  return top;
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
    missing.push({ node, block, blockAt, start, end });
    return;
  }
  const { left, right } = open(node);
  const middle = splitAt(targets, start, end, depth);
  descend(left, depth + 1, targets, start, middle, missing);
  descend(right, depth + 1, targets, middle, end, missing);
}

function isOpen(node: Inner): boolean {
  return node.left !== undefined || node.source !== undefined;
}

/** An inner node whose page is not loaded, and a path through it. */
export interface ClosedPage extends OnPath {
  readonly node: Inner;
}

/** Pages of nodes at one depth. */
export async function loadPages(store: SparseStore, pages: readonly ClosedPage[], depth: number): Promise<void> {
  const keys = pages.map(({ node, block, blockAt }) => pageKey(node.version, depth, block, blockAt));
  const records = await store.read(keys);
  const isComplete = (found: readonly (Uint8Array | undefined)[]): found is Uint8Array[] => !found.includes(undefined);
  if (!isComplete(records)) throw new StoreFault("missing-record", "a page is not in the store");
  openPages(pages, records);
}

async function loadValues(store: SparseStore, map: SparseMap, targets: readonly Target[]): Promise<void> {
  const leaves: Leaf[] = [];
  const keys: Uint8Array[] = [];
  for (const { key, path, isRead } of targets) {
    const leaf = isRead ? map.leafAt(path) : undefined;
    if (leaf === undefined) continue;
    leaves.push(leaf);
    keys.push(key);
  }
  const records = await readValues(store, leaves);
  records.forEach(({ key, value }, i) => {
    if (!equalBytes(key, keys[i] as Uint8Array)) throw new StoreFault("bad-record", "a value record of another key");
    const leaf = leaves[i] as Leaf;
    leaf.key = key;
    leaf.value = value;
  });
}

/** The value records of `leaves`, which have the values that these commit to. */
export async function readValues(
  store: SparseStore,
  leaves: readonly Leaf[],
): Promise<{ key: Uint8Array; value: Uint8Array }[]> {
  const records = await store.read(leaves.map(valueKey));
  return records.map((record, i) => {
    if (record === undefined) throw new StoreFault("missing-record", "a value is not in the store");
    const entry = decodeValue(record);
    const isIt = equalBytes(sha256(entry.value), valueHashOf(leaves[i] as Leaf));
    if (!isIt) throw new StoreFault("bad-record", "a value record with another value");
    return entry;
  });
}
