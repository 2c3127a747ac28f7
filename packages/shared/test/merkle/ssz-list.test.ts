import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type ListProof,
  listProofCodec,
  listRoot,
  proveBranch,
  proveListItem,
  verifyBranch,
  verifyListItem,
} from "../../src/merkle/index.ts";
import { asBlobIndex, asEpoch, type Root, zeroRoot } from "../../src/numbers.ts";
import { byteVector, codec, container, list, uint53 } from "../../src/ssz/index.ts";
import { naiveListRoot, naiveTree, padded } from "../oracles/ssz-list.ts";
import { expectRefused, rootOf, rootsUpTo, turningSizes } from "./support.ts";
import { expectNoneAccepted, rearranged } from "./tampering.ts";

describe("the root of a list of roots", () => {
  test.each([0, ...turningSizes])("of %i items is the oracle's, whatever the limit", (count) => {
    for (const limit of new Set([count, count + 1, 65, 100, 256])) {
      if (limit < count) continue;
      expect(listRoot(rootsUpTo(count), limit)).toEqual(naiveListRoot(rootsUpTo(count), limit));
    }
  });

  test.each([1023, 1024, 1025, 2047, 2048, 2049, 5000])("of %i items, which are more than one piece", (count) => {
    for (const limit of [count, 16_384]) {
      expect(listRoot(rootsUpTo(count), limit)).toEqual(naiveListRoot(rootsUpTo(count), limit));
    }
  });

  test("is what SSZ gives for the list as a value (O4)", () => {
    const blobRoots = codec("blob-roots", list(byteVector(32), 16_384));
    for (const count of [0, 1, 3, 1025])
      expect(listRoot(rootsUpTo(count), 16_384)).toEqual(blobRoots.root(rootsUpTo(count)));
  });

  test("more items than the limit, or an item that is no root, are our mistake", () => {
    expect(() => listRoot(rootsUpTo(5), 4)).toThrow("4 are allowed");
    expect(() => proveListItem(rootsUpTo(5), 4, 0)).toThrow("4 are allowed");
    expect(() => proveListItem(rootsUpTo(4), 4, 4)).toThrow("one of 4");
    expect(() => listRoot([new Uint8Array(31)], 4)).toThrow("32 bytes");
  });
});

