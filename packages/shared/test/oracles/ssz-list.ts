// Root of an SSZ list of roots, straight from the definition: the chunks, zero chunks up to the limit's power
// of two, hashed in pairs, and the length mixed in. Nothing is imported from the code under test.

import { createHash } from "node:crypto";

const sha256 = (...parts: readonly Uint8Array[]) =>
  new Uint8Array(createHash("sha256").update(Buffer.concat(parts)).digest());

/** Root of the perfect tree over `chunks`, of which there are a power of two. */
export function naiveTree(chunks: readonly Uint8Array[]): Uint8Array {
  if (chunks.length === 1) return chunks[0] as Uint8Array;
  const half = chunks.length / 2;
  return sha256(naiveTree(chunks.slice(0, half)), naiveTree(chunks.slice(half)));
}

export function padded(chunks: readonly Uint8Array[], limit: number): Uint8Array[] {
  let width = 1;
  while (width < limit) width *= 2;
  return Array.from({ length: width }, (_, i) => chunks[i] ?? new Uint8Array(32));
}

export function naiveListRoot(chunks: readonly Uint8Array[], limit: number): Uint8Array {
  const length = new Uint8Array(32);
  new DataView(length.buffer).setBigUint64(0, BigInt(chunks.length), true);
  return sha256(naiveTree(padded(chunks, limit)), length);
}
