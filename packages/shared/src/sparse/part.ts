// A part of a map, for whoever knows the hash of its top from elsewhere: what two sides show each other, from the root
// down, to find where their maps differ. Nothing of it has to be believed: a part is what its hash commits to, or nothing.
//
// D1  A place is a node by the way that leads to it: so many bits of a path.
// D2  Of an inner node the part is the hashes of the nodes below it, eight levels down: from the top, left before right,
//     each inner node followed by what is below it. A hash says of what kind a node is (M2), so nothing else is needed,
//     and there is one part of one node.
// D3  Of a leaf the part is its key and value.
// D4  What does not hash to its top is another part. What does, and is of no map (M3: an inner node over less than two
//     leaves, a leaf on another path, an inner node where paths end), shows that whoever committed to it committed to no
//     map.

import { concatBytes, equalBytes } from "../bytes.ts";
import { sha256 } from "../hashing.ts";
import { limits } from "../limits.ts";
import { asRoot, type Root, zeroRoot } from "../numbers.ts";
import { type Failure, failure, type Result, success } from "../result.ts";
import { byteList, container, type Type, union } from "../ssz/index.ts";
import type { SparseMap } from "./map.ts";
import { hashOf, isOpen, type Leaf, type Node, open } from "./node.ts";
import { isLeafHash } from "./node-hash.ts";
import { bitAt, pathBits } from "./path.ts";
import type { Reading } from "./reading.ts";
import { type ClosedPage, openClosed, valuesOf } from "./stored-map.ts";

/** Of `path` only the first `depth` bits count. */
export interface MapPlace {
  readonly path: Uint8Array;
  readonly depth: number;
}

/** Two pages of a stored map. */
const partLevels = 8;

/** Where in the map everything begins. */
export const topPlace: MapPlace = { path: new Uint8Array(32), depth: 0 };

export interface MapPartEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

export type MapPart =
  | { readonly kind: "nodes"; readonly value: Uint8Array }
  | { readonly kind: "entry"; readonly value: MapPartEntry };

export const mapPartType: Type<MapPart> = union({
  nodes: byteList(32 * (2 ** (partLevels + 1) - 2)),
  entry: container({ key: byteList(limits.keyBytesMax), value: byteList(limits.valueBytesMax) }),
});

export interface PartNode {
  readonly kind: "empty" | "leaf" | "inner";
  readonly hash: Root;
  /** Of an inner node, unless the part ends with it. */
  readonly below: readonly [left: PartNode, right: PartNode] | undefined;
}

export type OpenedPart =
  | { readonly kind: "nodes"; readonly below: readonly [left: PartNode, right: PartNode] }
  | ({ readonly kind: "entry"; readonly path: Uint8Array } & MapPartEntry);

export type PartCode =
  | "wrong-part" // of another node
  | "no-map"; // D4

/** Of a node of which only the hash is known. */
export function partNodeOf(hash: Root): PartNode {
  return { kind: kindOf(hash), hash, below: undefined };
}

function kindOf(hash: Root): PartNode["kind"] {
  if (equalBytes(hash, zeroRoot)) return "empty";
  return isLeafHash(hash, 0) ? "leaf" : "inner";
}

/** The place below, to the left (0) or to the right (1). */
export function placeBelow({ path, depth }: MapPlace, bit: number): MapPlace {
  const below = path.slice();
  const mask = 128 >> (depth & 7);
  const byte = below[depth >> 3] as number;
  below[depth >> 3] = bit === 1 ? byte | mask : byte & ~mask;
  return { path: below, depth: depth + 1 };
}

/** Whether the way to the place is the beginning of this path. */
export function leadsTo({ path, depth }: MapPlace, other: Uint8Array): boolean {
  for (let at = 0; at < depth; at++) if (bitAt(path, 0, at) !== bitAt(other, 0, at)) return false;
  return true;
}

/** The bit with which a path goes on below a place. */
export function bitBelow({ depth }: MapPlace, path: Uint8Array): number {
  return bitAt(path, 0, depth);
}

/** What a part shows, if it is that of the node with this hash at this place. */
export function openPart(place: MapPlace, hash: Root, part: MapPart): Result<OpenedPart, Failure<PartCode>> {
  return part.kind === "entry" ? openEntry(place, hash, part.value) : openNodes(place, hash, part.value);
}

