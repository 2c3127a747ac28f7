import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { limits } from "../../src/limits.ts";
import { NamespacedTree } from "../../src/merkle/index.ts";
import { naiveNamespacedRoot, naiveNamespaceProof } from "../oracles/namespaced.ts";
import {
  anyLeaves,
  anyNamespace,
  dataOf,
  leafOf,
  leavesOf,
  namespaceOf,
  parityLeaf,
  treeOf,
} from "./namespaced-support.ts";
import { turningSizes } from "./support.ts";

const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash("sha256").update(bytes).digest());

describe("a namespaced tree", () => {
  test("of nothing is the node of lowest range over the hash of nothing", () => {
    const empty = new NamespacedTree([]);
    expect(empty.root).toEqual(Uint8Array.from([...new Uint8Array(58), ...sha256(new Uint8Array(0))]));
    expect(empty.commitment).toEqual(sha256(empty.root));
  });

  test.each(turningSizes)("of %i leaves has the oracle's root, and its hash as commitment (O5)", (count) => {
    const leaves = Array.from({ length: count }, (_, i) => leafOf(i >> 1, i));
    const tree = new NamespacedTree(leaves);
    expect(tree.root).toEqual(new Uint8Array(naiveNamespacedRoot(leaves)));
    expect(tree.commitment).toEqual(sha256(naiveNamespacedRoot(leaves)));
  });

  test("has the oracle's root over any leaves, parity included", () => {
    fc.assert(
      fc.property(anyLeaves, (leaves) => {
        expect(new NamespacedTree(leaves).root).toEqual(new Uint8Array(naiveNamespacedRoot(leaves)));
      }),
      { seed: 4, numRuns: 200 },
    );
  });

  test("leaves may carry data of different lengths, none included", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 20 }), (items) => {
        const leaves = items.map((data, i) => ({ namespace: namespaceOf(i), data }));
        expect(new NamespacedTree(leaves).root).toEqual(new Uint8Array(naiveNamespacedRoot(leaves)));
      }),
      { seed: 5, numRuns: 100 },
    );
  });

  test("parity does not widen the range of what it protects, and is its own range alone", () => {
    const protecting = new NamespacedTree([...leavesOf(1, 2), parityLeaf(0), parityLeaf(1)]);
    expect(protecting.root.subarray(0, 29)).toEqual(namespaceOf(1));
    expect(protecting.root.subarray(29, 58)).toEqual(namespaceOf(2));
    const alone = new NamespacedTree([parityLeaf(0), parityLeaf(1)]);
    expect(alone.root.subarray(0, 58)).toEqual(new Uint8Array(58).fill(0xff));
  });

  test("unsorted leaves, a namespace of another size and too many leaves are our mistakes", () => {
    expect(() => treeOf(2, 1)).toThrow("sorted");
    expect(() => new NamespacedTree([parityLeaf(0), leafOf(1, 0)])).toThrow("sorted");
    expect(() => new NamespacedTree([{ namespace: new Uint8Array(28), data: new Uint8Array(1) }])).toThrow("29 bytes");
    const tooMany = new Array(limits.namespacedLeavesMax + 1).fill(leafOf(1, 1));
    expect(() => new NamespacedTree(tooMany)).toThrow(`${limits.namespacedLeavesMax} allowed`);
  });
});

describe("what a tree proves", () => {
  test("of a namespace is its leaves and the oracle's closed and opened nodes", () => {
    fc.assert(
      fc.property(anyLeaves, anyNamespace, (leaves, namespace) => {
        const slice = new NamespacedTree(leaves).proveNamespace(namespace);
        const naive = naiveNamespaceProof(leaves, namespace);
        expect(slice.leaves).toEqual(dataOf(leaves, namespace));
        expect(slice.proof.opened).toEqual(naive.opened);
        expect(slice.proof.left).toEqual(naive.left.map((node) => new Uint8Array(node)));
        expect(slice.proof.right).toEqual(naive.right.map((node) => new Uint8Array(node)));
      }),
      { seed: 6, numRuns: 300 },
    );
  });

  test("is never about parity or the lowest namespace, nor a leaf that is not there", () => {
    const tree = treeOf(1, 2, 3);
    expect(() => tree.proveNamespace(new Uint8Array(29).fill(0xff))).toThrow("neither");
    expect(() => tree.proveNamespace(new Uint8Array(29))).toThrow("neither");
    expect(() => tree.proveNamespace(new Uint8Array(28).fill(1))).toThrow("neither");
    for (const index of [3, -1, 0.5]) expect(() => tree.proveLeaf(index)).toThrow("there is a leaf");
  });
});
