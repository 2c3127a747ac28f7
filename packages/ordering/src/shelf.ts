// O6: blobs that blocks need which are not final yet, whether they came through the pool or were fetched. A vote rests on
// them, so they stay, whatever the pool drops, for as long as a block may need them. Also what was already done for each
// of them, so that nothing is checked or written twice.

import { assert } from "@tandem/shared";
import type { Candidate } from "./candidate.ts";

export interface HeldBlob {
  readonly candidate: Candidate;
  /** Whether its bytes are in the store, or are before anything that follows. */
  readonly isStored: boolean;
  /** Whether its signature is the payer's; `undefined` until that was checked. */
  readonly isSigned: boolean | undefined;
}

/** Of each of thousands of blobs several things are marked: in place. */
type Held = { -readonly [Field in keyof HeldBlob]: HeldBlob[Field] };

export class Shelf {
  readonly #blobs = new Map<string, Held>();
  #bytes = 0;

  get size(): number {
    return this.#blobs.size;
  }

  /** Encoded bytes of all that is held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What is held already keeps what is known of it. */
  hold(candidate: Candidate, isSigned?: boolean): void {
    const held = this.#blobs.get(candidate.key);
    if (held !== undefined) {
      held.isSigned ??= isSigned;
      return;
    }
    this.#bytes += candidate.bytes.length;
    this.#blobs.set(candidate.key, { candidate, isStored: false, isSigned });
  }

  get(key: string): Candidate | undefined {
    return this.#blobs.get(key)?.candidate;
  }

  isStored(key: string): boolean {
    return this.#blobs.get(key)?.isStored ?? false;
  }

  isSigned(key: string): boolean | undefined {
    return this.#blobs.get(key)?.isSigned;
  }

  markStored(key: string): void {
    this.#held(key).isStored = true;
  }

  markSigned(key: string, isSigned: boolean): void {
    this.#held(key).isSigned = isSigned;
  }

  /** Drops all others, and returns them in the order in which they came. */
  keep(keys: ReadonlySet<string>): readonly HeldBlob[] {
    const dropped: HeldBlob[] = [];
    for (const [key, held] of this.#blobs) {
      if (keys.has(key)) continue;
      this.#blobs.delete(key);
      this.#bytes -= held.candidate.bytes.length;
      dropped.push(held);
    }
    return dropped;
  }

  #held(key: string): Held {
    const held = this.#blobs.get(key);
    assert(held !== undefined, "only what is held is marked");
    return held;
  }
}