function openEntry(place: MapPlace, hash: Root, { key, value }: MapPartEntry): Result<OpenedPart, Failure<PartCode>> {
  const path = sha256(key);
  const leaf = sha256(concatBytes(path, sha256(value)));
  leaf[31] = (leaf[31] as number) | 1;
  if (!equalBytes(leaf, hash)) return failure("wrong-part", "entry", "it is another entry");
  if (!leadsTo(place, path)) return failure("no-map", "entry", "its path does not lead here");
  return success({ kind: "entry", path, key, value });
}

function openNodes({ depth }: MapPlace, hash: Root, hashes: Uint8Array): Result<OpenedPart, Failure<PartCode>> {
  const reader = new Reader(hashes);
  const top = reader.inner(hash, depth, Math.min(depth + partLevels, pathBits));
  if (top === undefined || !reader.isAtEnd) return failure("wrong-part", "nodes", "they are not those below this node");
  if (reader.isOfNoMap || depth >= pathBits) return failure("no-map", "nodes", "there is no map with these nodes");
  return success({ kind: "nodes", below: top.below });
}

/** Gives nothing for what is not below its hash. */
class Reader {
  readonly #hashes: Uint8Array;
  #at = 0;
  isOfNoMap = false;

  constructor(hashes: Uint8Array) {
    this.#hashes = hashes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#hashes.length;
  }

  inner(hash: Root, depth: number, end: number) {
    const left = this.#node(depth + 1, end);
    const right = left && this.#node(depth + 1, end);
    if (left === undefined || right === undefined) return undefined;
    const own = sha256(concatBytes(left.hash, right.hash));
    own[31] = (own[31] as number) & 0xfe;
    if (!equalBytes(own, hash)) return undefined;
    if ([left, right].some(({ kind }) => kind === "empty") && left.kind !== "inner" && right.kind !== "inner") {
      this.isOfNoMap = true;
    }
    const below: readonly [PartNode, PartNode] = [left, right];
    return { kind: "inner" as const, hash, below };
  }

  #node(depth: number, end: number): PartNode | undefined {
    if (this.#at + 32 > this.#hashes.length) return undefined;
    const hash = asRoot(this.#hashes.slice(this.#at, this.#at + 32));
    this.#at += 32;
    const node = partNodeOf(hash);
    if (node.kind !== "inner") return node;
    if (depth === pathBits) this.isOfNoMap = true;
    return depth < end ? this.inner(hash, depth, end) : node;
  }
}

/** The part of a map at a place, if a node is there. Of a stored map nothing but its top has to be known. */
export function* readPart({ top }: SparseMap, place: MapPlace): Reading<MapPart | undefined> {
  const node = yield* walkTo(top, place);
  if (node === undefined || node.kind === "empty") return undefined;
  if (node.kind === "leaf") {
    return { kind: "entry", value: yield* entryOf(node) };
  }
  const end = Math.min(place.depth + partLevels, pathBits);
  for (;;) {
    const closed = closedAbove(node, place, end);
    if (closed.length === 0) break;
    yield* openClosed(closed);
  }
  return { kind: "nodes", value: concatBytes(...hashesBelow(node, place.depth, end)) };
}

function* entryOf(leaf: Leaf): Reading<MapPartEntry> {
  const { key, value } = leaf;
  if (key !== undefined && value !== undefined) return { key, value };
  const [entry] = yield* valuesOf([leaf]);
  return entry as MapPartEntry;
}

function* walkTo(top: Node, { path, depth }: MapPlace): Reading<Node | undefined> {
  let node = top;
  for (let at = 0; at < depth; at++) {
    if (node.kind !== "inner") return undefined;
    if (!isOpen(node)) yield* openClosed([{ node, depth: at, block: path, blockAt: 0 }]);
    const { left, right } = open(node);
    node = bitAt(path, 0, at) === 0 ? left : right;
  }
  return node;
}

/** Pages that are not loaded yet, of nodes above the end. */
function closedAbove(node: Node, place: MapPlace, end: number): readonly ClosedPage[] {
  const { path, depth } = place;
  if (node.kind !== "inner" || depth >= end) return [];
  if (!isOpen(node)) return [{ node, depth, block: path, blockAt: 0 }];
  const { left, right } = open(node);
  return [...closedAbove(left, placeBelow(place, 0), end), ...closedAbove(right, placeBelow(place, 1), end)];
}

function hashesBelow(node: Node, depth: number, end: number): readonly Uint8Array[] {
  if (node.kind !== "inner" || depth >= end) return [];
  const { left, right } = open(node);
  return [left, right].flatMap((child) => [hashOf(child), ...hashesBelow(child, depth + 1, end)]);
}
