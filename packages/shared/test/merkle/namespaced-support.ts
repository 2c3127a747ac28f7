import fc from "fast-check";
import { type NamespacedLeaf, NamespacedTree, parityNamespace } from "../../src/merkle/index.ts";

/** Namespaces that sort like their numbers. */
export function namespaceOf(number: number): Uint8Array {
  const namespace = new Uint8Array(29);
  namespace[0] = 1;
  namespace[28] = number;
  return namespace;
}

export function leafOf(number: number, data: number): NamespacedLeaf {
  return { namespace: namespaceOf(number), data: new Uint8Array(36).fill(data) };
}

/** One leaf for each number, which is its namespace; data differs by place. */
export function leavesOf(...numbers: readonly number[]): NamespacedLeaf[] {
  return numbers.map(leafOf);
}

export function treeOf(...numbers: readonly number[]): NamespacedTree {
  return new NamespacedTree(leavesOf(...numbers));
}

export function parityLeaf(data: number): NamespacedLeaf {
  return { namespace: parityNamespace, data: new Uint8Array(36).fill(data) };
}

/** Sorted leaves of few namespaces, so that some have many and some none; sometimes parity follows them. */
export const anyLeaves = fc
  .tuple(fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 40 }), fc.constantFrom(0, 0, 1, 3, 40))
  .map(([numbers, parity]) => [
    ...leavesOf(...numbers.sort((a, b) => a - b)),
    ...Array.from({ length: Math.min(parity, numbers.length) }, (_, i) => parityLeaf(i)),
  ]);

export const anyNamespace = fc.integer({ min: 0, max: 13 }).map(namespaceOf);

export function dataOf(leaves: readonly NamespacedLeaf[], namespace: Uint8Array): Uint8Array[] {
  return leaves.filter((leaf) => Buffer.compare(leaf.namespace, namespace) === 0).map((leaf) => leaf.data);
}
