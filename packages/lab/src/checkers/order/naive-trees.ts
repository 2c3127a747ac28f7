// The other trees of an order block, from their definitions: the history (RFC 6962), the namespaced tree of touches
// (Celestia's nmt), and the sparse map of the ledger. Short, and with no thought of proofs or storage.

import { digest } from "./naive-ssz.ts";

/** RFC 6962: perfect subtrees from left to right, each smaller than the one before. */
export type Peaks = readonly { readonly leaves: number; readonly hash: Uint8Array }[];

const one = Uint8Array.of(1);
const none = Uint8Array.of(0);

export function appendLeaf(peaks: Peaks, data: Uint8Array): Peaks {
  const grown = [...peaks, { leaves: 1, hash: digest(none, data) }];
  for (;;) {
    const [left, right] = grown.slice(-2);
    if (left === undefined || right === undefined || left.leaves !== right.leaves) return grown;
    grown.splice(-2, 2, { leaves: 2 * left.leaves, hash: digest(one, left.hash, right.hash) });
  }
}

export function rootOfPeaks(peaks: Peaks): Uint8Array {
  if (peaks.length === 0) return digest(new Uint8Array(0));
  return peaks.map(({ hash }) => hash).reduceRight((right, left) => digest(one, left, right));
}

/** A leaf of the namespaced tree: the shard, the blob's place in its block, its root. */
export interface NamedLeaf {
  readonly shard: string;
  readonly index: number;
  readonly root: Uint8Array;
}

interface NamedNode {
  readonly min: Uint8Array;
  readonly max: Uint8Array;
  readonly hash: Uint8Array;
}

/** O5: the hash of the root node of all leaves, sorted by shard and then by place. No shard has the parity namespace. */
export function namedRoot(leaves: readonly NamedLeaf[]): Uint8Array {
  const sorted = [...leaves].sort((a, b) => (a.shard === b.shard ? a.index - b.index : a.shard < b.shard ? -1 : 1));
  const { min, max, hash } = namedNode(sorted);
  return digest(min, max, hash);
}

function namedNode(leaves: readonly NamedLeaf[]): NamedNode {
  const [first] = leaves;
  if (first === undefined) return { min: new Uint8Array(29), max: new Uint8Array(29), hash: digest(new Uint8Array(0)) };
  if (leaves.length === 1) return leafNode(first);
  let half = 1;
  while (2 * half < leaves.length) half *= 2;
  const left = namedNode(leaves.slice(0, half));
  const right = namedNode(leaves.slice(half));
  const hash = digest(one, left.min, left.max, left.hash, right.min, right.max, right.hash);
  return { min: left.min, max: right.max, hash };
}

function leafNode({ shard, index, root }: NamedLeaf): NamedNode {
  const namespace = new Uint8Array(29);
  namespace[0] = 1;
  namespace.set(Buffer.from(shard, "ascii"), 1);
  const place = new Uint8Array(4);
  new DataView(place.buffer).setUint32(0, index, true);
  return { min: namespace, max: namespace, hash: digest(none, namespace, place, root) };
}

/** A sparse map (M1-M3): nothing, one leaf, or two halves. Maps share what they have in common. */
export type Sparse = SparseLeaf | SparseInner | undefined;

interface SparseLeaf {
  readonly path: Uint8Array;
  readonly hash: Uint8Array;
}

interface SparseInner {
  readonly halves: readonly [Sparse, Sparse];
  readonly hash: Uint8Array;
}

export function sparseRootOf(map: Sparse): Uint8Array {
  return map?.hash ?? new Uint8Array(32);
}

export function withEntry(map: Sparse, key: Uint8Array, value: Uint8Array): Sparse {
  const path = digest(key);
  return place(map, { path, hash: marked(digest(path, digest(value)), 1) }, 0);
}

function place(map: Sparse, leaf: SparseLeaf, depth: number): Sparse {
  if (map === undefined) return leaf;
  if ("halves" in map) return placeBelow(map.halves, leaf, depth);
  if (Buffer.compare(map.path, leaf.path) === 0) return leaf;
  const halves: [Sparse, Sparse] = [undefined, undefined];
  halves[bitOf(map.path, depth)] = map;
  return placeBelow(halves, leaf, depth);
}

function placeBelow([left, right]: SparseInner["halves"], leaf: SparseLeaf, depth: number): SparseInner {
  const isLeft = bitOf(leaf.path, depth) === 0;
  const halves = [
    isLeft ? place(left, leaf, depth + 1) : left,
    isLeft ? right : place(right, leaf, depth + 1),
  ] as const;
  return { halves, hash: marked(digest(sparseRootOf(halves[0]), sparseRootOf(halves[1])), 0) };
}

function bitOf(path: Uint8Array, depth: number): 0 | 1 {
  return (((path[depth >> 3] as number) >> (7 - (depth & 7))) & 1) as 0 | 1;
}

function marked(hash: Uint8Array, lastBit: 0 | 1): Uint8Array {
  hash[31] = ((hash[31] as number) & 0xfe) | lastBit;
  return hash;
}
