// The words of followers: what they are given, what they ask for, and what they say.

import type { RoundInput, RoundResult, RoundSlice, VisibleClaim, WaitingProgram } from "@tandem/execution";
import {
  type BlockRef,
  type ClaimSummary,
  claimSummaryCodec,
  type Height,
  limits,
  type Root,
  type Round,
  type ShardName,
} from "@tandem/shared";
import type { OwnClaim } from "../affirming/own.ts";
import type { Difference } from "./difference.ts";

/** Where a claim stands among those of its shard. */
export interface ClaimPlace {
  readonly shard: ShardName;
  readonly round: Round;
  readonly prev: Root;
  readonly root: Root;
}

export function placeOf(summary: ClaimSummary): ClaimPlace {
  const { shard, round, prev } = summary;
  return { shard, round, prev, root: claimSummaryCodec.root(summary) };
}

/** A final order block, for those of the followed shards that are named in `slices`. */
export interface FinalOrder {
  readonly height: Height;
  /** R2: the attest block that it cites. */
  readonly attested: BlockRef;
  readonly slices: ReadonlyMap<ShardName, RoundSlice>;
}

/** A final attest block, by the claims that it attests, in order (A3). */
export interface FinalAttest {
  readonly height: Height;
  readonly claims: readonly ClaimPlace[];
}

export type RanRound = Pick<RoundResult, "claim" | "root" | "lanes" | "entries">;

/** The answer to `execute` or `recall`. What the round changed is in the store by then. */
export interface Executed {
  /** Nothing if the round made no claim (C1), or if this answers `recall`. */
  readonly result: RanRound | undefined;
  /** After it, as far as that changed since the answer before. */
  readonly waiting: readonly WaitingProgram[];
}

/** Where a shard's follower begins; its execution is there already. `start.ts` says what makes one true. */
export interface StartingPoint {
  readonly shard: ShardName;
  /** The last round that the execution was given. */
  readonly height: Height;
  /** The shard's last attested claim as far as it is known, genesis at first; then the own ones after it, in order. */
  readonly claims: readonly [MadeClaim, ...MadeClaim[]];
  /** Claims up to this attest block were shown to the execution, as far as it needs them. */
  readonly seen: Height;
  /** All of them. */
  readonly waiting: readonly WaitingProgram[];
  /** C6: the shard stopped before. */
  readonly dispute?: Dispute;
}

export interface MadeClaim {
  readonly round: Round;
  readonly root: Root;
}

export type FollowEffect =
  /** C5: this content is needed; if it is in the store it is given from there. */
  | { readonly kind: "want-claim"; readonly shard: ShardName; readonly root: Root }
  /** Nobody needs it any more. */
  | { readonly kind: "forget-claim"; readonly root: Root }
  /** Final order blocks with the shard's slices, from the store or from peers, in order. */
  | { readonly kind: "want-orders"; readonly shard: ShardName; readonly from: Height; readonly upTo: Height }
  /** Final attest blocks, likewise. */
  | { readonly kind: "want-attests"; readonly shard: ShardName; readonly from: Height; readonly upTo: Height }
  | { readonly kind: "execute"; readonly id: number; readonly shard: ShardName; readonly input: RoundInput }
  /** `ShardExecution.recall`. */
  | {
      readonly kind: "recall";
      readonly id: number;
      readonly shard: ShardName;
      readonly visible: readonly VisibleClaim[];
    }
  /** C5: the own claim, to be stored and served. */
  | ({ readonly kind: "claimed" } & Pick<RanRound, "claim" | "root" | "lanes">)
  /** C4: to be affirmed, unless the node's own record forbids it. */
  | { readonly kind: "affirm"; readonly own: OwnClaim }
  /** C6: the shard stopped. */
  | ({ readonly kind: "diverged" } & Dispute)
  /** C6: where the two first differ, when both contents are held. */
  | { readonly kind: "explained"; readonly dispute: Dispute; readonly difference: Difference }
  /** C6: a followed shard waits for the disputed one, or used its claims from the disputed round on. */
  | { readonly kind: "built-on-disputed"; readonly shard: ShardName; readonly dispute: Dispute };

/** C6: a quorum stands behind another claim than the own one. */
export interface Dispute {
  readonly shard: ShardName;
  /** Of the first of both claims. */
  readonly round: Round;
  /** Nothing if there was no work in that round. */
  readonly own: Root | undefined;
  readonly theirs: Root;
}

export interface FollowLimits {
  /** Order blocks of one shard that wait to be executed: as many as one answer brings. */
  readonly ordersMax: number;
  /** Bytes of payloads in them; one block always has room. */
  readonly sliceBytesMax: number;
  /** Attest blocks that wait to be cited, by one shard: a few minutes of a block a second. */
  readonly attestsMax: number;
  /** Claims in them, some 200 bytes each, which shards share: as many as a few full blocks have; one always has room. */
  readonly attestedMax: number;
  /** Claims of others whose contents are held for one shard at a time: most have kilobytes, none more than 17 MiB. */
  readonly portionMax: number;
  /** Contents that are asked for before they are needed. */
  readonly earlyMax: number;
  /** Claims with a quorum in rounds that a shard has not reached: they only make a divergence known sooner. */
  readonly expectedMax: number;
  /** Own claims of one shard that are not attested: above `waitingMax` of own affirmations, so those never starve. */
  readonly unattestedMax: number;
}

export const followLimits: FollowLimits = {
  ordersMax: limits.sliceRunBlocksMax,
  sliceBytesMax: 2 * limits.blockBytesMax,
  attestsMax: 256,
  attestedMax: 4 * limits.attestItemsMax,
  portionMax: 8,
  earlyMax: 256,
  expectedMax: 64,
  unattestedMax: 8192,
};
