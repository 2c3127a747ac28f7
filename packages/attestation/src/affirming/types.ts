// The words of affirmations: what the book asks for and says, and why it refuses.

import type {
  ClaimEvidence,
  ClaimSummary,
  Failure,
  QuorumSignature,
  Root,
  Round,
  SeatSignature,
  ShardName,
} from "@tandem/shared";

/** Whoever sends, by its authenticated link. */
export type Peer = number;

export type AffirmTask =
  /** Affirmations of one claim, by different seats: as one, and bisected if that fails. */
  | {
      readonly kind: "equal";
      readonly shard: ShardName;
      readonly claim: Root;
      readonly signed: readonly SeatSignature[];
    }
  /** C4: two claims, by one seat: each on its own, for evidence rests on singly verified signatures (S9). */
  | { readonly kind: "pair"; readonly shard: ShardName; readonly signer: number; readonly pair: SignedPair };

export interface SignedClaim {
  readonly claim: Root;
  readonly signature: Uint8Array;
}

export type SignedPair = readonly [SignedClaim, SignedClaim];

export interface AffirmVerdict {
  readonly id: number;
  /** One for each signature of the task. */
  readonly valid: readonly boolean[];
  /** Of an `equal` task: the valid ones together, if they are a quorum. */
  readonly quorum: QuorumSignature | undefined;
}

export type BookEffect =
  | { readonly kind: "verify"; readonly id: number; readonly task: AffirmTask }
  /**
   * The claim's content is needed; these affirmed it. `learn` tells the book when it is held, or was seen, where it is for
   * evidence alone: one seat can sign any number of claims that never come to anything, and they may be large.
   */
  | {
      readonly kind: "want-claim";
      readonly why: "quorum" | "evidence";
      readonly shard: ShardName;
      readonly round: Round;
      readonly claim: Root;
      readonly from: readonly Peer[];
    }
  /** A quorum affirmed a claim whose content is held: with that, an attestation (A3). */
  | {
      readonly kind: "affirmed";
      readonly claim: Root;
      readonly summary: ClaimSummary;
      readonly quorum: QuorumSignature;
    }
  | { readonly kind: "evidence"; readonly evidence: ClaimEvidence };

export type OfferCode =
  | "unknown-shard"
  | "wrong-epoch"
  | "unknown-signer" // no seat of the shard's committee
  | "far-round" // too far above the final order height, or above all that waits to be attested
  | "stale" // at or below the frontier
  | "known" // this sender has its place for this claim
  | "liar" // it sent what is false, and the frontier has not passed that yet
  | "too-many" // this sender has as many lower rounds waiting
  | "full"; // and nobody holds more than this sender

export type OfferRefusal = Failure<OfferCode>;

export interface BookLimits {
  /** Rounds above the own final order height: affirmers may know later blocks, by a minute of a block a second. */
  readonly leadRoundsMax: number;
  /** Of one sender and shard, for claims without a quorum: who runs ahead further says it again. */
  readonly waitingPerSenderMax: number;
  /** Claims of one shard with a quorum that are not attested yet: all shards together fill many attest blocks. */
  readonly affirmedMax: number;
  /** Affirmations of all shards and senders: at some 500 bytes of memory each, 32 MiB. */
  readonly heldMax: number;
  /** How often a frontier moves before the claims of a conflict are given up. */
  readonly conflictMovesMax: number;
}

export const bookLimits: BookLimits = {
  leadRoundsMax: 64,
  waitingPerSenderMax: 16,
  affirmedMax: 64,
  heldMax: 65_536,
  conflictMovesMax: 64,
};
