// What a node's main thread and its replica thread say to each other. Frames are moved, not copied.

import type { Peer, StageTwoNews, StageTwoProgress } from "@tandem/attestation";
import type { Receipt } from "@tandem/ordering";
import type { Chain, ShardName } from "@tandem/shared";
import type { ProgramTrace } from "./trace-program.ts";

export interface ReplicaThreadConfig {
  /** Encoded genesis. */
  readonly genesis: Uint8Array;
  readonly dataFolder: string;
  readonly storeKind: "rocksdb" | "level";
  /** Absent for an observer. `seat` is its place in the genesis. */
  readonly validator: { readonly seat: number; readonly secretKey: Uint8Array } | undefined;
  /** Shards to execute. */
  readonly follows: readonly ShardName[];
  readonly verifyThreads: number;
  readonly executionThreads: number;
}

/** A frame from or to a peer; to all validators where there is none, and to observers too if it is said. */
export interface Frame {
  readonly peer: Peer | undefined;
  readonly bytes: Uint8Array;
  /** Of those that leave: blobs and answers, which votes and proposals may overtake. */
  readonly isBulk?: boolean;
  readonly isForObservers?: boolean;
}

export type ToThread =
  | { readonly kind: "frames"; readonly frames: readonly Frame[] }
  /**
   * Blobs of these lengths, one behind the other: thousands of small arrays are slow to cross over. The first has the
   * number `id`, and so on.
   */
  | { readonly kind: "submit"; readonly id: number; readonly lengths: readonly number[]; readonly bytes: Uint8Array }
  | { readonly kind: "query"; readonly id: number; readonly query: Query }
  | { readonly kind: "stop" };

export type FromThread =
  /** It has read what was stored, and takes part. */
  | ({ readonly kind: "ready" } & ThreadStart)
  | { readonly kind: "frames"; readonly frames: readonly Frame[] }
  /** The frames that were told first, of those not yet taken, have been handled. */
  | { readonly kind: "taken" }
  | { readonly kind: "receipts"; readonly receipts: readonly NumberedReceipt[] }
  | { readonly kind: "answer"; readonly id: number; readonly answer: QueryAnswer }
  | { readonly kind: "ordered"; readonly block: OrderedSummary }
  /** Of the order chain, and of the attest chain. */
  | { readonly kind: "final" | "attest-final"; readonly height: number; readonly view: number }
  | { readonly kind: "news"; readonly news: StageTwoNews }
  /** Two signatures of one seat of that chain's set that contradict each other (S10). */
  | { readonly kind: "evidence"; readonly chain: Chain; readonly seat: number; readonly view: number }
  /** A quorum finalized an attest block that cannot be: this node attests no more. */
  | { readonly kind: "attest-diverged"; readonly message: string }
  | { readonly kind: "failed"; readonly code: string; readonly message: string }
  | { readonly kind: "stopped" };

/** What its start found. */
export interface ThreadStart {
  /** At the end of the vote journals, unfinished. */
  readonly cutBytes: number;
  /** Chains on which it has a seat and does not vote: what its key signed there is not known (S8). */
  readonly unmarked: readonly Chain[];
}

/** By the number of its blob. */
export interface NumberedReceipt {
  readonly id: number;
  readonly receipt: Receipt;
}

/** A final block that was executed. */
export interface OrderedSummary {
  readonly height: number;
  readonly view: number;
  readonly root: Uint8Array;
  readonly timeMs: number;
  readonly proposer: number;
  /** Roots of its blobs, one after the other: thousands of small arrays are slow to cross over. */
  readonly blobRoots: Uint8Array;
  /** Of all its blobs, encoded. */
  readonly bytes: number;
}

export type Query =
  | { readonly kind: "block"; readonly height: number }
  | { readonly kind: "block-of"; readonly root: Uint8Array }
  | { readonly kind: "blob"; readonly root: Uint8Array }
  /** The same by the encoded blob. */
  | { readonly kind: "blob-of"; readonly bytes: Uint8Array }
  | { readonly kind: "account"; readonly payer: Uint8Array; readonly isProven: boolean }
  /** What a follower of one shard asks for (O5). */
  | { readonly kind: "slices"; readonly shard: string; readonly from: number; readonly count: number }
  /** The last block that was executed. */
  | { readonly kind: "tip" }
  | { readonly kind: "disk" }
  // Of Stage 2:
  | { readonly kind: "attest-block"; readonly height: number }
  /** What a follower of the attest chain asks for (A2). */
  | { readonly kind: "attest-run"; readonly from: number; readonly count: number }
  /** A claim with its exports (C5). */
  | { readonly kind: "claim"; readonly root: Uint8Array }
  /** How far the shards have come. */
  | { readonly kind: "progress" }
  /** How far a program has come, in every shard that it touches. */
  | { readonly kind: "program"; readonly root: Uint8Array };

export type QueryAnswer =
  | { readonly kind: "block"; readonly root: Uint8Array; readonly block: Uint8Array; readonly certificate: Uint8Array }
  | {
      readonly kind: "ordered";
      readonly root: Uint8Array;
      readonly height: number;
      readonly index: number;
      readonly bytes: Uint8Array;
    }
  /** Accepted here, and not ordered yet. */
  | { readonly kind: "waiting"; readonly root: Uint8Array; readonly bytes: Uint8Array }
  | {
      readonly kind: "account";
      readonly height: number;
      readonly balance: bigint;
      readonly nonce: number;
      readonly proof: Uint8Array | undefined;
    }
  /** An encoded run of slices, or of attest blocks. */
  | { readonly kind: "slices" | "attest-run"; readonly run: Uint8Array }
  | { readonly kind: "tip"; readonly height: number; readonly root: Uint8Array }
  | { readonly kind: "disk"; readonly bytes: number }
  | {
      readonly kind: "attest-block";
      readonly root: Uint8Array;
      readonly block: Uint8Array;
      readonly certificate: Uint8Array;
    }
  /** Encoded, as peers exchange it. */
  | { readonly kind: "claim"; readonly content: Uint8Array }
  | {
      readonly kind: "progress";
      readonly progress: StageTwoProgress;
      /** Of the attest blocks that have the shards' last attested claims. */
      readonly attestHeights: readonly number[];
    }
  | ({ readonly kind: "program" } & ProgramTrace)
  /** Stage 2 reads what was stored. */
  | { readonly kind: "starting" }
  | { readonly kind: "none"; readonly code: string; readonly message: string };
