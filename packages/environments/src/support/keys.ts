// Keys of contract state, and footprints made of them (P6). A key is a prefix in text that says what it holds, and
// parts that say whose. At most one part varies in length, and it stands last: no two things share a key.

import { compareBytes, concatBytes, type Footprint, utf8 } from "@tandem/shared";

export function keyOf(prefix: string, ...parts: readonly Uint8Array[]): Uint8Array {
  return concatBytes(utf8(prefix), ...parts);
}

export const wholeFootprint: Footprint = { kind: "whole" };

/** Sorted and without duplicates; what is written is not listed among the reads. */
export function footprintOf(keys: {
  readonly reads?: readonly Uint8Array[];
  readonly writes?: readonly Uint8Array[];
}): Footprint {
  const writes = sortedKeys(keys.writes ?? []);
  const isWritten = (key: Uint8Array) => writes.some((written) => compareBytes(written, key) === 0);
  const reads = sortedKeys(keys.reads ?? []).filter((key) => !isWritten(key));
  return { kind: "keys", reads, writes };
}

function sortedKeys(keys: readonly Uint8Array[]): Uint8Array[] {
  const sorted = [...keys].sort(compareBytes);
  return sorted.filter((key, index) => index === 0 || compareBytes(sorted[index - 1] as Uint8Array, key) < 0);
}
