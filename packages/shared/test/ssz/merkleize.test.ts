// Merkleization by itself: what no encoding can reach.

import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { AssertionFault } from "../../src/assert.ts";
import { depthOf, merkleizeInto, mixInto, scratchBytes, zeroHash } from "../../src/ssz/index.ts";

const sha256 = (...parts: readonly Uint8Array[]) =>
  new Uint8Array(createHash("sha256").update(Buffer.concat(parts)).digest());

test("a length beyond 2^32 is mixed in as a 256-bit little-endian number", () => {
  const root = new Uint8Array(32).fill(1);
  const number = new Uint8Array(32);
  new DataView(number.buffer).setBigUint64(0, 2n ** 40n + 5n, true);
  const output = new Uint8Array(40);
  mixInto(root, 2 ** 40 + 5, output, 8);
  expect(output.subarray(8)).toEqual(sha256(root, number));
  expect(output.subarray(0, 8)).toEqual(new Uint8Array(8));
});

test("the output of mixing may lie where the root lies", () => {
  const root = new Uint8Array(32).fill(1);
  const expected = sha256(root, new Uint8Array(32).fill(7, 0, 1));
  mixInto(root, 7, root, 0);
  expect(root).toEqual(expected);
});

test("a tree of zeros has the hash of two trees one level lower", () => {
  expect(zeroHash(0)).toEqual(new Uint8Array(32));
  for (let depth = 1; depth <= 50; depth++) {
    expect(zeroHash(depth)).toEqual(sha256(zeroHash(depth - 1), zeroHash(depth - 1)));
  }
});

test("depth is that of the next power of two", () => {
  const depths = [0, 1, 2, 3, 4, 5, 8, 9, 2 ** 40, 2 ** 40 + 1].map(depthOf);
  expect(depths).toEqual([0, 0, 1, 2, 2, 3, 3, 4, 40, 41]);
});

test("more chunks than the tree has leaves, and a scratch without room, are our own mistake", () => {
  const root = new Uint8Array(32);
  for (const count of [3, 70]) {
    const scratch = new Uint8Array(scratchBytes(count));
    expect(() => merkleizeInto(scratch, count, 1, root, 0)).toThrow(AssertionFault);
  }
  expect(() => merkleizeInto(new Uint8Array(96), 3, 2, root, 0)).toThrow(AssertionFault);
});
