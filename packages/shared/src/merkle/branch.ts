// Branches of binary trees of 64-byte blocks, as SSZ has them: the sibling of a leaf, the sibling of its
// parent, and so on up to the root. Depth and index are part of what is asked, never of the answer, so a
// branch has exactly one right length and every bit of it is bound by the root.
//
// An SSZ container is such a tree over the roots of its fields: `verifyBranch` at the field's place proves
// one field of a header without the others.

import { assert } from "../assert.ts";
import { equalBytes } from "../bytes.ts";
import { hashPairs } from "../hashing.ts";
import { limits } from "../limits.ts";
import { isCount, type Root } from "../numbers.ts";
import { failure } from "../result.ts";
import { branded, byteVector, list, scratchBytes, type Type, zeroHash } from "../ssz/index.ts";
import { type Verdict, verified } from "./failure.ts";

export const rootsType: Type<readonly Root[]> = list(branded<Root>(byteVector(32)), limits.branchNodesMax);

/** Writes the leaves from `start` to below `end` to `flat`, one after the other. */
export function flattenInto(leaves: readonly Uint8Array[], start: number, end: number, flat: Uint8Array): void {
  for (let i = start; i < end; i++) {
    const leaf = leaves[i] as Uint8Array;
    assert(leaf.length === 32, "a leaf has 32 bytes");
    flat.set(leaf, 32 * (i - start));
  }
}

/** Puts the level above the first `width` nodes of `scratch` in their place; they lie `level` above the leaves. */
export function raise(scratch: Uint8Array, width: number, level: number): number {
  const even = padToPairs(scratch, width, level);
  hashPairs(scratch.subarray(0, 32 * even), scratch.subarray(0, 16 * even));
  return even / 2;
}

function padToPairs(scratch: Uint8Array, width: number, level: number): number {
  if (width % 2 === 0) return width;
  scratch.set(zeroHash(level), 32 * width);
  return width + 1;
}

/** The branch of leaf `index` in a tree of `depth` levels, zero leaves after the given ones. */
export function proveBranch(leaves: readonly Uint8Array[], depth: number, index: number): readonly Root[] {
  assert(isCount(index) && index < leaves.length, `leaf ${index} is one of ${leaves.length}`);
  assert(depth <= limits.branchNodesMax && leaves.length <= 2 ** depth, `${leaves.length} leaves fit depth ${depth}`);
  const scratch = new Uint8Array(scratchBytes(leaves.length));
  flattenInto(leaves, 0, leaves.length, scratch);
  const branch: Root[] = [];
  let width = leaves.length;
  let place = index;
  for (let level = 0; level < depth; level++) {
    width = padToPairs(scratch, width, level);
    const sibling = place % 2 === 0 ? place + 1 : place - 1;
    branch.push(scratch.slice(32 * sibling, 32 * sibling + 32) as Root);
    width = raise(scratch, width, level);
    place = Math.floor(place / 2);
  }
  return branch;
}

/** That `leaf` has place `index` in the tree of `depth` levels under `root`. */
export function verifyBranch(
  root: Uint8Array,
  depth: number,
  index: number,
  leaf: Uint8Array,
  branch: readonly Uint8Array[],
): Verdict {
  const wrong = checkBranch(depth, index, leaf, branch);
  if (!wrong.ok) return wrong;
  if (!equalBytes(foldBranch(index, leaf, branch), root)) {
    return failure("wrong-root", "branch", "the branch leads to another root");
  }
  return verified;
}

/** Everything about a branch that can be said without hashing. */
export function checkBranch(depth: number, index: number, leaf: Uint8Array, branch: readonly Uint8Array[]): Verdict {
  if (!isCount(index) || index >= 2 ** depth) {
    return failure("out-of-range", "index", `no leaf ${index} at depth ${depth}`);
  }
  if (branch.length !== depth) {
    return failure("wrong-count", "branch", `${branch.length} nodes where ${depth} are needed`);
  }
  if (leaf.length !== 32) return failure("bad-node", "leaf", `a leaf has 32 bytes, not ${leaf.length}`);
  return checkNodes(branch, 32, "branch");
}

export function checkNodes(nodes: readonly Uint8Array[], bytes: number, path: string): Verdict {
  const at = nodes.findIndex((node) => node.length !== bytes);
  if (at < 0) return verified;
  return failure("bad-node", `${path}[${at}]`, `a node has ${bytes} bytes, not ${nodes[at]?.length}`);
}

/** The root to which a checked branch leads. */
export function foldBranch(index: number, leaf: Uint8Array, branch: readonly Uint8Array[]): Uint8Array {
  const block = new Uint8Array(64);
  const node = Uint8Array.from(leaf);
  let place = index;
  for (const sibling of branch) {
    const isRight = place % 2 === 1;
    block.set(sibling, isRight ? 0 : 32);
    block.set(node, isRight ? 32 : 0);
    hashPairs(block, node);
    place = Math.floor(place / 2);
  }
  return node;
}
