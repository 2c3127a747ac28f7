import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  NamespacedTree,
  type NamespaceProof,
  namespaceProofCodec,
  parityNamespace,
  verifyNamespace,
} from "../../src/merkle/index.ts";
import { naiveNamespacedRoot } from "../oracles/namespaced.ts";
import { anyLeaves, anyNamespace, leafOf, leavesOf, namespaceOf, treeOf } from "./namespaced-support.ts";
import { expectRefused } from "./support.ts";
import { expectNoneAccepted, rearranged } from "./tampering.ts";

const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash("sha256").update(bytes).digest());
const nodeOf = (...numbers: readonly number[]) => new Uint8Array(naiveNamespacedRoot(leavesOf(...numbers)));

/** A node with another range; its hash stays. */
function withRange(node: Uint8Array, min: Uint8Array, max: Uint8Array): Uint8Array {
  return Uint8Array.from([...min, ...max, ...node.subarray(58)]);
}

describe("a proof of all leaves of a namespace", () => {
  test("holds for every namespace, present or absent, of every tree", () => {
    fc.assert(
      fc.property(anyLeaves, anyNamespace, (leaves, namespace) => {
        const tree = new NamespacedTree(leaves);
        const { leaves: found, proof } = tree.proveNamespace(namespace);
        expect(verifyNamespace(tree.commitment, namespace, found, proof)).toEqual({ ok: true, value: undefined });
        expect(namespaceProofCodec.decode(namespaceProofCodec.encode(proof))).toEqual({ ok: true, value: proof });
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  test("holds for no other namespace, tree or leaves", () => {
    fc.assert(
      fc.property(anyLeaves, anyNamespace, anyNamespace, anyLeaves, (leaves, namespace, other, otherLeaves) => {
        const tree = new NamespacedTree(leaves);
        const { leaves: found, proof } = tree.proveNamespace(namespace);
        const holds = (under: Uint8Array, name: Uint8Array, data: readonly Uint8Array[]) =>
          verifyNamespace(under, name, data, proof).ok;
        // Two absent namespaces in one gap share one proof: then both are absent.
        if (Buffer.compare(other, namespace) !== 0 && holds(tree.commitment, other, found)) {
          expect(tree.proveNamespace(other)).toEqual({ leaves: [], proof });
        }
        const { commitment } = new NamespacedTree(otherLeaves);
        if (Buffer.compare(commitment, tree.commitment) !== 0) expect(holds(commitment, namespace, found)).toBe(false);
        for (const data of rearranged([...found, new Uint8Array(36)])) {
          const isSame =
            data.length === found.length && data.every((item, i) => Buffer.compare(item, found[i] as Uint8Array) === 0);
          expect(holds(tree.commitment, namespace, data)).toBe(isSame);
        }
      }),
      { seed: 8, numRuns: 200 },
    );
  });

  test("absence outside the tree's range shows the root, absence in a gap the nodes on both sides of it", () => {
    const tree = treeOf(3, 3, 5, 7, 9);
    const below = tree.proveNamespace(namespaceOf(2));
    expect(below).toEqual({ leaves: [], proof: { left: [], right: [tree.root], opened: [false] } });
    const above = tree.proveNamespace(namespaceOf(10));
    expect(above).toEqual({ leaves: [], proof: { left: [tree.root], right: [], opened: [false] } });
    // The root holds (3 3 5 7) and 9.
    const within = tree.proveNamespace(namespaceOf(8));
    expect(within.proof.opened).toEqual([true, false, false]);
    for (const [slice, number] of [
      [below, 2],
      [above, 10],
      [within, 8],
    ] as const) {
      expect(verifyNamespace(tree.commitment, namespaceOf(number), [], slice.proof).ok).toBe(true);
    }
  });

  test("the root that shows absence stands alone, and on its side", () => {
    const tree = treeOf(3, 5);
    const { root } = tree;
    const check = (number: number, left: readonly Uint8Array[], right: readonly Uint8Array[]) =>
      verifyNamespace(tree.commitment, namespaceOf(number), [], { left, right, opened: [false] });
    expectRefused(check(6, [root, root], []), "wrong-count");
    expectRefused(check(6, [root], [root]), "wrong-count");
    expectRefused(check(6, [], [root]), "bad-order");
    expectRefused(check(2, [], [root, root]), "wrong-count");
    expectRefused(check(2, [root], []), "bad-order");
  });

  test("in a tree of nothing every namespace is absent", () => {
    const tree = new NamespacedTree([]);
    const { leaves, proof } = tree.proveNamespace(namespaceOf(1));
    expect(leaves).toEqual([]);
    expect(verifyNamespace(tree.commitment, namespaceOf(1), [], proof).ok).toBe(true);
    expect(verifyNamespace(tree.commitment, namespaceOf(1), [new Uint8Array(36)], proof).ok).toBe(false);
  });

  test("is never about parity or the lowest namespace", () => {
    const tree = treeOf(1, 2);
    const { proof } = tree.proveNamespace(namespaceOf(3));
    for (const namespace of [parityNamespace, new Uint8Array(29), new Uint8Array(28).fill(1), new Uint8Array(0)]) {
      expectRefused(verifyNamespace(tree.commitment, namespace, [], proof), "bad-namespace");
    }
  });

  test("any changed byte, cut or addition is refused", () => {
    const cases = [
      { tree: treeOf(1, 2, 3, 3, 3, 4, 5), number: 3 },
      { tree: treeOf(1, 2, 4, 4, 5), number: 3 },
      { tree: treeOf(1, 2), number: 9 },
      { tree: treeOf(3), number: 3 },
      { tree: treeOf(3, 3, 3), number: 3 },
    ];
    for (const { tree, number } of cases) {
      const namespace = namespaceOf(number);
      const { leaves, proof } = tree.proveNamespace(namespace);
      expectNoneAccepted(namespaceProofCodec.encode(proof), "bits", (bytes) => {
        const decoded = namespaceProofCodec.decode(bytes);
        return decoded.ok && verifyNamespace(tree.commitment, namespace, leaves, decoded.value).ok;
      });
    }
  });

  test("any rearrangement of its nodes is refused, and any node on the other side", () => {
    const tree = treeOf(1, 2, 2, 3, 3, 5, 6, 7, 8, 9, 9);
    for (const number of [3, 4]) {
      const namespace = namespaceOf(number);
      const { leaves, proof } = tree.proveNamespace(namespace);
      const holds = (changed: Partial<NamespaceProof>) =>
        verifyNamespace(tree.commitment, namespace, leaves, { ...proof, ...changed }).ok;
      expect(holds({})).toBe(true);
      for (const left of rearranged(proof.left)) expect(holds({ left })).toBe(false);
      for (const right of rearranged(proof.right)) expect(holds({ right })).toBe(false);
      for (const opened of rearranged(proof.opened)) {
        if (opened.join() !== proof.opened.join()) expect(holds({ opened })).toBe(false);
      }
      expect(holds({ left: [...proof.left, ...proof.right], right: [] })).toBe(false);
      expect(holds({ left: [], right: [...proof.left, ...proof.right] })).toBe(false);
      expect(holds({ left: proof.right, right: proof.left })).toBe(false);
    }
  });
});

// The tree of the forgeries: ((1 2) (3 3)) ((3 4) 5).
describe("forging completeness", () => {
  const tree = treeOf(1, 2, 3, 3, 3, 4, 5);
  const leaves = leavesOf(1, 2, 3, 3, 3, 4, 5);
  const three = namespaceOf(3);
  const threes = leaves.slice(2, 5).map((leaf) => leaf.data);
  const ranged = (from: number, to: number) => new NamespacedTree(leaves.slice(from, to)).root;
  const honest: NamespaceProof = {
    left: [ranged(0, 2)],
    right: [ranged(5, 6), ranged(6, 7)],
    opened: [true, true, false, true, false, false, true, true, false, false, false],
  };
  const check = (data: readonly Uint8Array[], changed: Partial<NamespaceProof>) =>
    verifyNamespace(tree.commitment, three, data, { ...honest, ...changed });

  test("the honest proof is the one written here", () => {
    expect(tree.proveNamespace(three)).toEqual({ leaves: threes, proof: honest });
    expect(check(threes, {}).ok).toBe(true);
  });

  test("a leaf of the namespace left out, and its hash given as a closed node", () => {
    const left = [...honest.left, ranged(2, 3)];
    expectRefused(check(threes.slice(1), { left }), "bad-order");
    const right = [ranged(4, 5), ...honest.right];
    expectRefused(check(threes.slice(0, 2), { right }), "bad-order");
    expectRefused(check(threes.slice(1), {}), "not-minimal");
  });

  test("a whole subtree of the namespace left closed", () => {
    const opened = [true, true, false, false, true, true, false, false, false];
    expectRefused(check(threes.slice(2), { left: [ranged(0, 2), ranged(2, 4)], opened }), "bad-order");
    expectRefused(
      check([], { left: [ranged(0, 4)], right: [ranged(4, 7)], opened: [true, false, false] }),
      "bad-order",
    );
  });

  test("the same under a range that lies, since ranges are hashed into the parent and the commitment", () => {
    const pair = treeOf(3, 3);
    const lie = withRange(new NamespacedTree([leafOf(3, 1)]).root, namespaceOf(4), namespaceOf(4));
    const proof = { left: [], right: [lie], opened: [true, false, false] };
    expectRefused(verifyNamespace(pair.commitment, three, [leafOf(3, 0).data], proof), "wrong-root");
    const root = withRange(tree.root, namespaceOf(4), namespaceOf(5));
    expectRefused(check([], { left: [], right: [root], opened: [false] }), "wrong-root");
  });

  test("a leaf added, doubled or exchanged", () => {
    const added = [...threes, new Uint8Array(36)];
    expectRefused(check(added, {}), "wrong-count");
    expectRefused(check([new Uint8Array(36), ...threes], { left: [] }), "wrong-root");
    expectRefused(check([threes[1], threes[0], threes[2]] as Uint8Array[], {}), "wrong-root");
  });

  test("more opened than the statement needs: it would be a second proof", () => {
    const opened = [true, true, true, false, false, true, false, false, true, true, false, false, false];
    expectRefused(check(threes, { left: [ranged(0, 1), ranged(1, 2)], opened }), "not-minimal");
    const absent = treeOf(1, 2);
    const both = {
      left: [nodeOf(1), new NamespacedTree([leafOf(2, 1)]).root],
      right: [],
      opened: [true, false, false],
    };
    expectRefused(verifyNamespace(absent.commitment, three, [], both), "not-minimal");
  });

  test("nodes too few, too many, out of order, or not nodes at all", () => {
    expectRefused(check(threes, { right: honest.right.slice(1) }), "wrong-count");
    expectRefused(check(threes, { right: [...honest.right, ranged(6, 7)] }), "wrong-count");
    expectRefused(check(threes, { opened: [...honest.opened, false] }), "wrong-count");
    expectRefused(check(threes, { opened: honest.opened.slice(0, -1) }), "wrong-count");
    expectRefused(check(threes, { opened: [] }), "wrong-count");
    expectRefused(check(threes, { right: [ranged(6, 7), ranged(5, 6)] }), "bad-order");
    expectRefused(check(threes, { left: [withRange(ranged(0, 2), namespaceOf(2), namespaceOf(1))] }), "bad-node");
    expectRefused(check(threes, { left: [ranged(0, 2).slice(1)] }), "bad-node");
  });

  test("a tree deeper than any is refused before it is walked", () => {
    const opened = new Array(100_000).fill(true);
    expectRefused(check(threes, { left: [], opened }), "over-limit");
  });
});

describe("forging absence of a namespace that is present", () => {
  test("by every cut of the tree that leaves it closed", () => {
    const leaves = leavesOf(1, 2, 2, 4, 4, 6, 7);
    const tree = new NamespacedTree(leaves);
    for (const number of [1, 2, 4, 6, 7]) {
      for (const { nodes, opened } of cuts(leaves)) {
        for (let split = 0; split <= nodes.length; split++) {
          const proof = { left: nodes.slice(0, split), right: nodes.slice(split), opened };
          expect(verifyNamespace(tree.commitment, namespaceOf(number), [], proof).ok).toBe(false);
        }
      }
    }
  });

  test("the same cuts prove each absent namespace in exactly one way", () => {
    const leaves = leavesOf(1, 2, 2, 4, 4, 6, 7);
    const tree = new NamespacedTree(leaves);
    for (const number of [0, 3, 5, 8]) {
      const accepted = cuts(leaves).flatMap(({ nodes, opened }) =>
        [...nodes.keys(), nodes.length].filter((split) => {
          const proof = { left: nodes.slice(0, split), right: nodes.slice(split), opened };
          return verifyNamespace(tree.commitment, namespaceOf(number), [], proof).ok;
        }),
      );
      expect(accepted.length).toBe(1);
    }
  });
});

interface Cut {
  readonly nodes: readonly Uint8Array[];
  readonly opened: readonly boolean[];
}

/** Every way to open the top of a tree down to closed nodes. */
function cuts(leaves: readonly { namespace: Uint8Array; data: Uint8Array }[]): Cut[] {
  const closed: Cut = { nodes: [new Uint8Array(naiveNamespacedRoot(leaves))], opened: [false] };
  if (leaves.length === 1) return [closed];
  let half = 1;
  while (half * 2 < leaves.length) half *= 2;
  const lefts = cuts(leaves.slice(0, half));
  const rights = cuts(leaves.slice(half));
  return [
    closed,
    ...lefts.flatMap((left) =>
      rights.map((right) => ({
        nodes: [...left.nodes, ...right.nodes],
        opened: [true, ...left.opened, ...right.opened],
      })),
    ),
  ];
}

describe("leaf and inner node", () => {
  test("the children of an inner node do not pass for the data of a leaf", () => {
    const tree = treeOf(3, 3);
    const data = Uint8Array.from([...nodeOf(3), ...new NamespacedTree([leafOf(3, 1)]).root]).subarray(29);
    const proof = { left: [], right: [], opened: [false] };
    expectRefused(verifyNamespace(tree.commitment, namespaceOf(3), [data], proof), "wrong-root");
  });

  test("data that looks like two nodes does not pass for an inner node", () => {
    const children = Uint8Array.from([...nodeOf(2), ...new NamespacedTree([leafOf(2, 1)]).root]);
    const leaf = { namespace: children.slice(0, 29), data: children.slice(29) };
    const { commitment } = new NamespacedTree([leaf]);
    const inner = { left: [], right: [], opened: [true, false, false] };
    const data = [leafOf(2, 0).data, leafOf(2, 1).data];
    expectRefused(verifyNamespace(commitment, namespaceOf(2), data, inner), "wrong-root");
  });

  test("a commitment is the hash of the root, not the root's own hash", () => {
    const tree = treeOf(3);
    const { leaves, proof } = tree.proveNamespace(namespaceOf(3));
    expectRefused(verifyNamespace(tree.root.slice(58), namespaceOf(3), leaves, proof), "wrong-root");
    expect(verifyNamespace(sha256(tree.root), namespaceOf(3), leaves, proof).ok).toBe(true);
  });
});
