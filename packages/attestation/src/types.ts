// The words of Stage 2's machine: what it is told, what it asks for, and what travels between peers.

import type {
  OrderedProgram,
  RefusedCall,
  RoundInput,
  RoundResult,
  VisibleClaim,
  WaitingProgram,
} from "@tandem/execution";
import type {
  Affirmation,
  AttestBlock,
  AttestHeader,
  BlockInfo,
  BlockRef,
  Certificate,
  Frontier,
  Height,
  HistoryProof,
  OrderHeader,
  Position,
  Reading,
  Records,
  Root,
  Round,
  ShardName,
  StoreBatch,
  ValidatorIndex,
  View,
  VoteEvidence,
} from "@tandem/shared";
import type { OwnTimer } from "./affirming/own.ts";
import type { AffirmTask, AffirmVerdict } from "./affirming/types.ts";
import type { ContentMessage, ContentTimer } from "./content/types.ts";
import type { Explanation, StateMessage, StateTimer } from "./explaining/types.ts";
import type { Difference } from "./following/difference.ts";
import type { ClaimPlace, Dispute } from "./following/types.ts";
import type { Progress } from "./frontiers.ts";
import type { AttestProblem, BlockChecks } from "./judge-block.ts";
import type { OrderPlaces } from "./state.ts";

/** A validator, by its place in the genesis, or beyond these for peers that are none. */
export type Peer = number;

export type AttestMessage =
  /** C4: of one sender, said when they are made, and again while their shard stands still. */
  { readonly kind: "affirmations"; readonly affirmations: readonly Affirmation[] } | ContentMessage | StateMessage;

export type AttestTimer = OwnTimer | ContentTimer | StateTimer;

export type AttestTask =
  | { readonly kind: "affirmations"; readonly task: AffirmTask }
  /** A2, A3: what is left of a block when everything else agrees; answered up to the first that does not hold. */
  | { readonly kind: "attest-block"; readonly checks: BlockChecks };

/** A final order block that was executed (O2), with all that Stage 2 takes from it. */
export interface OrderedBlockFacts {
  readonly header: OrderHeader;
  readonly root: Root;
  /** It names the block; who cites it needs a finalization (A2). */
  readonly certificate: Certificate;
  /** Encoded, in order. */
  readonly blobs: readonly Uint8Array[];
}

/**
 * The order chain as Stage 2 reads it from the store that both share. These are readings and names of records, so that
 * neither stage knows how the other keeps them.
 */
export interface OrderReads extends OrderPlaces {
  /** O3, of the order chain: that its block of height `from` is in the history of `header`. */
  proveDescent(from: Height, header: OrderHeader): Reading<HistoryProof | undefined>;
  /** A block that was executed; nothing if it was not yet. */
  ordered(height: Height): Reading<Pick<OrderedBlockFacts, "header" | "blobs"> | undefined>;
  /** A final block's header, and the certificate that names it: its own finalization, or a notarization. */
  certified(height: Height): Reading<Pick<OrderedBlockFacts, "header" | "certificate"> | undefined>;
  /** A program that was ordered there, of this blob. */
  program(position: Position, blob: Root): Reading<OrderedProgram | undefined>;
}

/** A final attest block, as the order chain takes it (O3, O10). */
export interface AttestedBlockFacts {
  readonly header: AttestHeader;
  readonly ref: BlockRef;
  readonly certificate: Certificate;
  readonly changes: ReadonlyMap<ShardName, Progress>;
}

/** A round that was executed, as far as others than the execution want it: plain data. */
export type RoundFacts = Pick<RoundResult, "claim" | "root" | "lanes" | "entries" | "refusals" | "batch">;

export type AttestInput =
  /**
   * First of all inputs, once. `own` are the values of all records whose keys begin with `ownPrefix`; `firstRound` says
   * that this key signed nothing above that round, and is given where a store is begun (C4). `executed` is the last
   * order block that was executed here.
   */
  | {
      readonly kind: "start";
      readonly own: readonly Uint8Array[];
      readonly firstRound: Round | undefined;
      readonly executed: Height;
    }
  | { readonly kind: "message"; readonly from: Peer; readonly message: AttestMessage }
  | { readonly kind: "timer"; readonly timer: AttestTimer }
  | { readonly kind: "verified"; readonly id: number; readonly verdict: AttestVerdict }
  | { readonly kind: "read"; readonly id: number; readonly records: Records }
  /** Final order blocks that were executed, in order of height. */
  | { readonly kind: "ordered"; readonly block: OrderedBlockFacts }
  /** O3: answered by `descent`. */
  | { readonly kind: "prove-descent"; readonly id: number; readonly from: Height; readonly header: AttestHeader }
  /** S10: of one of the chains. */
  | { readonly kind: "vote-evidence"; readonly evidence: VoteEvidence }
  // Of executions:
  | { readonly kind: "opened"; readonly id: number; readonly opened: OpenedShard }
  | { readonly kind: "executed"; readonly id: number; readonly executed: ExecutedRound }
  // Of consensus:
  | {
      readonly kind: "build";
      readonly view: View;
      readonly parent: BlockInfo;
      readonly ancestors: readonly AttestBlock[];
      readonly isWanted: boolean;
    }
  | {
      readonly kind: "check";
      readonly block: AttestBlock;
      readonly info: BlockInfo;
      readonly ancestors: readonly AttestBlock[];
      readonly leader: ValidatorIndex;
    }
  | {
      readonly kind: "deliver";
      readonly block: AttestBlock;
      readonly info: BlockInfo;
      readonly certificate: Certificate;
    };

