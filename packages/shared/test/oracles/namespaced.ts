// Celestia's namespaced Merkle tree, straight from its specification: a node's range is the least and the
// greatest namespace of the leaves below it, parity left out where there is any other. And the top of the tree
// that shows all leaves of a namespace, found by looking at the leaves.

import { createHash } from "node:crypto";

export interface NaiveLeaf {
  readonly namespace: Uint8Array;
  readonly data: Uint8Array;
}

const sha256 = (...parts: readonly Uint8Array[]) =>
  new Uint8Array(createHash("sha256").update(Buffer.concat(parts)).digest());

const parity = "ff".repeat(29);
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex, "hex"));

function split(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

function rangeOf(leaves: readonly NaiveLeaf[]): { min: string; max: string } {
  const names = leaves.map((leaf) => hexOf(leaf.namespace)).sort();
  const counted = names.filter((name) => name !== parity);
  return { min: names[0] as string, max: counted.at(-1) ?? parity };
}

export function naiveNamespacedRoot(leaves: readonly NaiveLeaf[]): Uint8Array {
  if (leaves.length === 0) return Buffer.concat([new Uint8Array(58), sha256()]);
  const { min, max } = rangeOf(leaves);
  const node = (hash: Uint8Array) => new Uint8Array(Buffer.concat([bytesOf(min), bytesOf(max), hash]));
  if (leaves.length === 1) {
    const { namespace, data } = leaves[0] as NaiveLeaf;
    return node(sha256(Uint8Array.of(0), namespace, data));
  }
  const k = split(leaves.length);
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)];
  return node(sha256(Uint8Array.of(1), naiveNamespacedRoot(left), naiveNamespacedRoot(right)));
}

export interface NaiveProof {
  readonly left: Uint8Array[];
  readonly right: Uint8Array[];
  readonly opened: boolean[];
}

/** Closed where all leaves are on one side of the namespace, a leaf where one is left, opened elsewhere. */
export function naiveNamespaceProof(leaves: readonly NaiveLeaf[], namespace: Uint8Array): NaiveProof {
  const wanted = hexOf(namespace);
  const { min, max } = leaves.length === 0 ? { min: "", max: "" } : rangeOf(leaves);
  if (max < wanted) return { left: [naiveNamespacedRoot(leaves)], right: [], opened: [false] };
  if (min > wanted) return { left: [], right: [naiveNamespacedRoot(leaves)], opened: [false] };
  if (leaves.length === 1) return { left: [], right: [], opened: [false] };
  const k = split(leaves.length);
  const one = naiveNamespaceProof(leaves.slice(0, k), namespace);
  const other = naiveNamespaceProof(leaves.slice(k), namespace);
  return {
    left: [...one.left, ...other.left],
    right: [...one.right, ...other.right],
    opened: [true, ...one.opened, ...other.opened],
  };
}
