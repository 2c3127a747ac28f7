// What a node's main thread and its replica thread say to each other. Frames are moved, not copied.

import type { Peer, Receipt } from "@tandem/ordering";

export interface ReplicaThreadConfig {
  /** Encoded genesis. */
  readonly genesis: Uint8Array;
  readonly dataFolder: string;
  readonly storeKind: "rocksdb" | "level";
  /** Absent for an observer. */
  readonly validator: { readonly seat: number; readonly secretKey: Uint8Array } | undefined;
  readonly verifyThreads: number;
}

/** A frame from or to a peer; to all validators where there is none. */
export interface Frame {
  readonly peer: Peer | undefined;
  readonly bytes: Uint8Array;
  /** Of those that leave: blobs and answers, which votes and proposals may overtake. */
  readonly isBulk?: boolean;
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
  | { readonly kind: "ready"; readonly cutBytes: number }
  | { readonly kind: "frames"; readonly frames: readonly Frame[] }
  /** The frames that were told first, of those not yet taken, have been handled. */
  | { readonly kind: "taken" }
  | { readonly kind: "receipts"; readonly receipts: readonly NumberedReceipt[] }
  | { readonly kind: "answer"; readonly id: number; readonly answer: QueryAnswer }
  | { readonly kind: "ordered"; readonly block: OrderedSummary }
  | { readonly kind: "final"; readonly height: number; readonly view: number }
  /** Two signatures of one seat that contradict each other (S10). */
  | { readonly kind: "evidence"; readonly seat: number; readonly view: number }
  | { readonly kind: "failed"; readonly code: string; readonly message: string }
  | { readonly kind: "stopped" };

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
  | { readonly kind: "disk" };

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
  /** An encoded run of slices. */
  | { readonly kind: "slices"; readonly run: Uint8Array }
  | { readonly kind: "tip"; readonly height: number; readonly root: Uint8Array }
  | { readonly kind: "disk"; readonly bytes: number }
  | { readonly kind: "none"; readonly code: string; readonly message: string };
