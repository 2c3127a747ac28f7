// S1 restated: the first 16 bytes of SHA-256(seed ‖ view as 8 bytes, little endian) as a big-endian number, modulo the
// total weight, fall to the seat whose share of the running sum they hit.

import { createHash } from "node:crypto";
import type { Root } from "@tandem/shared";

export function restateLeader(seed: Root, weights: readonly number[], view: number): number {
  const place = Buffer.alloc(8);
  place.writeBigUInt64LE(BigInt(view));
  const digest = createHash("sha256").update(seed).update(place).digest("hex");
  const total = weights.reduce((sum, weight) => sum + BigInt(weight), 0n);
  const drawn = BigInt(`0x${digest.slice(0, 32)}`) % total;
  let reached = 0n;
  return weights.findIndex((weight) => {
    reached += BigInt(weight);
    return drawn < reached;
  });
}
