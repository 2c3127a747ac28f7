// A follower of the attest chain alone: it takes runs, whoever gives them, and needs to trust nobody. It begins at the
// genesis, or at a header that is known to be final; it keeps its place and no more.

import {
  type AttestHeader,
  asHeight,
  attestHeaderCodec,
  type BlockRef,
  type Electorate,
  type Failure,
  type Height,
  type Result,
  success,
} from "@tandem/shared";
import { type ClaimPlace, type FinalAttest, placeOf } from "../following/types.ts";
import { type AttestRun, type AttestRunCode, checkAttestRun, type ItemSummary } from "./run.ts";

export class AttestStream {
  readonly #electorate: Electorate;
  #last: BlockRef;

  constructor(electorate: Electorate, genesis: AttestHeader) {
    this.#electorate = electorate;
    this.#last = { height: genesis.height, root: attestHeaderCodec.root(genesis) };
  }

  /** The last block of which all is known. */
  get last(): BlockRef {
    return this.#last;
  }

  /** From which height on to ask now. */
  get next(): Height {
    return asHeight(this.#last.height + 1);
  }

  /** What the next blocks attest; after a run that is refused all is as before, and another peer is to be asked. */
  take(run: AttestRun): Result<readonly FinalAttest[], Failure<AttestRunCode>> {
    const blocks = checkAttestRun(this.#electorate, this.#last, run);
    if (!blocks.ok) return blocks;
    const last = blocks.value.at(-1);
    if (last !== undefined) this.#last = { height: last.header.height, root: last.root };
    return success(blocks.value.map(({ header, items }) => ({ height: header.height, claims: claimsIn(items) })));
  }
}

function claimsIn(items: readonly ItemSummary[]): readonly ClaimPlace[] {
  return items.flatMap(({ kind, value }) => (kind === "attestation" ? [placeOf(value.claim)] : []));
}
