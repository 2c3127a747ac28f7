import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type NamespacedLeaf,
  type NamespacedLeafProof,
  NamespacedTree,
  namespacedLeafProofCodec,
  parityNamespace,
  verifyNamespacedLeaf,
} from "../../src/merkle/index.ts";
import { anyLeaves, leafOf, leavesOf, namespaceOf, parityLeaf, treeOf } from "./namespaced-support.ts";
import { expectRefused } from "./support.ts";
import { expectNoneAccepted, rearranged } from "./tampering.ts";

describe("a proof that a leaf is in the tree", () => {
  test("holds for every leaf of every tree", () => {
    fc.assert(
      fc.property(anyLeaves, (leaves) => {
        const tree = new NamespacedTree(leaves);
        for (const [index, leaf] of leaves.entries()) {
          const proof = tree.proveLeaf(index);
          expect(verifyNamespacedLeaf(tree.commitment, leaf, proof)).toEqual({ ok: true, value: undefined });
          expect(namespacedLeafProofCodec.decode(namespacedLeafProofCodec.encode(proof))).toEqual({
            ok: true,
            value: proof,
          });
        }
      }),
      { seed: 9, numRuns: 100 },
    );
  });

  test("holds for no other leaf of it, nor for the leaf in another namespace or tree", () => {
    const numbers = [1, 2, 2, 3, 5, 5, 5, 8, 9];
    const tree = treeOf(...numbers);
    const other = treeOf(...numbers, 9);
    for (const [index, leaf] of leavesOf(...numbers).entries()) {
      const proof = tree.proveLeaf(index);
      for (const [place, another] of leavesOf(...numbers).entries()) {
        expect(verifyNamespacedLeaf(tree.commitment, another, proof).ok).toBe(place === index);
      }
      const moved = { namespace: namespaceOf(4), data: leaf.data };
      expect(verifyNamespacedLeaf(tree.commitment, moved, proof).ok).toBe(false);
      expectRefused(verifyNamespacedLeaf(other.commitment, leaf, proof), "wrong-root");
    }
  });

  test("says what is wrong with it", () => {
    const tree = treeOf(1, 2, 3, 4, 5);
    const proof = tree.proveLeaf(2);
    const [first, ...rest] = proof.steps;
    const step = first as NonNullable<typeof first>;
    const check = (changed: readonly (typeof step)[], leaf: NamespacedLeaf = leafOf(3, 2)) =>
      verifyNamespacedLeaf(tree.commitment, leaf, { steps: changed });
    expect(check(proof.steps).ok).toBe(true);
    expectRefused(check(proof.steps, { ...leafOf(3, 2), namespace: new Uint8Array(28) }), "bad-namespace");
    expectRefused(check(rest), "wrong-root");
    expectRefused(check([{ ...step, isLeft: true }, ...rest]), "bad-order");
    expectRefused(check([{ ...step, node: step.node.slice(1) }, ...rest]), "bad-node");
    const reversed = Uint8Array.from([...namespaceOf(9), ...namespaceOf(4), ...step.node.subarray(58)]);
    expectRefused(check([{ ...step, node: reversed }, ...rest]), "bad-node");
    expectRefused(check(new Array(19).fill(step)), "over-limit");
  });

  test("any changed byte, cut, addition or rearrangement is refused", () => {
    const numbers = [1, 2, 2, 3, 5];
    const tree = treeOf(...numbers);
    for (const [index, leaf] of leavesOf(...numbers).entries()) {
      const proof = tree.proveLeaf(index);
      const holds = (changed: NamespacedLeafProof) => verifyNamespacedLeaf(tree.commitment, leaf, changed).ok;
      expectNoneAccepted(namespacedLeafProofCodec.encode(proof), "bits", (bytes) => {
        const decoded = namespacedLeafProofCodec.decode(bytes);
        return decoded.ok && holds(decoded.value);
      });
      for (const steps of rearranged(proof.steps)) expect(holds({ steps })).toBe(false);
    }
  });

  test("a node is no leaf, and a leaf whose data looks like two nodes is no node", () => {
    const pair = leavesOf(3, 3);
    const [one, other] = pair.map((leaf) => new NamespacedTree([leaf]).root) as [Uint8Array, Uint8Array];
    const message = Uint8Array.from([...one, ...other]);
    const posing = { namespace: message.slice(0, 29), data: message.slice(29) };
    expectRefused(verifyNamespacedLeaf(new NamespacedTree(pair).commitment, posing, { steps: [] }), "wrong-root");
    const below: NamespacedLeafProof = { steps: [{ isLeft: false, node: other }] };
    expectRefused(verifyNamespacedLeaf(new NamespacedTree([posing]).commitment, leafOf(3, 0), below), "wrong-root");
  });

  test("parity leaves are leaves too", () => {
    const leaves = [...leavesOf(1, 2, 3), parityLeaf(0), parityLeaf(1)];
    const tree = new NamespacedTree(leaves);
    expect(verifyNamespacedLeaf(tree.commitment, parityLeaf(1), tree.proveLeaf(4)).ok).toBe(true);
    const claimed = { namespace: parityNamespace, data: leafOf(3, 2).data };
    expect(verifyNamespacedLeaf(tree.commitment, claimed, tree.proveLeaf(2)).ok).toBe(false);
  });
});
