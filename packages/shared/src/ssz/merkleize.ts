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

// Most trees are small. Their levels are hashed in one buffer that stays, through views that stay: a hasher on
// native code takes longer to reach a fresh array than to hash it.
const workPairs = 32;
const work = new Uint8Array(64 * workPairs);
const workBlocks = Array.from({ length: workPairs + 1 }, (_, pairs) => work.subarray(0, 64 * pairs));
const workDigests = Array.from({ length: workPairs + 1 }, (_, pairs) => work.subarray(0, 32 * pairs));
const workRoot = workDigests[1] as Uint8Array;

/** The pairs of the longest payload: a buffer for these stays too. */
const longPairs = 4096;
const longScratch = new Uint8Array(32 * longPairs);

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
  raiseInto(scratch, count, 0, depth, output, offset);
}

/** The same for `count` nodes that lie at `fromLevel`. */
function raiseInto(
  scratch: Uint8Array,
  count: number,
  fromLevel: number,
  depth: number,
  output: Uint8Array,
  offset: number,
): void {
  assert(scratch.length >= scratchBytes(count), "scratch has room for an even number of chunks");
  let width = count;
  let level = fromLevel;
  for (; width > 2 * workPairs; level++) {
    if (width % 2 === 1) scratch.set(zeroHash(level), 32 * width);
    width = Math.ceil(width / 2);
    hashPairs(scratch.subarray(0, 64 * width), scratch.subarray(0, 32 * width));
  }
  if (width <= 2) for (let i = 0; i < 32 * width; i++) work[i] = scratch[i] as number;
  else work.set(scratch.length === 32 * width ? scratch : scratch.subarray(0, 32 * width));
  finishInto(width, level, depth, output, offset);
}

/** Root of `bytes` in chunks, the last one filled up with zeros, in a tree of `depth` levels. */
export function merkleizeBytesInto(bytes: Uint8Array, depth: number, output: Uint8Array, offset: number): void {
  const count = Math.ceil(bytes.length / 32);
  if (count <= 2 * workPairs) {
    work.fill(0, bytes.length, 32 * count);
    work.set(bytes);
    finishInto(count, 0, depth, output, offset);
  } else {
    const pairs = Math.ceil(count / 2);
    const scratch = pairs <= longPairs ? longScratch : new Uint8Array(scratchBytes(pairs));
    hashBytes(bytes, scratch);
    raiseInto(scratch, pairs, 1, depth, output, offset);
  }
}

/** The first level of long bytes, hashed from where they lie: to copy them would cost a tenth of it. */
function hashBytes(bytes: Uint8Array, output: Uint8Array): void {
  const pairs = bytes.length >> 6;
  hashPairs(bytes.subarray(0, 64 * pairs), output.subarray(0, 32 * pairs));
  if (64 * pairs === bytes.length) return;
  work.fill(0, 0, 64);
  work.set(bytes.subarray(64 * pairs));
  hashPairs(workBlocks[1] as Uint8Array, workDigests[1] as Uint8Array);
  output.set(workRoot, 32 * pairs);
}

/** Root of the first `width` nodes of `work`, which lie at `fromLevel`. */
function finishInto(width: number, fromLevel: number, depth: number, output: Uint8Array, offset: number): void {
  if (width === 0) {
    output.set(zeroHash(depth), offset);
    return;
  }
  let left = width;
  for (let level = fromLevel; level < depth; level++) {
    if (left % 2 === 1) work.set(zeroHash(level), 32 * left);
    left = Math.ceil(left / 2);
    hashPairs(workBlocks[left] as Uint8Array, workDigests[left] as Uint8Array);
  }
  assert(left === 1, "the nodes fit the tree");
  output.set(workRoot, offset);
}

const mixBlock = new Uint8Array(64);
const mixView = new DataView(mixBlock.buffer);
const mixDigest = new Uint8Array(32);

/** hash(root ‖ number as 256-bit little endian): a list's length, a union's selector. */
export function mixInto(root: Uint8Array, number: number, output: Uint8Array, offset: number): void {
  mixBlock.set(root, 0);
  mixBlock.fill(0, 32);
  mixView.setUint32(32, number % 2 ** 32, true);
  mixView.setUint32(36, Math.floor(number / 2 ** 32), true);
  hashPairs(mixBlock, mixDigest);
  output.set(mixDigest, offset);
}
