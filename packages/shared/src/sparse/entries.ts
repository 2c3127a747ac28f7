// All entries of a stored map, in the order of their paths: what a snapshot is made of. Whoever receives all of
// them rebuilds the map and compares its root.

import { assert } from "../assert.ts";
import { compareBytes, equalBytes } from "../bytes.ts";
import { sha256 } from "../hashing.ts";
import type { SparseMap } from "./map.ts";
import { isOpen, type Leaf, type Node, open, pathOf } from "./node.ts";
import { comparePrefixes } from "./path.ts";
import { type Reading, readFrom } from "./reading.ts";
import { type SparseStore, StoreFault } from "./store.ts";
import { type ClosedPage, type MapSnapshot, openClosed, openMap, valuesOf } from "./stored-map.ts";

export interface MapEntry {
  readonly path: Uint8Array;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** Pages that one read may fetch ahead of need. */
const pagesAhead = 64;

/** Up to `countMax` entries with paths from `from` on. The next begin above the last one's path. */
export async function listEntries(
  store: SparseStore,
  at: MapSnapshot,
  from: Uint8Array,
  countMax: number,
): Promise<readonly MapEntry[]> {
  assert(from.length === 32 && countMax > 0, "from a path, a positive count");
  return readFrom(store, entriesFrom(openMap(at), from, countMax));
}

/** Of a map that the first reading opens. */
export function* entriesFrom(
  opening: Reading<SparseMap>,
  from: Uint8Array,
  countMax: number,
): Reading<readonly MapEntry[]> {
  const { top } = yield* opening;
  const leaves = yield* leavesFrom(top, from, countMax);
  const records = yield* valuesOf(leaves);
  return records.map(({ key, value }, i) => {
    const path = pathOf(leaves[i] as Leaf);
    if (!equalBytes(sha256(key), path)) throw new StoreFault("bad-record", "a value record of another key");
    return { path, key, value };
  });
}

/** A page has the first path below it. */
type Item = Leaf | ClosedPage;

function* leavesFrom(top: Node, from: Uint8Array, countMax: number): Reading<Leaf[]> {
  const leaves: Leaf[] = [];
  // What is ahead, the nearest last.
  const ahead: Item[] = [];
  collect(top, 0, new Uint8Array(32), from, ahead);
  ahead.reverse();
  while (leaves.length < countMax) {
    const item = ahead.pop();
    if (item === undefined) break;
    if ("kind" in item) {
      leaves.push(item);
      continue;
    }
    const closed = [item, ...takeClosed(ahead, item.depth, Math.min(pagesAhead, countMax - leaves.length) - 1)];
    yield* openClosed(closed);
    const found: Item[] = [];
    for (const { node, depth, block } of closed) collect(node, depth, block, from, found);
    ahead.push(...found.reverse());
  }
  return leaves;
}

/** The nearest items, as far as they are pages of one depth. */
function takeClosed(ahead: Item[], depth: number, countMax: number): ClosedPage[] {
  const taken: ClosedPage[] = [];
  while (taken.length < countMax) {
    const next = ahead.at(-1);
    if (next === undefined || "kind" in next || next.depth !== depth) break;
    taken.push(next);
    ahead.pop();
  }
  return taken;
}

/** Leaves and unloaded pages below `node`, in order, except what lies before `from` altogether. */
function collect(node: Node, depth: number, path: Uint8Array, from: Uint8Array, found: Item[]): void {
  if (node.kind === "empty") return;
  if (node.kind === "leaf") {
    if (compareBytes(pathOf(node), from) >= 0) found.push(node);
  } else if (!isOpen(node)) {
    if (comparePrefixes(path, from, depth) >= 0) found.push({ node, depth, block: path, blockAt: 0 });
  } else {
    const { left, right } = open(node);
    collect(left, depth + 1, path, from, found);
    const rightPath = path.slice();
    rightPath[depth >> 3] = (rightPath[depth >> 3] as number) | (128 >> (depth & 7));
    collect(right, depth + 1, rightPath, from, found);
  }
}
