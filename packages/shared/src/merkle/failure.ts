// What a proof can have wrong. Verification never throws: whoever sent the proof is wrong, not we.

import type { Failure, Verdict as VerdictOf } from "../result.ts";

export { verified } from "../result.ts";

export type MerkleCode =
  | "out-of-range" // the index is not below the length
  | "over-limit" // the length is above the list's limit, or the tree deeper than any here
  | "wrong-count" // nodes are missing or left over
  | "bad-node" // a node has the wrong size, or a range that ends before it begins
  | "bad-namespace" // not a namespace that can be proven about
  | "bad-order" // a node lies on the wrong side of its neighbour or of the namespace
  | "not-minimal" // a node was opened that the statement does not need
  | "wrong-root"; // all of it together gives another root

export type MerkleFailure = Failure<MerkleCode>;

/** The statement holds, or why the proof does not show it. */
export type Verdict = VerdictOf<MerkleCode>;
