import { describe, expect, test } from "vitest";
import {
  namespaceOfShard,
  type Touch,
  type TouchingBlob,
  touchesTree,
  touchLeaf,
  verifyTouch,
  verifyTouches,
} from "../../src/merkle/index.ts";
import { asBlobIndex, asRoot, asShardName } from "../../src/numbers.ts";
import { naiveNamespacedRoot } from "../oracles/namespaced.ts";
import { expectRefused, rootOf } from "./support.ts";

const shard = asShardName;
const blob = (number: number, ...touches: readonly string[]): TouchingBlob => ({
  root: asRoot(rootOf(number)),
  touches: touches.map(shard),
});
const touch = (index: number): Touch => ({ index: asBlobIndex(index), blob: asRoot(rootOf(index)) });

const blobs = [blob(0, "bank", "hotel"), blob(1, "air"), blob(2, "bank"), blob(3), blob(4, "air", "bank", "hotel-2")];

describe("which blobs touch which shard (O5)", () => {
  test("a shard's namespace is 0x01, its name, and zeros, and sorts like the name", () => {
    expect([...namespaceOfShard(shard("a-9"))]).toEqual([1, 0x61, 0x2d, 0x39, ...new Array(25).fill(0)]);
    expect([...namespaceOfShard(shard("z".repeat(28)))]).toEqual([1, ...new Array(28).fill(0x7a)]);
    const names = ["a", "a-", "a-b", "a0", "ab", "b", "z".repeat(28)].map(shard);
    const namespaces = names.map(namespaceOfShard);
    expect([...namespaces].sort(Buffer.compare)).toEqual(namespaces);
  });

  test("a leaf is (shard, index in block, blob root): the shard is the namespace, the rest the data", () => {
    const leaf = touchLeaf(shard("bank"), touch(2));
    expect(leaf.namespace).toEqual(namespaceOfShard(shard("bank")));
    expect([...leaf.data]).toEqual([2, 0, 0, 0, ...rootOf(2)]);
  });

  test("the tree has a leaf for each shard that a blob touches, by shard, then in the order of the block", () => {
    const expected = (
      [
        ["air", 1],
        ["air", 4],
        ["bank", 0],
        ["bank", 2],
        ["bank", 4],
        ["hotel", 0],
        ["hotel-2", 4],
      ] as const
    ).map(([name, index]) => touchLeaf(shard(name), touch(index)));
    expect(touchesTree(blobs).root).toEqual(new Uint8Array(naiveNamespacedRoot(expected)));
    expect(touchesTree([]).root).toEqual(new Uint8Array(naiveNamespacedRoot([])));
  });

  test("a follower gets its own blobs with proof that these are all, or proof that there are none", () => {
    const tree = touchesTree(blobs);
    const expected = { air: [1, 4], bank: [0, 2, 4], hotel: [0], "hotel-2": [4], "hotel-": [], aa: [], zoo: [] };
    for (const [name, indexes] of Object.entries(expected)) {
      const { proof } = tree.proveNamespace(namespaceOfShard(shard(name)));
      const touches = indexes.map(touch);
      expect(verifyTouches(tree.commitment, shard(name), touches, proof).ok).toBe(true);
      expect(verifyTouches(tree.commitment, shard(name), [...touches, touch(9)], proof).ok).toBe(false);
      if (touches.length > 0)
        expect(verifyTouches(tree.commitment, shard(name), touches.slice(1), proof).ok).toBe(false);
    }
  });

  test("one blob's touch of a shard is proven by itself", () => {
    const tree = touchesTree(blobs);
    const proof = tree.proveLeaf(3);
    expect(verifyTouch(tree.commitment, shard("bank"), touch(2), proof).ok).toBe(true);
    expectRefused(
      verifyTouch(tree.commitment, shard("bank"), { ...touch(2), index: asBlobIndex(3) }, proof),
      "wrong-root",
    );
    expectRefused(verifyTouch(tree.commitment, shard("banks"), touch(2), proof), "bad-order");
  });
});
