// Merkleization of 32-byte chunks, padded with zero chunks to a power of two.

import { assert } from "../assert.ts";
import { hashPair, hashPairs } from "../hashing.ts";

const zeroHashes: Uint8Array[] = [new Uint8Array(32)];

/** Root of a tree of the given depth whose leaves are all zero. */
export function zeroHash(depth: number): Uint8Array {
  for (let i = zeroHashes.length; i <= depth; i++) {
    const below = zeroHashes[i - 1] as Uint8Array;
    zeroHashes.push(hashPair(below, below));
  }
  return zeroHashes[depth] as Uint8Array;
}

/** Levels between the root and `limit` leaves. */
export function depthOf(limit: number): number {
  let depth = 0;
  for (let width = 1; width < limit; width *= 2) depth++;
  return depth;
}

/** Bytes of a scratch buffer for `count` chunks: even, so that a level never needs to grow. */
export function scratchBytes(count: number): number {
  return 32 * Math.max(2, count + (count % 2));
}

/**
 * Root of the first `count` chunks of `scratch`, which is overwritten, in a tree of `depth` levels.
 * `scratch` has `scratchBytes(count)` bytes.
 */
export function merkleizeInto(
  scratch: Uint8Array,
  count: number,
  depth: number,
  output: Uint8Array,
  offset: number,
): void {
  assert(scratch.length >= scratchBytes(count), "scratch has room for an even number of chunks");
  if (count === 0) {
    output.set(zeroHash(depth), offset);
    return;
  }
  let width = count;
  for (let level = 0; level < depth; level++) {
    if (width % 2 === 1) {
      scratch.set(zeroHash(level), 32 * width);
      width++;
    }
    hashPairs(scratch.subarray(0, 32 * width), scratch.subarray(0, 16 * width));
    width /= 2;
  }
  assert(width === 1, `${count} chunks do not fit a tree of depth ${depth}`);
  output.set(scratch.subarray(0, 32), offset);
}

const mixBlock = new Uint8Array(64);
const mixView = new DataView(mixBlock.buffer);

/** hash(root ‖ number as 256-bit little endian): a list's length, a union's selector. */
export function mixInto(root: Uint8Array, number: number, output: Uint8Array, offset: number): void {
  mixBlock.set(root, 0);
  mixBlock.fill(0, 32);
  mixView.setBigUint64(32, BigInt(number), true);
  hashPairs(mixBlock, output.subarray(offset, offset + 32));
}