describe("a proof of an item", () => {
  test("holds for every item, and says how many there are", () => {
    for (const count of turningSizes) {
      const leaves = rootsUpTo(count);
      const root = naiveListRoot(leaves, 100);
      for (const [index, leaf] of leaves.entries()) {
        const proof = proveListItem(leaves, 100, index);
        expect(verifyListItem(root, 100, index, leaf, proof)).toEqual({ ok: true, value: undefined });
        expect(proof.length).toBe(count);
        expect(listProofCodec.decode(listProofCodec.encode(proof))).toEqual({ ok: true, value: proof });
      }
    }
  });

  test("holds for no other index, leaf, length, limit or root", () => {
    const number = fc.integer({ min: 0, max: 70 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 64 }), number, number, number, (count, pick, otherIndex, otherLength) => {
        const leaves = rootsUpTo(count);
        const index = pick % count;
        const proof = proveListItem(leaves, 64, index);
        const root = naiveListRoot(leaves, 64);
        const holds = (at: number, leaf: Uint8Array, changed: ListProof) =>
          verifyListItem(root, 64, at, leaf, changed).ok;
        expect(holds(otherIndex, rootOf(index), proof)).toBe(otherIndex === index);
        expect(holds(index, rootOf(otherIndex), proof)).toBe(otherIndex === index);
        expect(holds(index, rootOf(index), { ...proof, length: otherLength })).toBe(otherLength === count);
        expect(verifyListItem(root, 32, index, rootOf(index), proof).ok).toBe(false);
        expect(verifyListItem(root, 65, index, rootOf(index), proof).ok).toBe(false);
        expect(verifyListItem(naiveListRoot(leaves, 128), 64, index, rootOf(index), proof).ok).toBe(false);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test("says what is wrong with it", () => {
    const leaves = rootsUpTo(5);
    const proof = proveListItem(leaves, 8, 2);
    const root = listRoot(leaves, 8);
    const short = rootOf(2).slice(1) as Root;
    const check = (index: number, leaf: Uint8Array, changed: Partial<ListProof>) =>
      verifyListItem(root, 8, index, leaf, { ...proof, ...changed });
    expectRefused(check(2, rootOf(2), { length: 9 }), "over-limit");
    expectRefused(check(2, rootOf(2), { length: -1 }), "over-limit");
    expectRefused(check(2, rootOf(2), { length: Number.NaN }), "over-limit");
    expectRefused(check(5, zeroRoot, {}), "out-of-range");
    expectRefused(check(-1, rootOf(2), {}), "out-of-range");
    expectRefused(check(0.5, rootOf(2), {}), "out-of-range");
    expectRefused(check(2, rootOf(2), { branch: proof.branch.slice(1) }), "wrong-count");
    expectRefused(check(2, rootOf(2), { branch: [...proof.branch, zeroRoot] }), "wrong-count");
    expectRefused(check(2, rootOf(2), { branch: [short, ...proof.branch.slice(1)] }), "bad-node");
    expectRefused(check(2, short, {}), "bad-node");
    expectRefused(check(2, rootOf(3), {}), "wrong-root");
  });

  test("the zero leaves that pad a list are no items of it", () => {
    const leaves = rootsUpTo(5);
    const branch = proveBranch([...leaves, zeroRoot], 3, 5);
    expectRefused(verifyListItem(listRoot(leaves, 8), 8, 5, zeroRoot, { length: 5, branch }), "out-of-range");
    expectRefused(verifyListItem(listRoot(leaves, 8), 8, 5, zeroRoot, { length: 6, branch }), "wrong-root");
  });

  test("a node is no leaf of a smaller list, and a leaf no node of a larger one", () => {
    const leaves = rootsUpTo(4);
    const proof = proveListItem(leaves, 4, 0);
    const [sibling, above] = proof.branch as [Root, Root];
    const node = naiveTree([rootOf(0), sibling]);
    expectRefused(verifyListItem(listRoot(leaves, 4), 4, 0, node, { length: 4, branch: [above] }), "wrong-count");
    expectRefused(verifyListItem(listRoot(leaves, 4), 8, 0, rootOf(0), proof), "wrong-count");
  });

  test("any changed byte, cut, addition or rearrangement is refused", () => {
    for (const [count, index, limit] of [
      [5, 2, 8],
      [1, 0, 1],
      [3, 2, 16],
    ] as const) {
      const leaves = rootsUpTo(count);
      const root = listRoot(leaves, limit);
      const proof = proveListItem(leaves, limit, index);
      expectNoneAccepted(listProofCodec.encode(proof), "values", (bytes) => {
        const decoded = listProofCodec.decode(bytes);
        return decoded.ok && verifyListItem(root, limit, index, rootOf(index), decoded.value).ok;
      });
      for (const branch of rearranged(proof.branch)) {
        expect(verifyListItem(root, limit, index, rootOf(index), { ...proof, branch }).ok).toBe(false);
      }
    }
  });
});

describe("a branch", () => {
  test("proves one field of a container without the others", () => {
    const header = codec("header", container({ epoch: uint53, blobsRoot: byteVector(32), index: uint53 }));
    const value = { epoch: asEpoch(7), blobsRoot: rootOf(9), index: asBlobIndex(3) };
    const number = codec("number", uint53);
    const fields = [number.root(value.epoch), value.blobsRoot, number.root(value.index)];
    const branch = proveBranch(fields, 2, 1);
    expect(verifyBranch(header.root(value), 2, 1, rootOf(9), branch).ok).toBe(true);
    expectRefused(verifyBranch(header.root(value), 2, 0, rootOf(9), branch), "wrong-root");
    expectRefused(verifyBranch(header.root(value), 2, 1, rootOf(8), branch), "wrong-root");
  });

  test("leads from every leaf to the oracle's root, and has one right length and index", () => {
    for (const count of [1, 2, 3, 7, 8]) {
      const root = naiveTree(padded(rootsUpTo(count), 8));
      for (let index = 0; index < count; index++) {
        const branch = proveBranch(rootsUpTo(count), 3, index);
        expect(verifyBranch(root, 3, index, rootOf(index), branch).ok).toBe(true);
        expectRefused(verifyBranch(root, 2, index, rootOf(index), branch), index < 4 ? "wrong-count" : "out-of-range");
        expectRefused(verifyBranch(root, 4, index, rootOf(index), branch), "wrong-count");
        expectRefused(verifyBranch(root, 3, index + 8, rootOf(index), branch), "out-of-range");
      }
    }
  });

  test("of a tree of depth 0 is empty: the leaf is the root", () => {
    expect(proveBranch([rootOf(1)], 0, 0)).toEqual([]);
    expect(verifyBranch(rootOf(1), 0, 0, rootOf(1), []).ok).toBe(true);
    expectRefused(verifyBranch(rootOf(1), 0, 0, rootOf(2), []), "wrong-root");
  });
});
