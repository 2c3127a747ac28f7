// Proofs under the commitment of a namespaced tree (O5; rules of its nodes: namespaced-node.ts). There are
// two statements, and each has exactly one proof.
//
// 1. "These are all leaves of this namespace, in order", possibly none: completeness and absence are one
//    statement. The proof is the top of the tree, opened exactly where the namespace can be:
//    - a node whose range excludes the namespace stays closed and is given as its 90 bytes;
//    - an inner node whose range includes the namespace is opened, and so is never left out;
//    - a leaf of the namespace is hashed from its data.
//    `opened` says in preorder which nodes are opened inner nodes. Closed nodes before the leaves are `left`,
//    those after them `right`. If the namespace lies outside the whole tree's range, the root itself is the
//    one closed node; if it lies in a gap, some opened node has it between its children.
// 2. "This leaf is in the tree": the siblings on its way up, each with its side.
//
// What Celestia's nmt does otherwise: its proofs carry the positions of the leaves, and for absence the node of
// the successor leaf. A root that does not fix the number of leaves fixes neither positions nor whether a node
// is a leaf (H(N, leaf) is a tree of 2, 3, 5 or 9 leaves), so those proofs have several accepted forms. Sides
// are bound by the hashes, and the closed neighbours of the gap say already what the successor would. The
// place of a blob stands in its leaf.
//
// As in Celestia, completeness rests on honest ranges inside of closed nodes: a root is believed because a
// quorum computed it (O6).

import { equalBytes } from "../bytes.ts";
import { sha256 } from "../hashing.ts";
import { limits } from "../limits.ts";
import { failure } from "../result.ts";
import { bitList, boolean, byteVector, codec, container, depthOf, list, type Type } from "../ssz/index.ts";
import { type Verdict, verified } from "./failure.ts";
import {
  areSiblingsOrdered,
  innerMessage,
  isProvable,
  isRangeOrdered,
  type NamespacedLeaf,
  namespaceBytes,
  nodeBytes,
  sideOf,
  writeInnerNode,
  writeLeafNode,
} from "./namespaced-node.ts";

export interface NamespaceProof {
  /** Closed nodes before the namespace, in order. */
  readonly left: readonly Uint8Array[];
  /** Closed nodes after it. */
  readonly right: readonly Uint8Array[];
  /** In preorder, for each node: is it an opened inner node? */
  readonly opened: readonly boolean[];
}

export interface NamespacedStep {
  /** The sibling stands on the left. */
  readonly isLeft: boolean;
  readonly node: Uint8Array;
}

export interface NamespacedLeafProof {
  /** From the leaf up. */
  readonly steps: readonly NamespacedStep[];
}

/** Levels below the root of the largest tree. */
const depthMax = depthOf(limits.namespacedLeavesMax);
/** A binary tree with n ends has 2n - 1 nodes; every level has at most one closed node on each side. */
const openedMax = 2 * (limits.namespacedLeavesMax + 2 * depthMax) - 1;

const nodeType = byteVector(nodeBytes);
const sideType: Type<readonly Uint8Array[]> = list(nodeType, depthMax);

export const namespaceProofType: Type<NamespaceProof> = container({
  left: sideType,
  right: sideType,
  opened: bitList(openedMax),
});
export const namespaceProofCodec = codec("namespace-proof", namespaceProofType);

export const namespacedLeafProofType: Type<NamespacedLeafProof> = container({
  steps: list(container({ isLeft: boolean, node: nodeType }), depthMax),
});
export const namespacedLeafProofCodec = codec("namespaced-leaf-proof", namespacedLeafProofType);

/** That `leaves` are the data of all leaves of `namespace`, in order, in the tree under `commitment`. */
export function verifyNamespace(
  commitment: Uint8Array,
  namespace: Uint8Array,
  leaves: readonly Uint8Array[],
  proof: NamespaceProof,
): Verdict {
  if (!isProvable(namespace)) {
    return failure("bad-namespace", "namespace", "the lowest namespace and parity are not proven about");
  }
  const root = new Uint8Array(nodeBytes);
  const walk = new Walk(namespace, leaves, proof);
  const wrong = walk.rebuild(depthMax, root, 0);
  if (!wrong.ok) return wrong;
  if (!walk.isDone) return failure("wrong-count", "", "nodes or leaves are left over");
  return checkRoot(root, commitment);
}

function checkRoot(root: Uint8Array, commitment: Uint8Array): Verdict {
  if (equalBytes(sha256(root), commitment)) return verified;
  return failure("wrong-root", "", "the proof leads to another root");
}

/** Rebuilds the opened top of a tree in preorder, taking from each list in turn. */
class Walk {
  readonly #namespace: Uint8Array;
  readonly #leaves: readonly Uint8Array[];
  readonly #proof: NamespaceProof;
  /** For each depth, the message of the node that is being rebuilt there. */
  readonly #messages: Uint8Array[] = [];
  #visited = 0;
  #left = 0;
  #leaf = 0;
  #right = 0;

