// The words of the order chain's machine: what it is told, what it asks for, and what travels between peers.

import type {
  AttestHeader,
  BlobIndex,
  BlockInfo,
  BlockRef,
  Certificate,
  Citation,
  Height,
  HistoryProof,
  NamespaceProof,
  OrderBlock,
  OrderHeader,
  Records,
  Root,
  Round,
  ShardName,
  StoreBatch,
  TimeMs,
  Touch,
  ValidatorIndex,
  View,
} from "@tandem/shared";
import type { PayerSignature, Refusal } from "./candidate.ts";

/** A place in the set, or beyond it for peers that do not vote. */
export type Peer = number;

export type OrderMessage =
  /** O6: encoded blobs, pushed. One batch at a time is on its way to a peer. */
  | { readonly kind: "blobs"; readonly batch: number; readonly blobs: readonly Uint8Array[] }
  /** That batch was taken in; the next may come. */
  | { readonly kind: "received"; readonly batch: number }
  /** What is missing, by root. */
  | { readonly kind: "want"; readonly id: number; readonly roots: readonly Root[] }
  /** Those of them that are held, as many as fit, in any order. */
  | { readonly kind: "found"; readonly id: number; readonly blobs: readonly Uint8Array[] }
  /** O5: the slices of a shard from a height on, at most `count`. */
  | {
      readonly kind: "want-slices";
      readonly id: number;
      readonly shard: ShardName;
      readonly from: Height;
      readonly count: number;
    }
  | { readonly kind: "slices"; readonly id: number; readonly run: SliceRun };

/** O5: all blobs of one block that touch a shard, and proof that these are all. */
export interface ShardSlice {
  readonly touches: readonly Touch[];
  readonly proof: NamespaceProof;
  /** Encoded, one for each touch. */
  readonly blobs: readonly Uint8Array[];
}

/**
 * Consecutive headers, each the parent of the next; the last is final by the certificate. There are slices for the first
 * ones; more headers only lead on to a certificate.
 */
export interface SliceRun {
  readonly headers: readonly OrderHeader[];
  readonly slices: readonly ShardSlice[];
  /** None if the server has nothing from there on. */
  readonly certificate: Certificate | undefined;
}

export type OrderTimer =
  | { readonly name: "push"; readonly peer: Peer; readonly batch: number }
  | { readonly name: "fetch"; readonly id: number }
  /** Own blobs that wait for long are offered again. */
  | { readonly name: "offer" }
  /** A job sleeps until a time. */
  | { readonly name: "wake"; readonly id: number };

export type OrderTask =
  | { readonly kind: "signatures"; readonly signatures: readonly PayerSignature[] }
  /** Its certificate; everything else of it was checked. */
  | { readonly kind: "citation"; readonly citation: Citation<AttestHeader> };

/** O10: how far a shard's claims have come, by a final attest block. */
export interface ShardProgress {
  readonly round: Round;
  /** Programs pending. */
  readonly pending: number;
}

/** A final attest block, as the order chain sees it. */
export interface AttestedBlock {
  readonly header: AttestHeader;
  readonly ref: BlockRef;
  readonly certificate: Certificate;
  /** Of shards whose frontier it moved. */
  readonly changes: ReadonlyMap<ShardName, ShardProgress>;
}

export type OrderInput =
  /**
   * First of all inputs, once. `kept` holds the values of all records whose keys begin with `keptPrefix`: blobs that were
   * accepted before.
   */
  | { readonly kind: "start"; readonly kept: readonly Uint8Array[] }
  /** A client's blob. The answer is a `receipt`. */
  | { readonly kind: "submit"; readonly id: number; readonly bytes: Uint8Array }
  | { readonly kind: "message"; readonly from: Peer; readonly message: OrderMessage }
  | { readonly kind: "timer"; readonly timer: OrderTimer }
  | { readonly kind: "verified"; readonly id: number; readonly valid: readonly boolean[] }
  | { readonly kind: "read"; readonly id: number; readonly records: Records }
  | { readonly kind: "clock"; readonly id: number; readonly nowMs: TimeMs }
  | { readonly kind: "descent"; readonly id: number; readonly proof: HistoryProof | undefined }
  /** The next final block of the attest chain, in order of height. */
  | { readonly kind: "attested"; readonly block: AttestedBlock }
  // Of consensus:
  | {
      readonly kind: "build";
      readonly view: View;
      readonly parent: BlockInfo;
      readonly ancestors: readonly OrderBlock[];
      readonly isWanted: boolean;
    }
  | {
      readonly kind: "check";
      readonly block: OrderBlock;
      readonly info: BlockInfo;
      readonly ancestors: readonly OrderBlock[];
      /** Of the block's view. */
      readonly leader: ValidatorIndex;
    }
  /** S6: final, in order of height without gaps. */
  | {
      readonly kind: "deliver";
      readonly block: OrderBlock;
      readonly info: BlockInfo;
      readonly certificate: Certificate;
    };

