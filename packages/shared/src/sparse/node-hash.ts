// M2: hashes of nodes, many at a time.

import { hashPairs } from "../hashing.ts";

/** Small copies: a loop is twice as fast as `set` with a view. */
export function copy32(from: Uint8Array, fromAt: number, to: Uint8Array, toAt: number): void {
  for (let i = 0; i < 32; i++) to[toAt + i] = from[fromAt + i] as number;
}

export function copy64(from: Uint8Array, fromAt: number, to: Uint8Array, toAt: number): void {
  for (let i = 0; i < 64; i++) to[toAt + i] = from[fromAt + i] as number;
}

/** Whether the hash at `at` is that of a leaf. */
export function isLeafHash(bytes: Uint8Array, at: number): boolean {
  return ((bytes[at + 31] as number) & 1) === 1;
}

/** Writes the hashes of leaves, whose paths and value hashes are in `blocks`. */
export function hashLeaves(blocks: Uint8Array, hashes: Uint8Array): void {
  if (blocks.length > 0) hashPairs(blocks, hashes);
  for (let last = 31; last < hashes.length; last += 32) hashes[last] = (hashes[last] as number) | 1;
}

/** Pairs that are hashed at once: enough to be fast, few enough to stay in the nearest memory. */
const batchSize = 1024;
const batch = new Uint8Array(64 * batchSize);

/** The hashes of `count` inner nodes, whose two halves `write` puts where it is told. */
export function hashInners(count: number, write: (index: number, block: Uint8Array, at: number) => void): Uint8Array {
  const hashes = new Uint8Array(32 * count);
  for (let start = 0; start < count; start += batchSize) {
    const end = Math.min(start + batchSize, count);
    for (let i = start; i < end; i++) write(i, batch, 64 * (i - start));
    hashPairs(batch.subarray(0, 64 * (end - start)), hashes.subarray(32 * start, 32 * end));
  }
  for (let last = 31; last < hashes.length; last += 32) hashes[last] = (hashes[last] as number) & 0xfe;
  return hashes;
}
