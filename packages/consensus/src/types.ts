// The words of the consensus machine: what it is told, what it asks for, and what travels between peers.

import type {
  BlockInfo,
  Certificate,
  Codec,
  Height,
  Root,
  ValidatorIndex,
  View,
  Vote,
  VoteEvidence,
} from "@tandem/shared";

export type { BlockInfo };

/** How the machine handles blocks of one kind without knowing them. */
export interface BlockRules<Block> {
  readonly codec: Codec<Block>;
  infoOf(block: Block): BlockInfo;
  /** O8: one that is proposed only where an empty block is wanted. */
  isEmpty(block: Block): boolean;
}

/** A block with the certificate of its parent (S3): absent exactly where the parent is the genesis. */
export interface Proposal<Block> {
  readonly block: Block;
  readonly parent: Certificate | undefined;
  /** The leader's notarize vote (S4). */
  readonly signature: Uint8Array;
}

/** A block and a certificate that names it. */
export interface CertifiedBlock<Block> {
  readonly block: Block;
  readonly certificate: Certificate;
}

/** Repair (S7): the range of views is inclusive. */
export type Request =
  | { readonly kind: "certificates"; readonly from: View; readonly to: View }
  | { readonly kind: "block"; readonly root: Root }
  | { readonly kind: "chain"; readonly from: Height };

export type Message<Block> =
  | { readonly kind: "proposal"; readonly proposal: Proposal<Block> }
  | { readonly kind: "vote"; readonly vote: Vote }
  | { readonly kind: "certificate"; readonly certificate: Certificate }
  /** O8: the sender knows a reason to propose in this view; whether it is the heartbeat, for an empty block too. */
  | { readonly kind: "reason"; readonly view: View; readonly isBeat: boolean }
  | { readonly kind: "request"; readonly id: number; readonly request: Request }
  | {
      readonly kind: "answer";
      readonly id: number;
      readonly blocks: readonly CertifiedBlock<Block>[];
      readonly certificates: readonly Certificate[];
    };

/** A place in the set, or beyond it for peers that do not vote. */
export type Peer = number;

export type Timer =
  /** `run` tells timers of one start in a view from those of another. */
  | { readonly name: "leader" | "advance" | "repeat"; readonly view: View; readonly run: number }
  | { readonly name: "settle"; readonly view: View }
  | { readonly name: "heartbeat"; readonly beat: number }
  | { readonly name: "repair"; readonly id: number };

/** Signatures to check. */
export type VerifyTask =
  /** Equal votes: checked as one, and bisected if that fails (S9). */
  | { readonly kind: "votes"; readonly votes: readonly Vote[] }
  | { readonly kind: "certificate"; readonly certificate: Certificate };

/** Answer to `verify`. */
export interface Verified {
  readonly id: number;
  /** One for each vote, or one for the certificate. */
  readonly valid: readonly boolean[];
  /** The sum of the votes' signatures, where all are valid and equal. */
  readonly aggregate: Uint8Array | undefined;
}

/** The last final block that the shell holds, and what proves it; genesis is final without proof. */
export interface FinalBlock {
  readonly info: BlockInfo;
  readonly certificate: Certificate | undefined;
}

export type Input<Block> =
  /** First of all inputs, once. `journal` holds the records that were durable, oldest first. */
  | { readonly kind: "start"; readonly final: FinalBlock; readonly journal: readonly Uint8Array[] }
  | { readonly kind: "message"; readonly from: Peer; readonly message: Message<Block> }
  | { readonly kind: "timer"; readonly timer: Timer }
  | ({ readonly kind: "verified" } & Verified)
  | { readonly kind: "checked"; readonly root: Root; readonly verdict: "valid" | "invalid" }
  /** Answer to `build`; no block means that there is nothing to propose. */
  | { readonly kind: "built"; readonly view: View; readonly block: Block | undefined }
  /** O8: whether this node has a reason to propose, until said otherwise. */
  | { readonly kind: "reason"; readonly has: boolean };

export type Effect<Block> =
  /** Durable before any later effect is performed (S8). `view` says when it may go (`prune`). */
  | { readonly kind: "persist"; readonly view: View; readonly record: Uint8Array }
  | { readonly kind: "send"; readonly to: Peer; readonly message: Message<Block> }
  /** To every other peer. */
  | { readonly kind: "broadcast"; readonly message: Message<Block> }
  | { readonly kind: "set-timer"; readonly timer: Timer; readonly afterMs: number }
  | { readonly kind: "verify"; readonly id: number; readonly task: VerifyTask }
  /** `ancestors` are the blocks above the last final one up to the parent, oldest first. */
  | {
      readonly kind: "build";
      readonly view: View;
      readonly parent: BlockInfo;
      readonly ancestors: readonly Block[];
      /** There is a reason for a block even if it is empty. */
      readonly isWanted: boolean;
    }
  /** No answer means that something is still missing (O6): the vote waits. */
  | { readonly kind: "check"; readonly block: Block; readonly info: BlockInfo; readonly ancestors: readonly Block[] }
  /** S6, in order of height without gaps. Durable before later effects. */
  | { readonly kind: "deliver"; readonly block: Block; readonly info: BlockInfo; readonly certificate: Certificate }
  /** Journal records of views below this one are not needed any more. */
  | { readonly kind: "prune"; readonly below: View }
  | { readonly kind: "evidence"; readonly evidence: Pick<VoteEvidence, "first" | "second"> }
  /** Answer this `chain` request from the delivered blocks, at most `blocksMax` from `from` on. */
  | {
      readonly kind: "serve";
      readonly to: Peer;
      readonly id: number;
      readonly from: Height;
      readonly blocksMax: number;
    };

export interface Signer {
  readonly seat: ValidatorIndex;
  sign(message: Root): Uint8Array;
}
