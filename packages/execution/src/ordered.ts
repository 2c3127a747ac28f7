// What a shard is given of the order chain: for each height its slice, which is every blob that touches it, and of each
// blob the program that its payload decodes to (P1). A void payload has no steps, so nothing of it goes any further.

import {
  type Allowance,
  type Analysis,
  type BlobIndex,
  type Budget,
  checkProgram,
  type Height,
  limits,
  type Position,
  type Program,
  type Root,
  type TimeMs,
} from "@tandem/shared";

/** O5: the blobs of one order block that touch the shard, in order. */
export interface RoundSlice {
  readonly height: Height;
  readonly timeMs: TimeMs;
  readonly blobs: readonly SliceBlob[];
}

/** What Stage 2 wants of a blob; an envelope gives all but its place. */
export interface SliceBlob {
  readonly index: BlobIndex;
  readonly root: Root;
  readonly envelope: ProgramEnvelope;
}

export interface ProgramEnvelope extends Allowance {
  readonly payer: Uint8Array;
  readonly payload: Uint8Array;
}

/** A program and its place in the line of all steps of the log (section 5). */
export interface OrderedProgram extends Position {
  readonly blob: Root;
  /** Of the block that ordered it. */
  readonly timeMs: TimeMs;
  readonly payer: Uint8Array;
  /** Encoded bytes of the program. */
  readonly payloadBytes: number;
  /** What its envelope allows in all. */
  readonly budget: Budget;
  readonly program: Program;
  readonly analysis: Analysis;
}

/** The programs of a slice, in line order. */
export function programsOf({ height, timeMs, blobs }: RoundSlice): readonly OrderedProgram[] {
  const programs: OrderedProgram[] = [];
  for (const { index, root, envelope } of blobs) {
    const checked = checkProgram(envelope.payload, envelope);
    if (checked.kind === "void") continue;
    const { program, analysis } = checked;
    const { payer, payload, budget } = envelope;
    const payloadBytes = payload.length;
    programs.push({ height, index, blob: root, timeMs, payer, payloadBytes, budget, program, analysis });
  }
  return programs;
}

/** Positions as numbers that sort in line order; exact, for heights stay far below 2^39. */
export function positionNumber({ height, index }: Position): number {
  return height * limits.blockBlobsMax + index;
}
