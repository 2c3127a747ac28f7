// SSZ roots from their definition, for what the order chain commits to: chunks of 32 bytes, hashed in pairs up to a tree
// whose depth follows from the limit; lists mix in their length. Nothing of it is the code under test.

import { hash } from "node:crypto";

export function digest(...parts: readonly Uint8Array[]): Uint8Array {
  return hash("sha256", parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts), "buffer");
}

const zeros: Uint8Array[] = [new Uint8Array(32)];

/** The root of a tree of that depth with nothing in it. */
function zeroAt(depth: number): Uint8Array {
  zeros[depth] ??= digest(zeroAt(depth - 1), zeroAt(depth - 1));
  return zeros[depth] as Uint8Array;
}

function merkleRoot(chunks: readonly Uint8Array[], limit: number): Uint8Array {
  const depth = Math.ceil(Math.log2(Math.max(1, limit)));
  let level = chunks;
  for (let height = 0; height < depth; height++) {
    const above: Uint8Array[] = [];
    for (let i = 0; i < level.length; i += 2)
      above.push(digest(level[i] as Uint8Array, level[i + 1] ?? zeroAt(height)));
    level = above;
  }
  return level[0] ?? zeroAt(depth);
}

/** A number as its chunk: little endian. */
export function numberChunk(value: number | bigint): Uint8Array {
  const chunk = new Uint8Array(32);
  for (let i = 0, rest = BigInt(value); rest > 0n; i++, rest >>= 8n) chunk[i] = Number(rest & 255n);
  return chunk;
}

export function containerRoot(...fields: readonly Uint8Array[]): Uint8Array {
  return merkleRoot(fields, fields.length);
}

/** Of items that are their own roots. */
export function listOf(roots: readonly Uint8Array[], limit: number): Uint8Array {
  return digest(merkleRoot(roots, limit), numberChunk(roots.length));
}

/** Bytes of a fixed length. */
export function vectorOf(bytes: Uint8Array): Uint8Array {
  const chunks = chunksOf(bytes);
  return merkleRoot(chunks, chunks.length);
}

/** Bytes of a length up to `limit`. */
export function bytesOf(bytes: Uint8Array, limit: number): Uint8Array {
  return digest(merkleRoot(chunksOf(bytes), Math.ceil(limit / 32)), numberChunk(bytes.length));
}

function chunksOf(bytes: Uint8Array): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / 32) }, (_, i) => {
    const chunk = new Uint8Array(32);
    chunk.set(bytes.subarray(32 * i, 32 * i + 32));
    return chunk;
  });
}
