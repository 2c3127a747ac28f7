// S10 and C4 as they stand in the design, as sets of what is a fault.

export interface PlainVote {
  readonly kind: "notarize" | "nullify" | "finalize";
  readonly signer: number;
  readonly epoch: number;
  readonly view: number;
  /** Any name of a block. */
  readonly block: string;
}

/**
 * S10: two notarizes or two finalizes of one view for different blocks, or a nullify with a finalize of one view.
 * A view is one of an epoch, and both votes are one signer's.
 */
export function isVoteFault(a: PlainVote, b: PlainVote): boolean {
  if (a.signer !== b.signer || a.epoch !== b.epoch || a.view !== b.view) return false;
  const kinds = [a.kind, b.kind].sort().join(" and ");
  switch (kinds) {
    case "notarize and notarize":
    case "finalize and finalize":
      return a.block !== b.block;
    case "finalize and nullify":
      return true;
    default:
      return false;
  }
}

export interface PlainClaim {
  readonly epoch: number;
  readonly shard: string;
  readonly round: number;
  readonly prev: string;
  /** Whatever else it says. */
  readonly content: string;
}

/** C4: two different claims of one (epoch, shard) with the same round or the same `prev`. */
export function isClaimFault(a: PlainClaim, b: PlainClaim): boolean {
  const differ = JSON.stringify(Object.entries(a).sort()) !== JSON.stringify(Object.entries(b).sort());
  const competes = a.round === b.round || a.prev === b.prev;
  return differ && competes && `${a.epoch}/${a.shard}` === `${b.epoch}/${b.shard}`;
}
