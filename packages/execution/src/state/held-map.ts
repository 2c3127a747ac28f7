// A stored map that stays open from round to round. It is the latest version, with the keys that were asked for since it
// was opened: none of them is read twice, for what is known of a map stays known whatever changes (`SparseMap`).

import {
  assert,
  equalBytes,
  type MapChange,
  openKeys,
  openLatest,
  type Reading,
  type Root,
  readUnder,
  SparseMap,
  type StoreBatch,
  storeBatchOf,
} from "@tandem/shared";
import { keyText } from "../schedule/conflicts.ts";
import { batchUnder, joinBatches } from "./records.ts";

/** Memory that a known key takes beside its value: the nodes on its path and their hashes, the leaf, its text here. */
const keyBytes = 1_000;

export class HeldMap {
  readonly #prefix: Uint8Array;
  #map: SparseMap;
  /** The known keys as text, and how many bytes of value each is counted for. */
  readonly #known = new Map<string, number>();
  #bytes = 0;

  private constructor(prefix: Uint8Array, map: SparseMap) {
    this.#prefix = prefix;
    this.#map = map;
  }

  static empty(prefix: Uint8Array): HeldMap {
    return new HeldMap(prefix, SparseMap.empty);
  }

  /** The latest version of the map under `prefix`, if it has that root. */
  static *open(prefix: Uint8Array, root: Root): Reading<HeldMap> {
    return new HeldMap(prefix, yield* readUnder(prefix, openLatest(root)));
  }

  get map(): SparseMap {
    return this.#map;
  }

  /** About how much memory it takes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Makes keys known, with their values. */
  *fetch(keys: Iterable<Uint8Array>): Reading<void> {
    const reads: Uint8Array[] = [];
    for (const key of keys) if (!this.#isKnown(key)) reads.push(key);
    if (reads.length > 0) yield* this.#read({ reads, writes: [] });
  }

  /** Makes known what it takes to make these changes, which are then made. */
  *fetchChanged(changes: readonly MapChange[]): Reading<void> {
    const writes: Uint8Array[] = [];
    for (const { key, value } of changes) if (!this.#weigh(key, value?.length ?? 0)) writes.push(key);
    if (writes.length > 0) yield* this.#read({ reads: [], writes });
  }

  #isKnown(key: Uint8Array): boolean {
    const text = keyText(key);
    if (this.#known.has(text)) return true;
    this.#known.set(text, 0);
    this.#bytes += keyBytes;
    return false;
  }

  /** Counts a key with a value that is written; one that was read is counted as it is read. Says whether it is known. */
  #weigh(key: Uint8Array, length: number): boolean {
    const text = keyText(key);
    const before = this.#known.get(text);
    if (before !== length) this.#known.set(text, length);
    this.#bytes += length - (before ?? -keyBytes);
    return before !== undefined;
  }

  *#read(touched: Parameters<typeof openKeys>[1]): Reading<void> {
    const reading = readUnder(this.#prefix, openKeys(this.#map, touched));
    let step = reading.next();
    while (step.done !== true) {
      const records = yield step.value;
      for (const record of records) this.#bytes += record?.length ?? 0;
      step = reading.next(records);
    }
  }

  /** What came from the map by changes is the latest from now on. Gives what makes it durable. */
  advance(after: SparseMap): StoreBatch {
    const before = this.#map;
    if (after === before) return joinBatches([]);
    this.#map = after;
    return batchUnder(this.#prefix, storeBatchOf(before, after));
  }

  /** Changes keys, and gives what makes it durable. */
  *change(changes: readonly MapChange[], version: number): Reading<StoreBatch> {
    if (changes.length === 0) return joinBatches([]);
    yield* this.fetchChanged(changes);
    return this.advance(mapAfter(this.#map, changes, version));
  }
}

/** The map after changes of keys that are known in it; the same one if it has the same content. */
export function mapAfter(before: SparseMap, changes: readonly MapChange[], version: number): SparseMap {
  if (changes.length === 0) return before;
  const after = before.apply(changes, version);
  assert(after.ok, "the changed keys were fetched");
  return equalBytes(after.value.root, before.root) ? before : after.value;
}