  constructor(namespace: Uint8Array, leaves: readonly Uint8Array[], proof: NamespaceProof) {
    this.#namespace = namespace;
    this.#leaves = leaves;
    this.#proof = proof;
  }

  get isDone(): boolean {
    const { left, right, opened } = this.#proof;
    const isEachTaken =
      this.#left === left.length && this.#right === right.length && this.#leaf === this.#leaves.length;
    return isEachTaken && this.#visited === opened.length;
  }

  /** Writes the next node of the preorder, and all below it, to `output`; `depth` levels may follow. */
  rebuild(depth: number, output: Uint8Array, offset: number): Verdict {
    // Beyond the end of `opened` nothing is; the count is found wrong when the walk is done.
    const isOpened = this.#proof.opened[this.#visited++] === true;
    if (!isOpened) return this.#take(output, offset);
    if (depth === 0) return failure("over-limit", "opened", `no tree is deeper than ${depthMax}`);
    const message = this.#messageAt(depth);
    const left = this.rebuild(depth - 1, message, 1);
    if (!left.ok) return left;
    const right = this.rebuild(depth - 1, message, 1 + nodeBytes);
    if (!right.ok) return right;
    if (!areSiblingsOrdered(message)) return failure("bad-order", "", "a node ends after its right neighbour begins");
    writeInnerNode(message, output, offset);
    const isNeeded = sideOf(output, offset, this.#namespace) === 0;
    return isNeeded ? verified : failure("not-minimal", "opened", "a node without the namespace is opened");
  }

  #messageAt(depth: number): Uint8Array {
    const kept = this.#messages[depth];
    if (kept !== undefined) return kept;
    const message = innerMessage();
    this.#messages[depth] = message;
    return message;
  }

  /** An end of the walk: closed nodes on the left come first, then the leaves, then closed nodes on the right. */
  #take(output: Uint8Array, offset: number): Verdict {
    const { left, right } = this.#proof;
    if (this.#left < left.length) return this.#close(left, this.#left++, 1, output, offset);
    if (this.#leaf < this.#leaves.length) {
      const data = this.#leaves[this.#leaf++] as Uint8Array;
      writeLeafNode({ namespace: this.#namespace, data }, output, offset);
      return verified;
    }
    if (this.#right < right.length) return this.#close(right, this.#right++, -1, output, offset);
    return failure("wrong-count", "", "the tree has more ends than nodes and leaves are given");
  }

  #close(nodes: readonly Uint8Array[], at: number, side: 1 | -1, output: Uint8Array, offset: number): Verdict {
    const node = nodes[at] as Uint8Array;
    const path = `${side === 1 ? "left" : "right"}[${at}]`;
    if (node.length !== nodeBytes) {
      return failure("bad-node", path, `a node has ${nodeBytes} bytes, not ${node.length}`);
    }
    if (!isRangeOrdered(node)) return failure("bad-node", path, "the range ends before it begins");
    if (sideOf(node, 0, this.#namespace) !== side) {
      return failure("bad-order", path, "the node is not beyond the namespace");
    }
    output.set(node, offset);
    return verified;
  }
}

/** That the tree under `commitment` has the leaf. */
export function verifyNamespacedLeaf(
  commitment: Uint8Array,
  leaf: NamespacedLeaf,
  proof: NamespacedLeafProof,
): Verdict {
  if (leaf.namespace.length !== namespaceBytes) {
    return failure("bad-namespace", "leaf", `a namespace has ${namespaceBytes} bytes, not ${leaf.namespace.length}`);
  }
  if (proof.steps.length > depthMax) return failure("over-limit", "steps", `no tree is deeper than ${depthMax}`);
  const message = innerMessage();
  const node = new Uint8Array(nodeBytes);
  writeLeafNode(leaf, node, 0);
  for (const [at, step] of proof.steps.entries()) {
    const wrong = climb(message, node, step, `steps[${at}]`);
    if (!wrong.ok) return wrong;
  }
  return checkRoot(node, commitment);
}

/** Replaces `node` by its parent. */
function climb(message: Uint8Array, node: Uint8Array, step: NamespacedStep, path: string): Verdict {
  const sibling = step.node;
  if (sibling.length !== nodeBytes) {
    return failure("bad-node", path, `a node has ${nodeBytes} bytes, not ${sibling.length}`);
  }
  if (!isRangeOrdered(sibling)) return failure("bad-node", path, "the range ends before it begins");
  message.set(sibling, step.isLeft ? 1 : 1 + nodeBytes);
  message.set(node, step.isLeft ? 1 + nodeBytes : 1);
  if (!areSiblingsOrdered(message)) return failure("bad-order", path, "a node ends after its right neighbour begins");
  writeInnerNode(message, node, 0);
  return verified;
}
