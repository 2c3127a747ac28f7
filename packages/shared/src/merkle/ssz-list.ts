// Proofs of items of an SSZ list of roots, like the blob roots of a block (O4).
//
// The root of a list is hash(root of its tree ‖ length). The tree's depth follows from the list's limit, and
// the length is in the proof: whoever verifies learns what stands at a place, and how many items there are.

import { assert } from "../assert.ts";
import { equalBytes } from "../bytes.ts";
import { isCount, type Root } from "../numbers.ts";
import { failure } from "../result.ts";
import { codec, container, depthOf, merkleizeInto, mixInto, scratchBytes, type Type, uint53 } from "../ssz/index.ts";
import { checkBranch, flattenInto, foldBranch, proveBranch, raise, rootsType } from "./branch.ts";
import { type Verdict, verified } from "./failure.ts";

export interface ListProof {
  /** Items of the whole list. */
  readonly length: number;
  /** From the item's sibling up; always as long as the tree of the list's limit is deep. */
  readonly branch: readonly Root[];
}

export const listProofType: Type<ListProof> = container({ length: uint53, branch: rootsType });
export const listProofCodec = codec("list-proof", listProofType);

/** Levels of a piece of a list: 1,024 leaves, 32 KiB, stay in the processor's cache while they are hashed. */
const pieceDepth = 10;
const piece = new Uint8Array(32 * 2 ** pieceDepth);

/** Root of an SSZ list of up to `limit` roots. */
export function listRoot(leaves: readonly Uint8Array[], limit: number): Root {
  assert(leaves.length <= limit, `${leaves.length} items where ${limit} are allowed`);
  const root = new Uint8Array(32);
  treeRootInto(leaves, depthOf(limit), root);
  mixInto(root, leaves.length, root, 0);
  return root as Root;
}

/** Piece by piece, then the tree over the pieces. Copying all leaves at once would cost a third of the time. */
function treeRootInto(leaves: readonly Uint8Array[], depth: number, root: Uint8Array): void {
  const low = Math.min(depth, pieceDepth);
  const size = 2 ** low;
  const pieces = Math.max(1, Math.ceil(leaves.length / size));
  const roots = new Uint8Array(scratchBytes(pieces));
  for (let i = 0; i < pieces; i++) {
    const end = Math.min(leaves.length, (i + 1) * size);
    flattenInto(leaves, i * size, end, piece);
    merkleizeInto(piece, end - i * size, low, roots, 32 * i);
  }
  for (let level = low, width = pieces; level < depth; level++) width = raise(roots, width, level);
  root.set(roots.subarray(0, 32));
}

export function proveListItem(leaves: readonly Uint8Array[], limit: number, index: number): ListProof {
  assert(leaves.length <= limit, `${leaves.length} items where ${limit} are allowed`);
  return { length: leaves.length, branch: proveBranch(leaves, depthOf(limit), index) };
}

/** That `leaf` is item `index` of the list of `proof.length` items, of at most `limit`, under `root`. */
export function verifyListItem(
  root: Uint8Array,
  limit: number,
  index: number,
  leaf: Uint8Array,
  proof: ListProof,
): Verdict {
  const { length, branch } = proof;
  if (!isCount(length) || length > limit) {
    return failure("over-limit", "length", `${length} items where ${limit} are allowed`);
  }
  // The zero leaves that pad the tree are no items.
  if (!isCount(index) || index >= length) return failure("out-of-range", "index", `no item ${index} of ${length}`);
  const wrong = checkBranch(depthOf(limit), index, leaf, branch);
  if (!wrong.ok) return wrong;
  const folded = foldBranch(index, leaf, branch);
  mixInto(folded, length, folded, 0);
  return equalBytes(folded, root) ? verified : failure("wrong-root", "", "the proof leads to another root");
}
