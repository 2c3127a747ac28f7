// What contents and own affirmations leave in a store of keys and values. The first byte of a key is its kind: other ones
// than those of attest blocks (`block-records.ts`), beside which they may lie, and where the claim that was attested for a
// shard and round is found. Names in keys are filled up with zeros, and numbers are big-endian, so that a kind is sorted by
// shard and then by round.
//
//   content   claim root                          a claim with its exports (C5): own ones, and what was fetched
//   own       mark, epoch, shard                  the highest round that this node signed there, and the claim (C4)
//   own       affirmation, epoch, shard, round    an own affirmation that is above the frontier
//
// Marks are never deleted: they outlive state and snapshots. All `own` records are read together at the start.
//
// A record that does not decode was not written by us: the world failed, which is a `StoreFault`.

import {
  type Affirmation,
  affirmationType,
  type Codec,
  codec,
  concatBytes,
  container,
  decodeRecord,
  type Epoch,
  epochType,
  limits,
  numberBytes,
  type Reading,
  type Root,
  type Round,
  rootType,
  roundType,
  type ShardName,
  type StoreBatch,
  shardNameType,
  union,
  utf8,
} from "@tandem/shared";
import { type ClaimContent, claimContentCodec } from "./content/claim-content.ts";

const kinds = { content: 48, own: 49 } as const;
const ownKinds = { mark: 0, affirmation: 1 } as const;

// Keys.

export const contentKey = (claim: Root): Uint8Array => concatBytes(Uint8Array.of(kinds.content), claim);

/** All `own` records begin with it, and no others. */
export const ownPrefix: Uint8Array = Uint8Array.of(kinds.own);

function markKey(epoch: Epoch, shard: ShardName): Uint8Array {
  return concatBytes(ownPrefix, Uint8Array.of(ownKinds.mark), numberBytes(epoch), nameBytes(shard));
}

function ownAffirmationKey({ epoch, shard, round }: Pick<Affirmation, "epoch" | "shard" | "round">): Uint8Array {
  const kind = Uint8Array.of(ownKinds.affirmation);
  return concatBytes(ownPrefix, kind, numberBytes(epoch), nameBytes(shard), numberBytes(round));
}

function nameBytes(name: string): Uint8Array {
  const bytes = new Uint8Array(limits.nameBytesMax);
  bytes.set(utf8(name));
  return bytes;
}

// Values.

/** C4: no claim of this shard at or below this round is signed any more, but this very one again. */
export interface OwnMark {
  readonly epoch: Epoch;
  readonly shard: ShardName;
  readonly round: Round;
  /** What was signed there; the genesis claim, or zero, if nothing was. */
  readonly claim: Root;
}

export type OwnRecord =
  | { readonly kind: "mark"; readonly value: OwnMark }
  | { readonly kind: "affirmation"; readonly value: Affirmation };

const ownRecordCodec: Codec<OwnRecord> = codec<OwnRecord>(
  "own-record",
  union({
    mark: container({ epoch: epochType, shard: shardNameType, round: roundType, claim: rootType }),
    affirmation: affirmationType,
  }),
);

/** Values of all records that begin with `ownPrefix`. */
export function decodeOwnRecords(records: readonly Uint8Array[]): readonly OwnRecord[] {
  return records.map((record) => decodeRecord(ownRecordCodec, record));
}

// Batches.

export function contentRecords(claim: Root, content: ClaimContent): StoreBatch {
  return { puts: [{ key: contentKey(claim), value: claimContentCodec.encode(content) }], deletes: [] };
}

/** C3: nothing that is pending anywhere needs its exports any more, or it came to nothing. */
export function forgetContent(claims: readonly Root[]): StoreBatch {
  return { puts: [], deletes: claims.map(contentKey) };
}

export function markRecord(mark: OwnMark): StoreBatch {
  const value = ownRecordCodec.encode({ kind: "mark", value: mark });
  return { puts: [{ key: markKey(mark.epoch, mark.shard), value }], deletes: [] };
}

/** C4: an own affirmation, and the mark that it moves: one step, or nothing of it. */
export function ownRecords(affirmation: Affirmation): StoreBatch {
  const value = ownRecordCodec.encode({ kind: "affirmation", value: affirmation });
  const { puts } = markRecord(affirmation);
  return { puts: [...puts, { key: ownAffirmationKey(affirmation), value }], deletes: [] };
}

/** They are at or below the frontier. */
export function forgetOwn(affirmations: readonly Affirmation[]): StoreBatch {
  return { puts: [], deletes: affirmations.map(ownAffirmationKey) };
}

// Readings.

/** As it travels. */
export function* readContentBytes(claim: Root): Reading<Uint8Array | undefined> {
  const [record] = yield [contentKey(claim)];
  return record;
}

export function* readContent(claim: Root): Reading<ClaimContent | undefined> {
  const record = yield* readContentBytes(claim);
  return record && decodeRecord(claimContentCodec, record);
}
