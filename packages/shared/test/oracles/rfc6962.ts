// MTH and PATH of RFC 6962, sections 2.1 and 2.1.1, as they are written there.

import { createHash } from "node:crypto";

const sha256 = (...parts: readonly Uint8Array[]) =>
  new Uint8Array(createHash("sha256").update(Buffer.concat(parts)).digest());

/** The largest power of two smaller than n. */
function split(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

export function naiveHistoryRoot(entries: readonly Uint8Array[]): Uint8Array {
  if (entries.length === 0) return sha256();
  if (entries.length === 1) return sha256(Uint8Array.of(0), entries[0] as Uint8Array);
  const k = split(entries.length);
  return sha256(Uint8Array.of(1), naiveHistoryRoot(entries.slice(0, k)), naiveHistoryRoot(entries.slice(k)));
}

export function naiveHistoryPath(index: number, entries: readonly Uint8Array[]): Uint8Array[] {
  if (entries.length === 1) return [];
  const k = split(entries.length);
  const [left, right] = [entries.slice(0, k), entries.slice(k)];
  if (index < k) return [...naiveHistoryPath(index, left), naiveHistoryRoot(right)];
  return [...naiveHistoryPath(index - k, right), naiveHistoryRoot(left)];
}
