// The root of a sparse map from the definition, all of it anew: the recursive tree over the set of
// (path, hash of value). Slow, and without a thought of history.

import { createHash } from "node:crypto";

export interface PlacedValue {
  readonly path: Uint8Array;
  readonly value: Uint8Array;
}

const digest = (...parts: Uint8Array[]) => Uint8Array.from(createHash("sha256").update(Buffer.concat(parts)).digest());

function marked(hash: Uint8Array, lastBit: 0 | 1): Uint8Array {
  hash[31] = Math.floor((hash[31] as number) / 2) * 2 + lastBit;
  return hash;
}

export function leafHash({ path, value }: PlacedValue): Uint8Array {
  return marked(digest(path, digest(value)), 1);
}

export function innerHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return marked(digest(left, right), 0);
}

function bits(path: Uint8Array): string {
  return [...path].map((byte) => byte.toString(2).padStart(8, "0")).join("");
}

export function sparseRoot(entries: readonly PlacedValue[]): Uint8Array {
  return subtree(
    entries.map((entry) => ({ bits: bits(entry.path), hash: leafHash(entry) })),
    0,
  );
}

function subtree(leaves: readonly { bits: string; hash: Uint8Array }[], depth: number): Uint8Array {
  if (leaves.length === 0) return new Uint8Array(32);
  if (leaves.length === 1) return (leaves[0] as { hash: Uint8Array }).hash;
  const under = (bit: string) =>
    subtree(
      leaves.filter((leaf) => leaf.bits[depth] === bit),
      depth + 1,
    );
  return innerHash(under("0"), under("1"));
}
