// Weighted sets of validators, bitmaps, quorums, and the one door to believing a certificate.
//
// S1: a quorum is more than 2/3 of weight: 3·signed > 2·total, in exact integers; exactly 2/3 is none.
// A bitmap has one bit for each member, in the order of the set. Keys are parsed once, when a committee is
// made; possession of each must have been proven before (genesis does).

import { toHex } from "./bytes.ts";
import { type Domain, signingRoot } from "./domains.ts";
import type { Members } from "./messages/validator-sets.ts";
import type { Root } from "./numbers.ts";
import { type Failure, failure, type Result, success, type Verdict, verified } from "./result.ts";
import type { PublicKey, Scheme } from "./scheme.ts";

export type CommitteeCode = "empty-committee" | "bad-key" | "doubled-key" | "bad-weight"; // zero, or the sum exceeds 2^64-1

export interface Seat {
  readonly key: PublicKey;
  readonly weight: bigint;
}

/** A set whose keys are parsed. `seats[i]` belongs to bit `i` of a bitmap and to signer `i`. */
export interface Committee {
  readonly seats: readonly Seat[];
  readonly total: bigint;
}

export function createCommittee(scheme: Scheme, members: Members): Result<Committee, Failure<CommitteeCode>> {
  if (members.length === 0) return failure("empty-committee", "", "a committee has at least one member");
  const seats: Seat[] = [];
  const seen = new Set<string>();
  let total = 0n;
  for (const [index, member] of members.entries()) {
    const path = `[${index}]`;
    const key = scheme.parsePublicKey(member.key);
    if (!key.ok) return failure("bad-key", `${path}.key`, key.error.message);
    const hex = toHex(member.key);
    if (seen.has(hex)) return failure("doubled-key", `${path}.key`, "this key stands twice in the committee");
    seen.add(hex);
    total += member.weight;
    if (member.weight <= 0n || total >= 1n << 64n) {
      return failure("bad-weight", `${path}.weight`, "weights are positive and add up to less than 2^64");
    }
    seats.push({ key: key.value, weight: member.weight });
  }
  return success({ seats, total });
}

/** S1. */
export function isQuorum(committee: Pick<Committee, "total">, weight: bigint): boolean {
  return 3n * weight > 2n * committee.total;
}

/** The largest weight that may be faulty: less than a third (section 8). */
export function faultyMax(committee: Committee): bigint {
  return (committee.total - 1n) / 3n;
}

export function weightOf(committee: Committee, bitmap: readonly boolean[]): bigint {
  let weight = 0n;
  for (let i = 0; i < committee.seats.length; i++) if (bitmap[i]) weight += (committee.seats[i] as Seat).weight;
  return weight;
}

export type QuorumCode =
  | "bitmap-length" // not one bit for each member
  | "no-quorum"
  | "bad-signature"; // malformed, or not by exactly these signers over exactly this

/** An aggregate signature with who signed. */
export interface QuorumSignature {
  readonly bitmap: readonly boolean[];
  readonly signature: Uint8Array;
}

/** Whether `signed` carries a quorum of `committee` over `root` in `domain`. */
export function verifyQuorum(
  scheme: Scheme,
  committee: Committee,
  domain: Domain,
  root: Root,
  { bitmap, signature }: QuorumSignature,
): Verdict<QuorumCode> {
  const { seats } = committee;
  if (bitmap.length !== seats.length) {
    return failure("bitmap-length", "bitmap", `${bitmap.length} bits for ${seats.length} members`);
  }
  const weight = weightOf(committee, bitmap);
  if (!isQuorum(committee, weight)) {
    return failure("no-quorum", "bitmap", `weight ${weight} of ${committee.total} is not more than 2/3`);
  }
  const keys = seats.filter((_, i) => bitmap[i]).map((seat) => seat.key);
  if (!scheme.verifyAggregate(keys, signingRoot(domain, root), signature)) {
    return failure("bad-signature", "signature", "the aggregate is not by these signers over this");
  }
  return verified;
}

/** A signature by one seat, checked on its own. */
export interface SeatSignature {
  readonly signer: number;
  readonly signature: Uint8Array;
}

/**
 * The bitmap of who signed. Who calls this with a doubled or unknown signer is wrong about its own bookkeeping, so
 * that is refused as a value with the seat named.
 */
export function bitmapOf(
  committee: Committee,
  signed: readonly Pick<SeatSignature, "signer">[],
): Result<readonly boolean[], Failure<"unknown-signer" | "doubled-signer">> {
  const bitmap = committee.seats.map(() => false);
  for (const [index, { signer }] of signed.entries()) {
    const path = `[${index}].signer`;
    if (bitmap[signer] === undefined) return failure("unknown-signer", path, `seat ${signer} of ${bitmap.length}`);
    if (bitmap[signer]) return failure("doubled-signer", path, `seat ${signer} stands twice`);
    bitmap[signer] = true;
  }
  return success(bitmap);
}

/** Combines signatures that were verified, one by one or together. */
export function aggregateQuorum(
  scheme: Scheme,
  committee: Committee,
  signed: readonly SeatSignature[],
): Result<QuorumSignature, Failure<"unknown-signer" | "doubled-signer" | "bad-signature">> {
  const bitmap = bitmapOf(committee, signed);
  if (!bitmap.ok) return bitmap;
  const aggregate = scheme.aggregate(signed.map(({ signature }) => signature));
  if (!aggregate.ok) {
    const malformed = signed.findIndex(({ signature }) => scheme.checkSignature(signature) !== undefined);
    return failure("bad-signature", malformed < 0 ? "" : `[${malformed}].signature`, aggregate.error.message);
  }
  return success({ bitmap: bitmap.value, signature: aggregate.value });
}
