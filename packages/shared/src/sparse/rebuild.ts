// A stored map that is built anew from all its entries: the other half of `entriesFrom`. They come in portions, in the order
// of their paths, so what lies left of the last one cannot change any more: its pages are written as soon as they are
// complete, each once, and let go. In memory stays the right edge of the tree, however large the map is.
//
// T9  All is of one version, so nothing is stale. Until the `heads` are written nobody finds the rest of it: whoever stops
//     before leaves records that no version names.

import { compareBytes } from "../bytes.ts";
import { sha256 } from "../hashing.ts";
import type { Root } from "../numbers.ts";
import { type Failure, failure, type Result, success } from "../result.ts";
import { type MapChange, placeChanges, SparseMap } from "./map.ts";
import { hashOf, type Inner, isOpen, type Node, open } from "./node.ts";
import { encodePage, pageDepth } from "./page.ts";
import { bitAt } from "./path.ts";
import { encodeLatest, encodeRoot, encodeValue, kinds, pageKey, valueKey, versionKey } from "./record.ts";
import { Slab } from "./slab.ts";
import type { StoreRecord } from "./store.ts";

/** An entry with its value. */
type Entry = MapChange & { readonly value: Uint8Array };

export interface RebuiltMap {
  readonly root: Root;
  /** What was still open. */
  readonly records: readonly StoreRecord[];
  /** T9: these make it the latest version. None for an empty map, which is no version. */
  readonly heads: readonly StoreRecord[];
}

export class MapRebuild {
  readonly #version: number;
  #map = SparseMap.empty;
  /** Path of the last entry. */
  #last: Uint8Array | undefined;
  #records: StoreRecord[] = [];
  #slab = new Slab();
  /** The way to where the walk is: as many bits as it is deep, then zeros. */
  readonly #path = new Uint8Array(32);

  constructor(version: number) {
    this.#version = version;
  }

  get root(): Root {
    return this.#map.root;
  }

  /** For tests of bounds: nodes that are in memory. */
  get size(): number {
    return sizeOf(this.#map.top);
  }

  /** Entries that come after all before, in the order of their paths. Gives the records that are complete by them. */
  add(entries: readonly Entry[]): Result<readonly StoreRecord[], Failure<"wrong-order">> {
    let last = this.#last;
    for (const [at, { key }] of entries.entries()) {
      const path = sha256(key);
      if (last !== undefined && compareBytes(path, last) <= 0) {
        return failure("wrong-order", `[${at}]`, "an entry does not come after the one before it");
      }
      last = path;
    }
    this.#last = last;
    this.#place(entries);
    if (last !== undefined) this.#close(this.#map.top, 0, last);
    return success(this.#take());
  }

  #place(entries: readonly Entry[]): void {
    const batch = placeChanges(entries, this.#version);
    this.#map = this.#map.applyBatch(batch, this.#version);
    for (const leaf of batch.placed) {
      if (leaf.kind !== "leaf") continue;
      this.#records.push({ key: valueKey(leaf), value: encodeValue(leaf, this.#slab) });
      leaf.key = undefined;
      leaf.value = undefined;
    }
  }

  /** Nothing may be added afterwards. */
  end(): RebuiltMap {
    const { top } = this.#map;
    this.#close(top, 0, undefined);
    const root = { key: versionKey(kinds.root, this.#version), value: encodeRoot(top) };
    const heads = top.kind === "empty" ? [] : [root, encodeLatest(this.#version)];
    return { root: this.root, records: this.#take(), heads };
  }

  #take(): readonly StoreRecord[] {
    const records = this.#records;
    this.#records = [];
    this.#slab = new Slab();
    return records;
  }

  /** Writes the pages below `node` that are not on the way to `edge`, and lets them go. */
  #close(node: Node, depth: number, edge: Uint8Array | undefined): void {
    if (node.kind !== "inner" || !isOpen(node)) return;
    const { left, right } = open(node);
    const bit = edge === undefined ? undefined : bitAt(edge, 0, depth);
    this.#close(left, depth + 1, bit === 0 ? edge : undefined);
    const mask = 128 >> (depth & 7);
    this.#path[depth >> 3] = (this.#path[depth >> 3] as number) | mask;
    this.#close(right, depth + 1, bit === 1 ? edge : undefined);
    this.#path[depth >> 3] = (this.#path[depth >> 3] as number) & ~mask;
    if (edge === undefined && depth % pageDepth === 0) this.#write(node, depth);
  }

  #write(node: Inner, depth: number): void {
    const key = pageKey(node.version, depth, this.#path, 0);
    this.#records.push({ key, value: encodePage(node, depth, this.#slab) });
    // Of all nodes that were hashed with it, only its own hash is wanted any more.
    node.bytes = hashOf(node);
    node.at = 0;
    node.left = undefined;
    node.right = undefined;
  }
}

function sizeOf(node: Node): number {
  if (node.kind === "empty") return 0;
  if (node.kind === "leaf" || !isOpen(node)) return 1;
  const { left, right } = open(node);
  return 1 + sizeOf(left) + sizeOf(right);
}
