// Q5: what a proof may cost its reader. An empty half beside an inner node takes one bit, so a witness of two
// megabytes can describe millions of nodes; it is refused before one of them is hashed.

import { beforeEach, describe, expect, test } from "vitest";
import { type Hasher, useHasher } from "../../src/hashing.ts";
import { limits } from "../../src/limits.ts";
import { asRoot } from "../../src/numbers.ts";
import {
  openWitness,
  proveKeys,
  SparseMap,
  type SparseProof,
  sparseWitnessCodec,
  verifyKeys,
  witnessKeys,
} from "../../src/sparse/index.ts";
import { codeOf, keyAt, keyAtBits, must, pathOf, steeredHasher, text } from "./support.ts";

const noRoot = asRoot(new Uint8Array(32));

/** How many blocks of 64 bytes are hashed, a node each. */
let nodesHashed = 0;
const countingHasher: Hasher = {
  ...steeredHasher,
  hashPairs(blocks, output) {
    nodesHashed += blocks.length / 64;
    steeredHasher.hashPairs(blocks, output);
  },
};
useHasher(countingHasher);
beforeEach(() => {
  nodesHashed = 0;
});

const number = (index: number) => Uint8Array.of(index >> 16, index >> 8, index);
/** Keys whose paths differ in their first 16 bits. */
const spreadKeys = (count: number) =>
  Array.from({ length: count }, (_, index) => keyAt(Uint8Array.of(index >> 8, index, ...new Uint8Array(30))));

interface Deep {
  readonly proof: SparseProof;
  readonly nodes: number;
}

/**
 * Of a tree that nobody can have, in which the path of each key goes on to a depth of its own, alone but for empty
 * halves. It ends in an empty half beside what may be an inner node.
 */
function deepProof(keys: readonly Uint8Array[], depthOf: (index: number) => number): Deep {
  const paths = keys.map(pathOf).sort(Buffer.compare);
  const bits: number[] = [];
  let nodes = 0;
  const walk = (depth: number, start: number, end: number) => {
    const isOn = (index: number) => (((paths[index] as Uint8Array)[depth >> 3] as number) & (128 >> (depth & 7))) !== 0;
    if (start === end) return bits.push(0);
    if (end - start === 1 && depth === depthOf(start)) return bits.push(0, 0);
    nodes++;
    bits.push(1);
    let middle = start;
    while (middle < end && !isOn(middle)) middle++;
    const isLast = end - start === 1 && depth === depthOf(start) - 1;
    if (isLast && middle === start) bits.push(1);
    else walk(depth + 1, start, middle);
    if (isLast && middle === end) return bits.push(1);
    return walk(depth + 1, middle, end);
  };
  walk(0, 0, paths.length);
  const shape = new Uint8Array(Math.ceil(bits.length / 8));
  for (const [at, bit] of bits.entries()) shape[at >> 3] = (shape[at >> 3] as number) | (bit << (7 - (at & 7)));
  // The last bit says that it is an inner node (M2).
  const hashes = new Uint8Array(32 * keys.length).fill(2);
  return { proof: { shape, hashes, values: [] }, nodes };
}

