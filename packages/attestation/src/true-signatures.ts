// S9, A3: aggregate signatures that this node found true, so that none is verified twice: the quorum of a claim, which its
// own book verified first, is often the one that a leader puts into a block; and what was in a block that came to nothing
// is in the next one.
//
// Remembered is exactly that these seats of that set signed that message with this signature: of any other nothing is
// known. Nothing rests on it but time, so the oldest are forgotten, and a restart begins with none.

import { sha256, toHex, utf8 } from "@tandem/shared";
import type { SignatureCheck } from "./faults.ts";

/** Names of signatures that are kept, some 150 bytes each: all claims with a quorum that wait, of 64 shards. */
const keptMax = 4_096;

export type Signed = Omit<SignatureCheck, "item">;

export class TrueSignatures {
  readonly #names = new Set<string>();

  /** For tests of bounds. */
  get size(): number {
    return this.#names.size;
  }

  has(signed: Signed): boolean {
    return this.#names.has(nameOf(signed));
  }

  add(signed: Signed): void {
    const [oldest] = this.#names;
    if (this.#names.size >= keptMax && oldest !== undefined) this.#names.delete(oldest);
    this.#names.add(nameOf(signed));
  }
}

function nameOf({ set, root, bitmap, signature }: Signed): string {
  const of = "shard" in set ? `claims ${set.shard}` : `votes ${set.chain}`;
  const seats = bitmap.map((signs) => (signs ? "1" : "0")).join("");
  return toHex(sha256(utf8(`${of} ${toHex(root)} ${seats} ${toHex(signature)}`)));
}
