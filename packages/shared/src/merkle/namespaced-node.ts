// Nodes of a namespaced Merkle tree, by the rules of Celestia's nmt with 29-byte namespaces (O5):
//
//   node    min ‖ max ‖ hash, 29 + 29 + 32 bytes: the range of the namespaces below it
//   leaf    ns ‖ ns ‖ H(0x00 ‖ ns ‖ data)
//   inner   left.min ‖ max ‖ H(0x01 ‖ left ‖ right), with left.max <= right.min
//   max     right.max; but left.max if right.min is the parity namespace (0xFF in every byte), so that
//           parity data does not widen the range of what it protects (nmt's IgnoreMaxNamespace)
//   empty   0x00… ‖ 0x00… ‖ H()
//
// Leaf and inner messages differ in their first byte, so neither can be passed off as the other.

import { sha256 } from "../hashing.ts";

export const namespaceBytes = 29;
export const nodeBytes = 2 * namespaceBytes + 32;

const maxAt = namespaceBytes;
const hashAt = 2 * namespaceBytes;

export interface NamespacedLeaf {
  readonly namespace: Uint8Array;
  readonly data: Uint8Array;
}

export const parityNamespace: Uint8Array = new Uint8Array(namespaceBytes).fill(0xff);

export function emptyNode(): Uint8Array {
  const node = new Uint8Array(nodeBytes);
  node.set(sha256(new Uint8Array(0)), hashAt);
  return node;
}

/** Nothing is proven about the parity namespace, which ranges ignore, nor about the lowest, the empty tree's. */
export function isProvable(namespace: Uint8Array): boolean {
  if (namespace.length !== namespaceBytes) return false;
  return namespace.some((byte) => byte !== 0x00) && namespace.some((byte) => byte !== 0xff);
}

/** Order of the namespaces that stand at `aAt` in `a` and at `bAt` in `b`. */
function compareAt(a: Uint8Array, aAt: number, b: Uint8Array, bAt: number): number {
  for (let i = 0; i < namespaceBytes; i++) {
    const difference = (a[aAt + i] as number) - (b[bAt + i] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Where `namespace` lies: -1 below the range of the node at `offset`, 0 in it, 1 above it. */
export function sideOf(bytes: Uint8Array, offset: number, namespace: Uint8Array): -1 | 0 | 1 {
  if (compareAt(namespace, 0, bytes, offset) < 0) return -1;
  return compareAt(namespace, 0, bytes, offset + maxAt) > 0 ? 1 : 0;
}

export function isRangeOrdered(node: Uint8Array): boolean {
  return compareAt(node, 0, node, maxAt) <= 0;
}

let leafMessage = new Uint8Array(0);

export function writeLeafNode(leaf: NamespacedLeaf, output: Uint8Array, offset: number): void {
  const { namespace, data } = leaf;
  const size = 1 + namespaceBytes + data.length;
  if (leafMessage.length !== size) leafMessage = new Uint8Array(size);
  leafMessage.set(namespace, 1);
  leafMessage.set(data, 1 + namespaceBytes);
  output.set(namespace, offset);
  output.set(namespace, offset + maxAt);
  output.set(sha256(leafMessage), offset + hashAt);
}

/** What hashes to an inner node, 0x01 ‖ left ‖ right, with room for the two. */
export function innerMessage(): Uint8Array {
  const message = new Uint8Array(1 + 2 * nodeBytes);
  message[0] = 0x01;
  return message;
}

/** `message` is 0x01 ‖ left ‖ right. */
export function writeInnerNode(message: Uint8Array, output: Uint8Array, offset: number): void {
  const right = 1 + nodeBytes;
  const max = isParityAt(message, right) ? 1 + maxAt : right + maxAt;
  // For so few bytes this is faster than `subarray` and `set`.
  for (let i = 0; i < namespaceBytes; i++) {
    output[offset + i] = message[1 + i] as number;
    output[offset + maxAt + i] = message[max + i] as number;
  }
  output.set(sha256(message), offset + hashAt);
}

/** Of 0x01 ‖ left ‖ right: whether the right node begins no earlier than the left one ends. */
export function areSiblingsOrdered(message: Uint8Array): boolean {
  return compareAt(message, 1 + maxAt, message, 1 + nodeBytes) <= 0;
}

function isParityAt(bytes: Uint8Array, offset: number): boolean {
  for (let i = 0; i < namespaceBytes; i++) if (bytes[offset + i] !== 0xff) return false;
  return true;
}