describe("a reader", () => {
  test("hashes no node of a witness of two megabytes with three and a half million of them", () => {
    const keys = spreadKeys(15_000);
    const { proof, nodes } = deepProof(keys, () => 256);
    expect(nodes).toBeGreaterThan(3_500_000);
    const bytes = sparseWitnessCodec.encode({ reads: [], writes: keys, proof });
    expect(bytes.length).toBeLessThan(limits.proofBytesMax);
    const witness = must(sparseWitnessCodec.decode(bytes));
    expect(codeOf(openWitness(noRoot, witness))).toBe("over-limit");
    expect(nodesHashed).toBe(0);
  });

  test("takes 512 inner nodes and 96 for each key, and not one more", () => {
    const keys = Array.from({ length: 8 }, (_, index) => keyAtBits(index.toString(2).padStart(3, "0")));
    const nodesMax = 512 + 96 * 8;
    // Seven nodes above the eight paths, which go on from depth 3.
    const depthOf = (index: number) => 3 + (index === 0 ? 160 : 159);
    const most = deepProof(keys, depthOf);
    expect(most.nodes).toBe(nodesMax);
    expect(codeOf(verifyKeys(noRoot, most.proof, keys))).toBe("wrong-root");
    expect(nodesHashed).toBe(nodesMax);
    const more = deepProof(keys, (index) => depthOf(index) + (index === 7 ? 1 : 0));
    expect(codeOf(verifyKeys(noRoot, more.proof, keys))).toBe("over-limit");
    expect(nodesHashed).toBe(nodesMax);
  });

  test("takes no more than the limit of all, however many keys", () => {
    const keys = spreadKeys(6000);
    const { proof, nodes } = deepProof(keys, () => 104);
    expect(nodes).toBeGreaterThan(limits.proofNodesMax);
    expect(nodes).toBeLessThan(512 + 96 * 6000);
    expect(codeOf(verifyKeys(noRoot, proof, keys))).toBe("over-limit");
    expect(nodesHashed).toBe(0);
  });
});

describe("a prover says `over-limit`, and gives nothing that no reader takes", () => {
  const keys = Array.from({ length: 70 }, (_, index) => number(index));
  const large = must(SparseMap.empty.apply(keys.map((key) => ({ key, value: new Uint8Array(limits.valueBytesMax) }))));

  test("values of more bytes than a proof has", () => {
    expect(codeOf(proveKeys(large, { reads: keys, writes: [] }))).toBe("over-limit");
    const fewer = { reads: keys.slice(0, 60), writes: keys.slice(60) };
    expect(codeOf(proveKeys(large, fewer))).toBe("ok");
    expect(codeOf(witnessKeys(large, fewer))).toBe("ok");
  });

  test("more values than a proof has", () => {
    const many = Array.from({ length: limits.touchedKeysMax + 1 }, (_, index) => number(index));
    const map = must(SparseMap.empty.apply(many.map((key) => ({ key, value: text("a") }))));
    expect(codeOf(proveKeys(map, { reads: many, writes: [] }))).toBe("over-limit");
    expect(codeOf(proveKeys(map, { reads: many.slice(1), writes: many.slice(0, 1) }))).toBe("ok");
  });

  test("values of more bytes than a witness has, which has more room than a proof", () => {
    const value = new Uint8Array(limits.valueBytesMax);
    const touched = { reads: Array.from({ length: 2048 }, (_, index) => number(index)), writes: [] };
    const map = must(SparseMap.empty.apply(touched.reads.map((key) => ({ key, value }))));
    expect(codeOf(witnessKeys(map, touched))).toBe("over-limit");
    expect(codeOf(witnessKeys(map, { reads: touched.reads.slice(0, 2000), writes: [] }))).toBe("ok");
  });

  test("more keys than a witness has", () => {
    const many = Array.from({ length: limits.witnessKeysMax + 1 }, (_, index) => number(index));
    expect(codeOf(witnessKeys(SparseMap.empty, { reads: [], writes: many }))).toBe("over-limit");
    expect(codeOf(witnessKeys(SparseMap.empty, { reads: [], writes: many.slice(1) }))).toBe("ok");
  });

  test("more inner nodes than the keys allow", () => {
    const starts = Array.from({ length: 8 }, (_, index) => index.toString(2).padStart(3, "0").padEnd(250, "0"));
    const [ones, others] = ["0", "1"].map((last) => starts.map((start) => keyAtBits(start + last)));
    const pairs = [...(ones as Uint8Array[]), ...(others as Uint8Array[])];
    const map = must(SparseMap.empty.apply(pairs.map((key) => ({ key, value: text("a") }))));
    expect(codeOf(proveKeys(map, { reads: ones as Uint8Array[], writes: [] }))).toBe("over-limit");
    expect(codeOf(witnessKeys(map, { reads: [], writes: ones as Uint8Array[] }))).toBe("over-limit");
    expect(codeOf(proveKeys(map, { reads: (ones as Uint8Array[]).slice(0, 2), writes: [] }))).toBe("ok");
  });
});