export interface AttestVerdict {
  readonly valid: readonly boolean[];
  /** Of a task of affirmations. */
  readonly quorum: AffirmVerdict["quorum"];
}

export interface OpenedShard {
  /** The shard's last claim: that it was opened at, or that of the genesis. */
  readonly frontier: Frontier;
  /** What a shard that begins leaves in the store. */
  readonly batch: StoreBatch;
  /** All that waits after that claim. */
  readonly waiting: readonly WaitingProgram[];
}

export interface ExecutedRound {
  /** Nothing if the round made no claim (C1), and for `recall`. */
  readonly result: RoundFacts | undefined;
  /** What changed of it since the answer before. */
  readonly waiting: readonly WaitingProgram[];
}

/** What an execution is asked: of one shard one thing after the other. */
export type ExecutionTask =
  /** Begins, or goes on, from a claim that it made; from the genesis without one. Answered by `opened`. */
  | {
      readonly kind: "open-shard";
      readonly id: number;
      readonly shard: ShardName;
      readonly frontier: Frontier | undefined;
    }
  /** Answered by `executed`. The round's batch is not stored by the execution: the machine does. */
  | { readonly kind: "execute"; readonly id: number; readonly shard: ShardName; readonly input: RoundInput }
  /** Answered by `executed`. */
  | {
      readonly kind: "recall";
      readonly id: number;
      readonly shard: ShardName;
      readonly visible: readonly VisibleClaim[];
    };

/** What people and programs want to hear of Stage 2; nothing in the protocol rests on it. */
export type StageTwoNews =
  /** run: this node made a claim. */
  | {
      readonly kind: "claimed";
      readonly shard: ShardName;
      readonly round: Round;
      readonly claim: Root;
      readonly refusals: readonly RefusedCall[];
    }
  /** A quorum affirmed it. */
  | { readonly kind: "affirmed"; readonly shard: ShardName; readonly round: Round; readonly claim: Root }
  /** In a final attest block, in order. */
  | {
      readonly kind: "attested";
      readonly height: Height;
      readonly claims: readonly ClaimPlace[];
    }
  /** C6, C4: loud. */
  | { readonly kind: "alarm"; readonly alarm: Alarm };

export type Alarm =
  | ({ readonly what: "diverged" } & Dispute)
  | { readonly what: "shown"; readonly explanation: Explanation }
  | { readonly what: "explained"; readonly dispute: Dispute; readonly difference: Difference }
  | { readonly what: "built-on-disputed"; readonly shard: ShardName; readonly dispute: Dispute }
  /** C4: this node has no record of what it signed in this epoch and shard, so it signs nothing there. */
  | { readonly what: "no-mark"; readonly shard: ShardName }
  /** C4: the first claim after a mark that was made by hand follows one below it, so it is not affirmed. */
  | { readonly what: "not-affirmed"; readonly shard: ShardName; readonly round: Round };

export type AttestEffect =
  /** Durable, all or nothing, before any later effect is performed. */
  | { readonly kind: "store"; readonly batch: StoreBatch }
  /** Answered by `read`, with what all earlier `store`s left. */
  | { readonly kind: "read"; readonly id: number; readonly keys: readonly Uint8Array[] }
  | { readonly kind: "verify"; readonly id: number; readonly task: AttestTask }
  | { readonly kind: "set-timer"; readonly timer: AttestTimer; readonly afterMs: number }
  | { readonly kind: "send"; readonly to: Peer; readonly message: AttestMessage }
  /** To every other validator. */
  | { readonly kind: "broadcast"; readonly message: AttestMessage }
  | ExecutionTask
  | { readonly kind: "news"; readonly news: StageTwoNews }
  // For the order chain:
  | { readonly kind: "attested"; readonly block: AttestedBlockFacts }
  | { readonly kind: "descent"; readonly id: number; readonly proof: HistoryProof | undefined }
  // For consensus:
  | { readonly kind: "started"; readonly block: AttestBlock | undefined; readonly certificate: Certificate | undefined }
  | { readonly kind: "built"; readonly view: View; readonly block: AttestBlock | undefined }
  | {
      readonly kind: "checked";
      readonly root: Root;
      readonly verdict: "valid" | "invalid";
      readonly problem?: AttestProblem;
    }
  /** O8: whether there is something to propose. */
  | { readonly kind: "reason"; readonly has: boolean }
  /** A quorum finalized what cannot be: this node attests no more, and keeps what it has. */
  | { readonly kind: "attest-diverged"; readonly info: BlockInfo; readonly problem: AttestProblem };
