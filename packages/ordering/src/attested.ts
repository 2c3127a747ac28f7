// What this node knows of the attest chain: its final blocks from the last that a final order block cites up to the last one,
// each with the frontiers after it (A4). Leaders cite from here, and voters judge lag by it (O10).
//
// A block can be final by the finalization of a later one, and be named here by a notarization alone. That proves nothing to
// others (O3), so who looks for something to cite is given those with a finalization of their own; and it is found by name
// all the same, for others may hold one.

import { type AttestHeader, assert, type BlockRef, type Certificate, equalBytes, type ShardName } from "@tandem/shared";
import { type Frontiers, progressOf } from "./lag.ts";
import type { AttestedBlock } from "./types.ts";

export interface Attested {
  readonly ref: BlockRef;
  readonly frontiers: Frontiers;
  /** Absent for the genesis, and for where this node began. */
  readonly proof: { readonly header: AttestHeader; readonly certificate: Certificate } | undefined;
}

export class AttestedChain {
  /** In order of height, without gaps. */
  #blocks: Attested[];
  #newest: Attested;

  constructor(first: Attested) {
    this.#blocks = [first];
    this.#newest = first;
  }

  /** The last one that can be cited; if there is none, that which is cited already. */
  get newest(): Attested {
    return this.#newest;
  }

  get oldest(): Attested {
    return this.#blocks[0] as Attested;
  }

  get #last(): Attested {
    return this.#blocks.at(-1) as Attested;
  }

  /** The next final block. One that is known already, told again after a restart, changes nothing. */
  add({ header, ref, certificate, changes }: AttestedBlock): void {
    const { ref: tip, frontiers } = this.#last;
    if (ref.height <= tip.height) return;
    assert(ref.height === tip.height + 1, "final attest blocks are told in order of height");
    const after = changes.size === 0 ? frontiers : new Map([...frontiers, ...changes]);
    this.#blocks.push({ ref, frontiers: after, proof: { header, certificate } });
    if (certificate.kind === "finalization") this.#newest = this.#last;
  }

  /** The final block that a citation names: `unknown` if it is still to come, `none` if another is final there. */
  find({ height, root }: BlockRef): Attested | "unknown" | "none" {
    if (height > this.#last.ref.height) return "unknown";
    const found = this.#blocks[height - this.oldest.ref.height];
    return found !== undefined && equalBytes(found.ref.root, root) ? found : "none";
  }

  /** A final order block cites it: nothing before can be cited any more. */
  settle(cited: Attested): void {
    this.#blocks = this.#blocks.slice(Math.max(0, cited.ref.height - this.oldest.ref.height));
    if (this.#newest.ref.height < cited.ref.height) this.#newest = cited;
  }

  /** O8: whether citing the newest instead of `cited` brings claims that something waits for. */
  hasNews(cited: Attested): boolean {
    const { frontiers } = this.newest;
    if (this.newest.ref.height <= cited.ref.height || frontiers === cited.frontiers) return false;
    const hasMoved = (shard: ShardName) =>
      progressOf(frontiers, shard).round > progressOf(cited.frontiers, shard).round;
    const hasPending = [...frontiers.values()].some(({ pending }) => pending > 0);
    return hasPending && [...frontiers.keys()].some(hasMoved);
  }
}
