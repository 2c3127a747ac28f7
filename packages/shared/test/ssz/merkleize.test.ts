// Merkleization by itself: what no encoding can reach.

import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { AssertionFault } from "../../src/assert.ts";
import { byteList, depthOf, merkleizeInto, mixInto, scratchBytes, zeroHash } from "../../src/ssz/index.ts";

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

/** By the definition, one hash after the other. */
function bytesRoot(bytes: Uint8Array, depth: number): Uint8Array {
  const padded = Buffer.concat([bytes, Buffer.alloc(-bytes.length & 31)]);
  let nodes: Uint8Array[] = Array.from(
    { length: padded.length / 32 },
    (_, i) => new Uint8Array(padded.subarray(32 * i, 32 * i + 32)),
  );
  for (let level = 0; level < depth; level++) {
    if (nodes.length % 2 === 1) nodes.push(zeroHash(level));
    nodes = nodes.flatMap((node, i) => (i % 2 === 0 ? [sha256(node, nodes[i + 1] as Uint8Array)] : []));
  }
  return nodes[0] as Uint8Array;
}

test.each([2048, 2049, 2080, 2081, 2112, 2113, 4095, 4096, 4097, 5000, 258_000, 262_144, 262_145, 300_001])(
  "%i bytes have the root that their chunks have",
  (length) => {
    const bytes = Uint8Array.from({ length }, (_, i) => 1 + (i % 251));
    const size = new Uint8Array(32);
    new DataView(size.buffer).setUint32(0, length, true);
    // Twice, for buffers that stay must not remember anything.
    for (const _ of [1, 2]) {
      const root = new Uint8Array(32);
      byteList(2 ** 20).rootInto(bytes, root, 0);
      expect(root).toEqual(sha256(bytesRoot(bytes, depthOf(2 ** 15)), size));
    }
  },
);
