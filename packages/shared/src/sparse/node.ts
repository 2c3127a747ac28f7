// The tree that commits to a map from byte strings to byte strings.
//
// M1  The path of a key is SHA-256(key), 256 bits from the highest bit of the first byte. A leaf commits to its
//     path and to SHA-256(value).
// M2  Hashes. An empty subtree is 32 zero bytes. A leaf is SHA-256(path ‖ hash of value) with the last bit set to
//     1, an inner node SHA-256(left ‖ right) with the last bit set to 0.
// M3  Shape. A subtree without a leaf is empty, one with a single leaf is that leaf, any other is an inner node.
//     So there is one tree for each content, whatever its history; inner nodes (empty, empty), (empty, leaf) and
//     (leaf, empty) do not exist, and whoever shows one is refused. The root of the empty map is zero.
//
// Why the last bit: a hash says of what kind it is, so a leaf cannot be opened as an inner node, nor the other
// way about, even by someone who finds one 64-byte string that is a preimage of both. And when a key is deleted,
// its sibling moves up exactly if it is a leaf, which its hash shows: a proof of the touched keys is enough to
// replay any change of them, with nothing opened beside their paths. It costs half a bit of collision
// resistance. Tagging preimages (RFC 6962) would make nodes of 65 bytes, which native code hashes twenty times
// slower than pairs, and would leave kinds of siblings to be proved one by one.
//
// Nodes are immutable, so maps share what they have in common. What is below a node may be unknown: it was not
// loaded, or a proof left it out. Then only the node's hash is there, and walking into it is an `UnknownFault`.

import { bitAt, comparePaths, type OnPath, pathBits } from "./path.ts";

/** Where the hash of a node lies: 32 bytes of `bytes` from `at` on. Nodes hashed together share `bytes`. */
interface Hashed {
  bytes: Uint8Array;
  at: number;
}

const nothing: Uint8Array = new Uint8Array(32);

class Empty implements Hashed {
  readonly kind = "empty";
  readonly bytes: Uint8Array = nothing;
  readonly at = 0;
}

export const empty = new Empty();

export class Leaf implements Hashed, OnPath {
  readonly kind = "leaf";
  bytes: Uint8Array;
  at: number;
  /** The version that wrote it. */
  readonly version: number;
  /** Where its path and value hash lie, one after the other. */
  readonly block: Uint8Array;
  readonly blockAt: number;
  /** Bits of the path that are known. Unless all are, the value hash is not. */
  readonly bitsKnown: number;
  key: Uint8Array | undefined;
  value: Uint8Array | undefined;

  constructor(version: number, bytes: Uint8Array, at: number, block: Uint8Array, blockAt = 0, bitsKnown = pathBits) {
    this.bytes = bytes;
    this.at = at;
    this.version = version;
    this.block = block;
    this.blockAt = blockAt;
    this.bitsKnown = bitsKnown;
    this.key = undefined;
    this.value = undefined;
  }
}

/** What an inner node was read from; it makes the children when they are first asked for. */
export interface Source {
  child(place: number): Node;
}

export class Inner implements Hashed {
  readonly kind = "inner";
  bytes: Uint8Array;
  at: number;
  /** The version that wrote it. */
  readonly version: number;
  left: Node | undefined;
  right: Node | undefined;
  source: Source | undefined;
  /** In the source: the children of place n are at 2n and 2n + 1. */
  readonly place: number;

  constructor(version: number, bytes = nothing, at = 0, source?: Source, place = 1) {
    this.bytes = bytes;
    this.at = at;
    this.version = version;
    this.left = undefined;
    this.right = undefined;
    this.source = source;
    this.place = place;
  }
}

export type Node = Empty | Leaf | Inner;

/** The walk came to what is not known. Becomes `not-in-witness` at the door of the map; no `Error`, as no bug. */
export class UnknownFault {}

/** An inner node together with its children, which are now there. */
export interface Opened extends Inner {
  left: Node;
  right: Node;
}

/** Whether its children are there or can be made. */
export function isOpen(inner: Inner): boolean {
  return inner.left !== undefined || inner.source !== undefined;
}

export function open(inner: Inner): Opened {
  if (inner.left === undefined) {
    if (inner.source === undefined) throw new UnknownFault();
    inner.left = inner.source.child(2 * inner.place);
    inner.right = inner.source.child(2 * inner.place + 1);
  }
  return inner as Opened;
}

/** Path and value hash, from `blockAt` on. */
export function blockOf(leaf: Leaf): Uint8Array {
  if (leaf.bitsKnown < pathBits) throw new UnknownFault();
  return leaf.block;
}

export function pathOf(leaf: Leaf): Uint8Array {
  return blockOf(leaf).subarray(leaf.blockAt, leaf.blockAt + 32);
}

export function valueHashOf(leaf: Leaf): Uint8Array {
  return blockOf(leaf).subarray(leaf.blockAt + 32, leaf.blockAt + 64);
}

export function haveSameValue(a: Leaf, b: Leaf): boolean {
  return isSame(blockOf(a), a.blockAt + 32, blockOf(b), b.blockAt + 32);
}

/** The bit of its path at `depth`. */
export function bitOf(leaf: Leaf, depth: number): number {
  if (depth >= leaf.bitsKnown) throw new UnknownFault();
  return bitAt(leaf.block, leaf.blockAt, depth);
}

/** Whether it is the leaf at this place. Of one that is not opened, the bits that led to it may show that it is not. */
export function isLeafAt(leaf: Leaf, place: OnPath): boolean {
  if (leaf.bitsKnown === pathBits) return comparePaths(leaf, place) === 0;
  for (let depth = 0; depth < leaf.bitsKnown; depth++) {
    if (bitOf(leaf, depth) !== bitAt(place.block, place.blockAt, depth)) return false;
  }
  throw new UnknownFault();
}

export function hashOf(node: Node): Uint8Array {
  return node.bytes.slice(node.at, node.at + 32);
}

export function hasHash({ bytes, at }: Hashed, hashes: Uint8Array, hashAt: number): boolean {
  return isSame(bytes, at, hashes, hashAt);
}

function isSame(a: Uint8Array, aAt: number, b: Uint8Array, bAt: number): boolean {
  for (let i = 0; i < 32; i++) if (a[aAt + i] !== b[bAt + i]) return false;
  return true;
}

/** M3: whether there is no inner node over these two. */
export function collapses(left: Node, right: Node): boolean {
  return (left.kind === "empty" && right.kind !== "inner") || (right.kind === "empty" && left.kind !== "inner");
}
