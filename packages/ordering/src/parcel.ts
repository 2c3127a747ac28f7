// A parcel: missing blobs that are asked for together, of one peer after the other, until none of them is missing.

import type { Peer } from "./types.ts";

export interface Parcel {
  /** Of those still missing. */
  readonly keys: Set<string>;
  /** Asked in this round. */
  readonly asked: Set<Peer>;
  /** Whom it waits for, though others are free. */
  lead: Peer | undefined;
  /** Who has it now. */
  at: Peer | undefined;
  /** The next to ask is found after this one. */
  last: Peer;
  /** How often all peers were asked. */
  rounds: number;
}

/** Cuts a list into runs of at most `size`. */
export function cut<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

/** Cuts it into at most `count` parcels, so that several peers can bring what had no room in one answer. */
export function split(parcel: Parcel, count: number): readonly Parcel[] {
  const size = Math.ceil(parcel.keys.size / count);
  return cut([...parcel.keys], size).map((keys) => ({
    ...parcel,
    keys: new Set(keys),
    asked: new Set(parcel.asked),
    lead: undefined,
  }));
}
