// The records of a stored map: keys, and all values but pages (`page.ts`).
//
// T3  root    0 ‖ version                        root, version of the top node, path and value hash if it is a leaf
//     page    1 ‖ version ‖ depth ‖ prefix       four levels of the tree below an inner node, `page.ts`
//     value   2 ‖ version ‖ path                 length of the key ‖ key ‖ value
//     stale   3 ‖ version ‖ number               keys of pages and values that this version no longer uses
//     latest  4                                  the latest version
// T4  The version comes first and is never below those already stored, so writes only append, and whatever came
//     after a version is one range of each kind.

import { assert } from "../assert.ts";
import { blockOf, hashOf, Inner, Leaf, type Node } from "./node.ts";
import { copy32, copy64, hashLeaves, isLeafHash } from "./node-hash.ts";
import type { Slab } from "./slab.ts";
import { StoreFault, type StoreRecord } from "./store.ts";

export const kinds = { root: 0, page: 1, value: 2, stale: 3 } as const;

export const latestKey: Uint8Array = Uint8Array.of(4);

export type Kind = (typeof kinds)[keyof typeof kinds];

export const versionBytes = 8;
const twoTo32 = 2 ** 32;

export function writeVersion(version: number, bytes: Uint8Array, at: number): void {
  let high = Math.floor(version / twoTo32);
  let low = version % twoTo32;
  for (let i = 3; i >= 0; i--) {
    bytes[at + i] = high & 255;
    bytes[at + 4 + i] = low & 255;
    high >>>= 8;
    low >>>= 8;
  }
}

export function readVersion(bytes: Uint8Array, at: number): number {
  let version = 0;
  for (let i = 0; i < versionBytes; i++) version = 256 * version + (bytes[at + i] as number);
  return version;
}

export function encodeLatest(version: number): StoreRecord {
  const value = new Uint8Array(versionBytes);
  writeVersion(version, value, 0);
  return { key: latestKey, value };
}

/** Zero if nothing was ever written. */
export function decodeLatest(record: Uint8Array | undefined): number {
  if (record === undefined) return 0;
  if (record.length !== versionBytes) throw new StoreFault("bad-record", "the latest version is no number");
  return readVersion(record, 0);
}

/** The beginning of all keys of one kind and version, with `more` bytes of room. */
export function versionKey(kind: Kind, version: number, more = 0): Uint8Array {
  const key = new Uint8Array(1 + versionBytes + more);
  key[0] = kind;
  writeVersion(version, key, 1);
  return key;
}

export function versionOf(key: Uint8Array): number {
  return readVersion(key, 1);
}

/** `depth` is a multiple of four, and of the path that begins at `at` its first `depth` bits count. */
export function pageKey(version: number, depth: number, bytes: Uint8Array, at: number): Uint8Array {
  const whole = depth >> 3;
  const hasHalf = (depth & 4) !== 0;
  const key = versionKey(kinds.page, version, 1 + whole + (hasHalf ? 1 : 0));
  key[9] = depth / 4;
  for (let i = 0; i < whole; i++) key[10 + i] = bytes[at + i] as number;
  if (hasHalf) key[10 + whole] = (bytes[at + whole] as number) & 0xf0;
  return key;
}

export function valueKey(leaf: Leaf): Uint8Array {
  const key = versionKey(kinds.value, leaf.version, 32);
  copy32(blockOf(leaf), leaf.blockAt, key, 9);
  return key;
}

export function encodeValue(leaf: Leaf, slab: Slab): Uint8Array {
  assert(leaf.key !== undefined && leaf.value !== undefined, "a leaf that is written has its key and value");
  const record = slab.take(1 + leaf.key.length + leaf.value.length);
  record[0] = leaf.key.length;
  record.set(leaf.key, 1);
  record.set(leaf.value, 1 + leaf.key.length);
  return record;
}

export function decodeValue(record: Uint8Array): { key: Uint8Array; value: Uint8Array } {
  const end = 1 + (record[0] ?? 0);
  if (record.length < end) throw new StoreFault("bad-record", "a value record ends inside its key");
  return { key: record.slice(1, end), value: record.slice(end) };
}

export function encodeRoot(top: Node): Uint8Array {
  const record = new Uint8Array(top.kind === "leaf" ? 104 : 40);
  record.set(hashOf(top), 0);
  if (top.kind === "empty") return record;
  writeVersion(top.version, record, 32);
  if (top.kind === "leaf") copy64(blockOf(top), top.blockAt, record, 40);
  return record;
}

/** The top node. Whether its hash is the root that was asked for, the caller sees. */
export function decodeRoot(record: Uint8Array): Node {
  if (record.length < 40 || record.length !== (isLeafHash(record, 0) ? 104 : 40)) {
    throw new StoreFault("bad-record", `a root record of ${record.length} bytes`);
  }
  const version = readVersion(record, 32);
  if (record.length === 40) return new Inner(version, record);
  const hash = new Uint8Array(32);
  hashLeaves(record.slice(40), hash);
  return new Leaf(version, hash, 0, record, 40);
}

/** Keys per record, so that no record grows with the map. */
const staleKeysMax = 1024;

/** T3: the stale records of one version. */
export function encodeStale(version: number, keys: readonly Uint8Array[]): StoreRecord[] {
  const records: StoreRecord[] = [];
  for (let start = 0; start < keys.length; start += staleKeysMax) {
    const key = versionKey(kinds.stale, version, 4);
    new DataView(key.buffer).setUint32(9, start / staleKeysMax);
    records.push({ key, value: joinKeys(keys.slice(start, start + staleKeysMax)) });
  }
  return records;
}

function joinKeys(keys: readonly Uint8Array[]): Uint8Array {
  const record = new Uint8Array(keys.reduce((sum, key) => sum + 1 + key.length, 0));
  let at = 0;
  for (const key of keys) {
    record[at] = key.length;
    record.set(key, at + 1);
    at += 1 + key.length;
  }
  return record;
}

export function decodeStale(record: Uint8Array): Uint8Array[] {
  const keys: Uint8Array[] = [];
  for (let at = 0; at < record.length; ) {
    const end = at + 1 + (record[at] as number);
    if (end > record.length) throw new StoreFault("bad-record", "a stale record ends inside a key");
    keys.push(record.slice(at + 1, end));
    at = end;
  }
  return keys;
}
