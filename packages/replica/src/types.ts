// The words of the replica: those of its machines, joined. Kinds of messages, tasks, and names of timers do not overlap: what
// the consensus of the attest chain says, which speaks as that of the order chain does, is wrapped.

import type {
  AttestEffect,
  AttestInput,
  AttestMessage,
  AttestTask,
  AttestTimer,
  ExecutionTask,
  Peer,
} from "@tandem/attestation";
import type { BlockInfo, Message, Timer, Verified, VerifyTask } from "@tandem/consensus";
import type { OrderEffect, OrderInput, OrderMessage, OrderTask, OrderTimer } from "@tandem/ordering";
import type {
  AttestBlock,
  Certificate,
  Chain,
  OrderBlock,
  QuorumSignature,
  Round,
  View,
  VoteEvidence,
} from "@tandem/shared";

export type AttestVoteMessage = { readonly kind: "attest"; readonly message: Message<AttestBlock> };
export type AttestVoteTimer = { readonly name: "attest"; readonly timer: Timer };
export type AttestVoteTask = { readonly kind: "attest"; readonly task: VerifyTask };

export type ReplicaMessage = Message<OrderBlock> | OrderMessage | AttestVoteMessage | AttestMessage;
export type ReplicaTimer = Timer | OrderTimer | AttestVoteTimer | AttestTimer;
/** What it asks to be verified; `performReplicaVerify` does it. */
export type ReplicaTask = VerifyTask | OrderTask | AttestVoteTask | AttestTask;

/** Answer to `verify`. */
export interface ReplicaVerified extends Verified {
  /** Of a task of affirmations. */
  readonly quorum: QuorumSignature | undefined;
}

export interface ReplicaStart {
  readonly kind: "start";
  /** Of each chain the records that were durable, oldest first. */
  readonly journals: Readonly<Record<Chain, readonly Uint8Array[]>>;
  /** The values of all records whose keys begin with `keptPrefix`, of blobs. */
  readonly kept: readonly Uint8Array[];
  /** The values of all records whose keys begin with `ownPrefix`, of affirmations (C4). */
  readonly own: readonly Uint8Array[];
  /** C4: this key signed nothing above that round. Only where the store was just begun. */
  readonly firstRound: Round | undefined;
}

export type ReplicaInput =
  /** First of all inputs, once. */
  | ReplicaStart
  | { readonly kind: "message"; readonly from: Peer; readonly message: ReplicaMessage }
  | { readonly kind: "timer"; readonly timer: ReplicaTimer }
  | ({ readonly kind: "verified" } & ReplicaVerified)
  | Extract<OrderInput, { readonly kind: "submit" | "read" | "clock" }>
  /** Answers to execution tasks. */
  | Extract<AttestInput, { readonly kind: "opened" | "executed" }>;

export type ReplicaEffect =
  /** Into the journal of that chain. Durable before any later effect is performed (S8). */
  | { readonly kind: "persist"; readonly chain: Chain; readonly view: View; readonly record: Uint8Array }
  /** Of that chain, records of views below this one are not needed any more. */
  | { readonly kind: "prune"; readonly chain: Chain; readonly below: View }
  | {
      readonly kind: "evidence";
      readonly chain: Chain;
      readonly evidence: Pick<VoteEvidence, "first" | "second">;
    }
  | Extract<OrderEffect, { readonly kind: "store" | "read" | "clock" | "receipt" | "ordered" | "diverged" }>
  | Extract<AttestEffect, { readonly kind: "news" | "attest-diverged" }>
  | ExecutionTask
  | { readonly kind: "send"; readonly to: Peer; readonly message: ReplicaMessage }
  /** To every other validator. */
  | { readonly kind: "broadcast"; readonly message: ReplicaMessage }
  | { readonly kind: "set-timer"; readonly timer: ReplicaTimer; readonly afterMs: number }
  | { readonly kind: "verify"; readonly id: number; readonly task: ReplicaTask }
  /**
   * S6: consensus is reached on it, and that is stored. It may be executed (`ordered`) later: blobs may be missing. Of the
   * attest chain nothing is missing then.
   */
  | FinalEffect<"final", OrderBlock, BlockInfo>
  | FinalEffect<"attest-final", AttestBlock, BlockInfo>;

interface FinalEffect<Kind extends string, Block, Info> {
  readonly kind: Kind;
  readonly block: Block;
  readonly info: Info;
  readonly certificate: Certificate;
}
