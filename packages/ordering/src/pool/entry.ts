// A candidate as it waits, and what its tip says.
//
// O7: between payers the tip per byte decides. It is compared exactly, as a whole number: two fractions of tips by sizes
// below 2^18.5 differ by more than 2^-37 or not at all, so those that differ do so as multiples of 2^-37, rounded down.

import { assert, limits } from "@tandem/shared";
import type { Candidate } from "../candidate.ts";

const rateBits = 37;
assert(limits.blobBytesMax ** 2 <= 2 ** rateBits, "rates of blobs of any size compare exactly");

export interface Entry {
  readonly candidate: Candidate;
  readonly nonce: number;
  /** Counts up: who comes first is first among equals. */
  readonly arrival: number;
  readonly rate: bigint;
  /** A client was promised that it will be offered until it is ordered, replaced or expired; stuck, while there is room. */
  isOwn: boolean;
}

export function entryOf(candidate: Candidate, arrival: number, isOwn: boolean): Entry {
  return { candidate, nonce: candidate.blob.envelope.nonce, arrival, rate: rateOf(candidate), isOwn };
}

/** Tip per byte, in units of 2^-37. */
export function rateOf({ blob, bytes }: Candidate): bigint {
  return (blob.envelope.tip << BigInt(rateBits)) / BigInt(bytes.length);
}

/**
 * Percent of the tip that is replaced, and of its tip per byte, that another blob of the same payer and nonce has to
 * tip at least: each replacement costs all validators a signature check and a transmission, and only the last one pays.
 */
const replacementPercent = 110n;

/** Whether `candidate` tips enough more than `old` to take its place; more than nothing, if that tips nothing. */
export function isReplacement(candidate: Candidate, old: Candidate): boolean {
  const tip = candidate.blob.envelope.tip;
  const oldTip = old.blob.envelope.tip;
  return isEnough(tip, oldTip) && isEnough(tip * BigInt(old.bytes.length), oldTip * BigInt(candidate.bytes.length));
}

function isEnough(offered: bigint, old: bigint): boolean {
  return offered > old && offered * 100n >= old * replacementPercent;
}