/** What became of a submitted blob. */
export type Receipt =
  /**
   * It is durable here, and offered until it is ordered, replaced or expired; as long as its payer leaves it stuck, while
   * there is room. `isNew` is false if it was here before.
   */
  | { readonly kind: "accepted"; readonly blob: Root; readonly isNew: boolean }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/** A final block that was executed: what Stage 2, clients and checkers follow. */
export interface OrderedBlock {
  readonly block: OrderBlock;
  readonly info: BlockInfo;
  /** It names the block; where that is final by a later one, it may be a notarization (S6). */
  readonly certificate: Certificate;
  /** Encoded blobs, in order. */
  readonly blobs: readonly Uint8Array[];
}

export type OrderEffect =
  /** Durable, all or nothing, before any later effect is performed. */
  | { readonly kind: "store"; readonly batch: StoreBatch }
  /** Answered by `read`, with what all earlier `store`s left. */
  | { readonly kind: "read"; readonly id: number; readonly keys: readonly Uint8Array[] }
  | { readonly kind: "verify"; readonly id: number; readonly task: OrderTask }
  | { readonly kind: "clock"; readonly id: number }
  /** A proof that the attest block of height `from` is in the history of `header`; answered by `descent`. */
  | { readonly kind: "prove-descent"; readonly id: number; readonly from: Height; readonly header: AttestHeader }
  | { readonly kind: "set-timer"; readonly timer: OrderTimer; readonly afterMs: number }
  | { readonly kind: "send"; readonly to: Peer; readonly message: OrderMessage }
  | { readonly kind: "receipt"; readonly id: number; readonly receipt: Receipt }
  | ({ readonly kind: "ordered" } & OrderedBlock)
  /** A quorum finalized what cannot be: this node orders no more. It never overwrites its own state with theirs. */
  | { readonly kind: "diverged"; readonly info: BlockInfo; readonly problem: BlockProblem }
  // For consensus:
  | {
      readonly kind: "started";
      /** The last final block, and what names it; nothing for the genesis. */
      readonly block: OrderBlock | undefined;
      readonly certificate: Certificate | undefined;
      /** Of the last block that was executed, up to which Stage 2 can read. */
      readonly executed: Height;
    }
  | { readonly kind: "built"; readonly view: View; readonly block: OrderBlock | undefined }
  | {
      readonly kind: "checked";
      readonly root: Root;
      readonly verdict: "valid" | "invalid";
      readonly problem?: BlockProblem;
    }
  /** O8: whether there is something to propose. */
  | { readonly kind: "reason"; readonly has: boolean };

export type BlockProblemCode =
  | "proposer" // is not the leader of the view
  | "time" // does not grow
  | "history"
  | "sets" // validatorsRoot
  | "body" // the header commits to another body
  | "count" // too many blobs
  | "bytes" // too many bytes
  | "blob" // one that may not be in this block; `refusal` says why
  | "shard-budget" // too much work for one shard
  | "touches-root"
  | "ledger-root"
  | "citation"
  | "ancestor"; // it stands on a block that is not valid

export interface BlockProblem {
  readonly code: BlockProblemCode;
  readonly message: string;
  /** The blob, and what is wrong with it. */
  readonly index?: BlobIndex;
  readonly refusal?: Refusal;
}
