// O6: what is given to a peer that asks for blobs by root.

import { type Root, toHex } from "@tandem/shared";

/**
 * The blobs that fit into one answer, each once, in the order of the request; at least one if any is held. One that does
 * not fit is left out for smaller ones after it, so an answer that leaves out what is held has no room for it.
 */
export function chooseFound(
  roots: readonly Root[],
  lookup: (key: string) => Uint8Array | undefined,
  bytesMax: number,
): readonly Uint8Array[] {
  const chosen = new Map<string, Uint8Array>();
  let total = 0;
  for (const root of roots) {
    const key = toHex(root);
    const bytes = chosen.has(key) ? undefined : lookup(key);
    if (bytes === undefined || (chosen.size > 0 && total + bytes.length > bytesMax)) continue;
    chosen.set(key, bytes);
    total += bytes.length;
  }
  return [...chosen.values()];
}
