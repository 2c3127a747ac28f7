// One door to SHA-256. Rooms hash through these functions; a thread may put a faster implementation behind
// them once, at its start (`useHasher`), and the result of nothing changes: every implementation passes
// `compliance/hasher.ts`. Each worker has modules of its own, so each makes that call itself.

import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import { assert } from "./assert.ts";

export interface Hasher {
  readonly name: string;
  /** SHA-256 of one message, always a new array of 32 bytes. */
  sha256(message: Uint8Array): Uint8Array;
  /**
   * SHA-256 of each 64-byte block of `blocks`, written to `output` in order, 32 bytes each.
   * `output` may be the beginning of `blocks` itself: a block is read before its place is written.
   */
  hashPairs(blocks: Uint8Array, output: Uint8Array): void;
}

export const portableHasher: Hasher = {
  name: "noble",
  sha256: (message) => nobleSha256(message),
  hashPairs(blocks, output) {
    assert(blocks.length % 64 === 0 && output.length === blocks.length / 2, "blocks of 64 bytes to 32 each");
    for (let i = 0; i < blocks.length / 64; i++) {
      output.set(nobleSha256(blocks.subarray(64 * i, 64 * i + 64)), 32 * i);
    }
  },
};

let current: Hasher = portableHasher;

/** Puts another implementation behind this module for the thread that calls; returns the one before. */
export function useHasher(hasher: Hasher): Hasher {
  const before = current;
  current = hasher;
  return before;
}

export function sha256(message: Uint8Array): Uint8Array {
  return current.sha256(message);
}

export function hashPairs(blocks: Uint8Array, output: Uint8Array): void {
  current.hashPairs(blocks, output);
}

// One pair at a time goes through buffers that stay: a hasher on native code then sees the same memory each time.
const block = new Uint8Array(64);
const digest = new Uint8Array(32);

export function hashPair(left: Uint8Array, right: Uint8Array): Uint8Array {
  assert(left.length === 32 && right.length === 32, "a pair is of 32 bytes each");
  block.set(left, 0);
  block.set(right, 32);
  current.hashPairs(block, digest);
  return digest.slice();
}
