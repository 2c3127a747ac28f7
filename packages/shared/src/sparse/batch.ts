// What one version of a stored map writes: the pages and values that it has and the one before has not, and the
// keys of those that it no longer uses (T3). Only where the two trees differ is anything looked at.

import { assert } from "../assert.ts";
import type { SparseMap } from "./map.ts";
import { empty, type Leaf, type Node, open } from "./node.ts";
import { encodePage, pageDepth } from "./page.ts";
import { encodeLatest, encodeRoot, encodeStale, encodeValue, kinds, pageKey, valueKey, versionKey } from "./record.ts";
import { Slab } from "./slab.ts";
import type { StoreBatch, StoreRecord } from "./store.ts";

/**
 * Makes `after` its version of the store, in which `before` is the latest. `after` came from `before` by `apply`,
 * in one step or several.
 */
export function storeBatchOf(before: SparseMap, after: SparseMap): StoreBatch {
  const { version } = after;
  assert(version > before.version, `version ${version} does not come after ${before.version}`);
  const difference = new Difference(before.version);
  difference.compare(before.top, after.top, 0);
  const { puts, stale } = difference.end();
  const root = { key: versionKey(kinds.root, version), value: encodeRoot(after.top) };
  return { puts: [...puts, ...encodeStale(version, stale), root, encodeLatest(version)], deletes: [] };
}

class Difference {
  readonly #before: number;
  readonly #slab = new Slab();
  readonly #puts: StoreRecord[] = [];
  readonly #stale: Uint8Array[] = [];
  readonly #oldLeaves: Leaf[] = [];
  readonly #newLeaves: Leaf[] = [];
  /** The way to where the walk is: as many bits as it is deep, then zeros. */
  readonly #path = new Uint8Array(32);

  constructor(before: number) {
    this.#before = before;
  }

  compare(before: Node, after: Node, depth: number): void {
    if (before === after) return;
    this.#leave(before, depth);
    this.#enter(after, depth);
    if (before.kind !== "inner" && after.kind !== "inner") return;
    const old = before.kind === "inner" ? open(before) : { left: empty, right: empty };
    const now = after.kind === "inner" ? open(after) : { left: empty, right: empty };
    this.compare(old.left, now.left, depth + 1);
    const bit = 128 >> (depth & 7);
    this.#path[depth >> 3] = (this.#path[depth >> 3] as number) | bit;
    this.compare(old.right, now.right, depth + 1);
    this.#path[depth >> 3] = (this.#path[depth >> 3] as number) & ~bit;
  }

  #leave(node: Node, depth: number): void {
    if (node.kind === "leaf") this.#oldLeaves.push(node);
    if (node.kind === "inner" && depth % pageDepth === 0) this.#stale.push(pageKey(node.version, depth, this.#path, 0));
  }

  #enter(node: Node, depth: number): void {
    if (node.kind === "leaf") this.#newLeaves.push(node);
    if (node.kind !== "inner" || depth % pageDepth !== 0) return;
    // T4: nothing that was written is written again.
    assert(node.version > this.#before, `a node of version ${node.version} was written before`);
    this.#puts.push({ key: pageKey(node.version, depth, this.#path, 0), value: encodePage(node, depth, this.#slab) });
  }

  /** A leaf that only moved up or down is the same leaf as before. */
  end(): { puts: readonly StoreRecord[]; stale: readonly Uint8Array[] } {
    const moved = new Set<Leaf>();
    for (const leaf of this.#newLeaves) {
      if (leaf.version <= this.#before) moved.add(leaf);
      else this.#puts.push({ key: valueKey(leaf), value: encodeValue(leaf, this.#slab) });
    }
    for (const leaf of this.#oldLeaves) if (!moved.has(leaf)) this.#stale.push(valueKey(leaf));
    return { puts: this.#puts, stale: this.#stale };
  }
}
