// An immutable map in memory, whole or partial. Whole maps begin at `SparseMap.empty`; partial ones come from a
// proof (`openProof`) or from storage (`loadMap`) and know the keys that these were made for: whether each is
// there, its value if it was asked for, and all that it takes to change it. Whatever else is asked gives
// `not-in-witness`, never a wrong answer or root.
//
// `apply` gives a new map and leaves the old one as it was; both share what did not change. So a machine can
// hold one map for each block of a fork, and what is replayed from a witness gives the root that the whole map
// would have.

import { assert } from "../assert.ts";
import { equalBytes } from "../bytes.ts";
import { sha256 } from "../hashing.ts";
import { limits } from "../limits.ts";
import { asRoot, type Root } from "../numbers.ts";
import { type Failure, failure, type Result, success } from "../result.ts";
import { Builder } from "./builder.ts";
import { bitOf, empty, hashOf, haveSameValue, isLeafAt, type Leaf, type Node, open, UnknownFault } from "./node.ts";
import { arePathsUnique, bitAt, type OnPath, sortByPath, splitAt } from "./path.ts";

export type SparseCode =
  | "bad-proof" // it does not fit the keys, or shows a tree that cannot be
  | "wrong-root" // it proves something about another map
  | "over-limit" // it is larger than a verifier reads, or opens more nodes
  | "not-in-witness"; // a partial map does not know

export type SparseError = Failure<SparseCode>;

export interface MapChange {
  readonly key: Uint8Array;
  /** `undefined` deletes; whether the key was there does not matter. */
  readonly value: Uint8Array | undefined;
}

/** A change on its way down: the leaf that shall be there, or the path where none shall be. */
type Placed = Leaf | Deletion;

interface Deletion extends OnPath {
  readonly kind: "deletion";
}

export class SparseMap {
  static readonly empty: SparseMap = new SparseMap(empty, 0);

  /** For this folder alone. */
  readonly top: Node;
  /** The version in which it last changed: 0 for what is never stored. */
  readonly version: number;

  constructor(top: Node, version: number) {
    this.top = top;
    this.version = version;
  }

  get root(): Root {
    return asRoot(hashOf(this.top));
  }

  /** The value under `key`, or `undefined` if there is none. */
  get(key: Uint8Array): Result<Uint8Array | undefined, SparseError> {
    return known(() => {
      const leaf = this.leafAt(sha256(key));
      if (leaf === undefined) return undefined;
      if (leaf.key === undefined || leaf.value === undefined) throw new UnknownFault();
      assert(equalBytes(leaf.key, key), "two keys with one path");
      return leaf.value;
    });
  }

  has(key: Uint8Array): Result<boolean, SparseError> {
    return known(() => this.leafAt(sha256(key)) !== undefined);
  }

  /** For this folder alone. Throws `UnknownFault`. */
  leafAt(path: Uint8Array): Leaf | undefined {
    let node = this.top;
    for (let depth = 0; node.kind === "inner"; depth++) {
      const { left, right } = open(node);
      node = bitAt(path, 0, depth) === 0 ? left : right;
    }
    return node.kind === "leaf" && isLeafAt(node, { block: path, blockAt: 0 }) ? node : undefined;
  }

  /**
   * The map after all `changes`, which name each key once. What is given is kept: nobody may write to it later.
   * A value that stays as it was changes nothing, so the old nodes stay.
   */
  apply(changes: readonly MapChange[], version: number = this.version): Result<SparseMap, SparseError> {
    assert(version >= this.version, `version ${version} does not come after ${this.version}`);
    return known(() => this.applyBatch(placeChanges(changes, version), version));
  }

  /** For this folder alone. Throws `UnknownFault`. */
  applyBatch(batch: Batch, version: number): SparseMap {
    const top = update(this.top, 0, batch, 0, batch.placed.length);
    batch.builder.hash();
    return new SparseMap(top, version);
  }
}

/** Runs what may walk into the unknown. */
export function known<T>(walk: () => T): Result<T, SparseError> {
  try {
    return success(walk());
  } catch (fault) {
    if (!(fault instanceof UnknownFault)) throw fault;
    return failure("not-in-witness", "", "the map was opened without this key, or without its value");
  }
}

/** Changes sorted by path, and the builder that makes their nodes. */
interface Batch {
  readonly builder: Builder;
  readonly placed: readonly Placed[];
}

export function placeChanges(changes: readonly MapChange[], version: number): Batch {
  const builder = new Builder(version, changes.length);
  const placed = sortByPath(changes.map((change) => placeChange(change, builder)));
  assert(arePathsUnique(placed), "a batch of changes names each key once");
  return { builder, placed };
}

function placeChange({ key, value }: MapChange, builder: Builder): Placed {
  assert(key.length <= limits.keyBytesMax, `a key of ${key.length} bytes`);
  const path = sha256(key);
  if (value === undefined) return { kind: "deletion", block: path, blockAt: 0 };
  assert(value.length <= limits.valueBytesMax, `a value of ${value.length} bytes`);
  const leaf = builder.leaf(path, sha256(value));
  leaf.key = key;
  leaf.value = value;
  return leaf;
}

/** The subtree `node` at `depth` after the changes from `start` to `end`, all of which lie in it. */
function update(node: Node, depth: number, batch: Batch, start: number, end: number): Node {
  if (start === end) return node;
  if (node.kind !== "inner") return merge(node.kind === "leaf" ? node : undefined, depth, batch, start, end);
  const opened = open(node);
  const middle = splitAt(batch.placed, start, end, depth);
  const left = update(opened.left, depth + 1, batch, start, middle);
  const right = update(opened.right, depth + 1, batch, middle, end);
  if (left === opened.left && right === opened.right) return node;
  return batch.builder.join(left, right, depth);
}

/** The subtree of what the changes leave there, and of `old`, the only leaf so far, unless they concern it. */
function merge(old: Leaf | undefined, depth: number, batch: Batch, start: number, end: number): Node {
  if (start === end) return old ?? empty;
  if (end - start === 1) {
    const change = batch.placed[start] as Placed;
    const leaf = change.kind === "leaf" ? change : undefined;
    if (old === undefined) return leaf ?? empty;
    if (isLeafAt(old, change)) return replace(old, leaf);
    if (leaf === undefined) return old;
  }
  const middle = splitAt(batch.placed, start, end, depth);
  const isOldLeft = old !== undefined && bitOf(old, depth) === 0;
  const left = merge(isOldLeft ? old : undefined, depth + 1, batch, start, middle);
  const right = merge(isOldLeft ? undefined : old, depth + 1, batch, middle, end);
  return batch.builder.join(left, right, depth);
}

function replace(old: Leaf, leaf: Leaf | undefined): Node {
  if (leaf === undefined) return empty;
  if (!haveSameValue(old, leaf)) return leaf;
  // Perhaps only the hash of the value was known so far.
  old.key = leaf.key;
  old.value = leaf.value;
  return old;
}
