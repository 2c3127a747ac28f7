// A namespaced Merkle tree (rules: namespaced-node.ts) over leaves sorted by namespace, and the making of
// proofs. Its shape is that of RFC 6962, the largest power of two below n on the left. Built level by level
// that is: pair neighbours, and let a last one without neighbour rise as it is.
// The nodes of a level lie in one buffer, one after the other.

import { assert } from "../assert.ts";
import { compareBytes } from "../bytes.ts";
import { sha256 } from "../hashing.ts";
import { limits } from "../limits.ts";
import type { Root } from "../numbers.ts";
import {
  emptyNode,
  innerMessage,
  isProvable,
  type NamespacedLeaf,
  namespaceBytes,
  nodeBytes,
  sideOf,
  writeInnerNode,
  writeLeafNode,
} from "./namespaced-node.ts";
import type { NamespacedLeafProof, NamespacedStep, NamespaceProof } from "./namespaced-proof.ts";

/** All leaves of one namespace, in order, and the proof that there are no others. */
export interface NamespaceSlice {
  readonly leaves: readonly Uint8Array[];
  readonly proof: NamespaceProof;
}

export class NamespacedTree {
  readonly #leaves: readonly NamespacedLeaf[];
  /** From the leaves up to the root. */
  readonly #levels: readonly Uint8Array[];

  constructor(leaves: readonly NamespacedLeaf[]) {
    assertSorted(leaves);
    this.#leaves = leaves;
    this.#levels = buildLevels(leaves);
  }

  /** min ‖ max ‖ hash of the whole tree. */
  get root(): Uint8Array {
    return this.#leaves.length === 0 ? emptyNode() : this.#node(this.#levels.length - 1, 0);
  }

  /** O5: what a header carries is the hash of the root. */
  get commitment(): Root {
    return sha256(this.root) as Root;
  }

  /** The leaves of `namespace`, possibly none, with the proof that these are all. */
  proveNamespace(namespace: Uint8Array): NamespaceSlice {
    assert(isProvable(namespace), "the namespace is neither the lowest nor parity");
    const slice = { leaves: [], left: [], right: [], opened: [] };
    if (this.#leaves.length === 0) settle(slice, this.root, 1);
    else this.#open(slice, namespace, this.#levels.length - 1, 0);
    const { leaves, ...proof } = slice;
    return { leaves, proof };
  }

  /** That the tree has leaf `index`; whoever verifies learns that it is there, not where. */
  proveLeaf(index: number): NamespacedLeafProof {
    assert(Number.isInteger(index) && index >= 0 && index < this.#leaves.length, `there is a leaf ${index}`);
    const steps: NamespacedStep[] = [];
    let place = index;
    for (let level = 0; level < this.#levels.length - 1; level++) {
      const isLeft = place % 2 === 1;
      const sibling = isLeft ? place - 1 : place + 1;
      if (sibling < this.#count(level)) steps.push({ isLeft, node: this.#node(level, sibling) });
      place = Math.floor(place / 2);
    }
    return { steps };
  }

  #count(level: number): number {
    return (this.#levels[level] as Uint8Array).length / nodeBytes;
  }

  #node(level: number, index: number): Uint8Array {
    return (this.#levels[level] as Uint8Array).slice(index * nodeBytes, (index + 1) * nodeBytes);
  }

  #open(slice: OpenSlice, namespace: Uint8Array, level: number, index: number): void {
    const side = sideOf(this.#levels[level] as Uint8Array, index * nodeBytes, namespace);
    if (side !== 0) {
      settle(slice, this.#node(level, index), side);
    } else if (level === 0) {
      slice.opened.push(false);
      slice.leaves.push((this.#leaves[index] as NamespacedLeaf).data);
    } else {
      // One without neighbour rose as it is: that is no node of its own.
      const isPair = 2 * index + 1 < this.#count(level - 1);
      if (isPair) slice.opened.push(true);
      this.#open(slice, namespace, level - 1, 2 * index);
      if (isPair) this.#open(slice, namespace, level - 1, 2 * index + 1);
    }
  }
}

interface OpenSlice {
  readonly leaves: Uint8Array[];
  readonly left: Uint8Array[];
  readonly right: Uint8Array[];
  readonly opened: boolean[];
}

/** A node that the namespace lies beyond (1: above its range, -1: below) stays closed. */
function settle(slice: OpenSlice, node: Uint8Array, side: -1 | 1): void {
  slice.opened.push(false);
  (side === 1 ? slice.left : slice.right).push(node);
}

function assertSorted(leaves: readonly NamespacedLeaf[]): void {
  assert(leaves.length <= limits.namespacedLeavesMax, `${leaves.length} leaves, ${limits.namespacedLeavesMax} allowed`);
  let before: Uint8Array | undefined;
  for (const { namespace } of leaves) {
    assert(namespace.length === namespaceBytes, "a namespace has 29 bytes");
    assert(before === undefined || compareBytes(before, namespace) <= 0, "leaves are sorted by namespace");
    before = namespace;
  }
}

function buildLevels(leaves: readonly NamespacedLeaf[]): Uint8Array[] {
  let level = new Uint8Array(leaves.length * nodeBytes);
  for (let i = 0; i < leaves.length; i++) writeLeafNode(leaves[i] as NamespacedLeaf, level, i * nodeBytes);
  const levels = [level];
  while (level.length > nodeBytes) {
    level = levelAbove(level);
    levels.push(level);
  }
  return levels;
}

function levelAbove(level: Uint8Array): Uint8Array<ArrayBuffer> {
  const count = level.length / nodeBytes;
  const pairs = count >> 1;
  const above = new Uint8Array((count - pairs) * nodeBytes);
  const message = innerMessage();
  for (let i = 0; i < pairs; i++) {
    message.set(level.subarray(2 * i * nodeBytes, (2 * i + 2) * nodeBytes), 1);
    writeInnerNode(message, above, i * nodeBytes);
  }
  if (count % 2 === 1) above.set(level.subarray(2 * pairs * nodeBytes), pairs * nodeBytes);
  return above;
}
