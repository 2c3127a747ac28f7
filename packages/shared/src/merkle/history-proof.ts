// Inclusion proofs of a history: RFC 6962, section 2.1.1, verified by the algorithm of RFC 9162, 2.1.3.2.
//
// The size of the tree is not in the proof, and the root alone does not fix it: whoever verifies knows it. In
// O3 it is the height of the header that carries the root, since `history` covers all headers before it.
// Given root, size, index and leaf, exactly one path verifies.

import { equalBytes } from "../bytes.ts";
import { isCount, type Root } from "../numbers.ts";
import { type Failure, failure, type Result, success } from "../result.ts";
import { codec, container, type Type } from "../ssz/index.ts";
import { checkNodes, rootsType } from "./branch.ts";
import { type MerkleFailure, type Verdict, verified } from "./failure.ts";
import { foldPeaks, type HistoryPlace, historyLeafHash, historyNodeHash } from "./history.ts";

export interface HistoryProof {
  /** The audit path, from the leaf's sibling up. */
  readonly path: readonly Root[];
}

export const historyProofType: Type<HistoryProof> = container({ path: rootsType });
export const historyProofCodec = codec("history-proof", historyProofType);

/** Where completed subtrees are kept. */
export interface HistoryReader {
  /** The hashes at `places`, in their order; `undefined` for what is not there. */
  read(places: readonly HistoryPlace[]): Promise<readonly (Root | undefined)[]>;
}

export type HistoryProofCode = "out-of-range" | "missing-node";

/** A proof of leaf `index` in the tree of the first `size` leaves; `reader` may hold more of them. */
export async function proveHistory(
  reader: HistoryReader,
  size: number,
  index: number,
): Promise<Result<HistoryProof, Failure<HistoryProofCode>>> {
  return assembleHistoryProof(size, index, await reader.read(historyPlaces(size, index)));
}

/** For whoever reads without a reader: the completed subtrees that the proof of a leaf is made of. */
export function historyPlaces(size: number, index: number): readonly HistoryPlace[] {
  return isLeaf(size, index) ? siblingsOf(size, index).flat() : [];
}

/** The proof of a leaf, from the hashes at its `historyPlaces`. */
export function assembleHistoryProof(
  size: number,
  index: number,
  hashes: readonly (Root | undefined)[],
): Result<HistoryProof, Failure<HistoryProofCode>> {
  if (!isLeaf(size, index)) return failure("out-of-range", "index", `no leaf ${index} of ${size}`);
  const path: Root[] = [];
  let at = 0;
  for (const sibling of siblingsOf(size, index)) {
    const peaks = hashes.slice(at, at + sibling.length);
    at += sibling.length;
    if (!isWhole(peaks, sibling.length)) return missing(historyPlaces(size, index), hashes);
    path.push(foldPeaks(peaks));
  }
  return success({ path });
}

function isLeaf(size: number, index: number): boolean {
  return isCount(index) && isCount(size) && index < size;
}

function isWhole(hashes: readonly (Root | undefined)[], count: number): hashes is readonly Root[] {
  return hashes.length === count && hashes.every((hash) => hash !== undefined);
}

function missing(places: readonly HistoryPlace[], hashes: readonly (Root | undefined)[]) {
  const place = places.find((_, at) => hashes[at] === undefined);
  return failure("missing-node", "", `the store lacks the subtree ${place?.index} of level ${place?.level}`);
}

/** For each node of the path from the leaf up, the perfect subtrees that it consists of (RFC 6962, PATH). */
function siblingsOf(size: number, index: number): HistoryPlace[][] {
  const siblings: HistoryPlace[][] = [];
  let start = 0;
  let end = size;
  while (end - start > 1) {
    const middle = start + splitOf(end - start);
    siblings.push(index < middle ? perfectSubtrees(middle, end) : perfectSubtrees(start, middle));
    if (index < middle) end = middle;
    else start = middle;
  }
  return siblings.reverse();
}

/** The largest power of two below `count`, which is at least 2. */
function splitOf(count: number): number {
  let width = 1;
  while (2 * width < count) width *= 2;
  return width;
}

function perfectSubtrees(start: number, end: number): HistoryPlace[] {
  const places: HistoryPlace[] = [];
  for (let from = start; from < end; ) {
    let level = 0;
    while (from + 2 ** (level + 1) <= end) level++;
    places.push({ level, index: from / 2 ** level });
    from += 2 ** level;
  }
  return places;
}

/** That `data` is leaf `index` of the tree of `size` leaves under `root`. */
export function verifyHistory(
  root: Uint8Array,
  size: number,
  index: number,
  data: Uint8Array,
  proof: HistoryProof,
): Verdict {
  return verifyHistoryPath(root, size, index, historyLeafHash(data), proof.path);
}

/** The same from the hash of a leaf. It must be one's own hash of data: a peer's could be that of a node. */
export function verifyHistoryPath(
  root: Uint8Array,
  size: number,
  index: number,
  leafHash: Uint8Array,
  path: readonly Uint8Array[],
): Verdict {
  if (!isLeaf(size, index)) return failure("out-of-range", "index", `no leaf ${index} of ${size}`);
  if (leafHash.length !== 32) return failure("bad-node", "leaf", `a hash has 32 bytes, not ${leafHash.length}`);
  const wrong = checkNodes(path, 32, "path");
  if (!wrong.ok) return wrong;
  const folded = foldPath(size, index, leafHash, path);
  if (!folded.ok) return folded;
  return equalBytes(folded.value, root) ? verified : failure("wrong-root", "path", "the path leads to another root");
}

/** RFC 9162, 2.1.3.2, steps 2 to 5; `place` and `last` are its fn and sn. */
function foldPath(
  size: number,
  index: number,
  leafHash: Uint8Array,
  path: readonly Uint8Array[],
): Result<Uint8Array, MerkleFailure> {
  let place = index;
  let last = size - 1;
  let hash = leafHash;
  for (const sibling of path) {
    if (last === 0) return failure("wrong-count", "path", `${path.length} nodes are more than the path has`);
    if (place % 2 === 1 || place === last) {
      hash = historyNodeHash(sibling, hash);
      // On the right edge a subtree may have no sibling for some levels.
      for (; place % 2 === 0 && place !== 0; place /= 2) last = Math.floor(last / 2);
    } else {
      hash = historyNodeHash(hash, sibling);
    }
    place = Math.floor(place / 2);
    last = Math.floor(last / 2);
  }
  if (last !== 0) return failure("wrong-count", "path", `${path.length} nodes are fewer than the path has`);
  return success(hash);
}
