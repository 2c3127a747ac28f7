// What nodes of the lab say and hear, in both stages: the words of the machine, with what the lab adds.

import type { BlockInfo, Effect, Input } from "@tandem/consensus";
import type { BlockProblem, OrderedBlock, OrderMessage, Receipt } from "@tandem/ordering";
import type { ReplicaEffect, ReplicaInput, ReplicaMessage, ReplicaTimer } from "@tandem/replica";
import type { Certificate, StoreBatch, StoreRecord, Vote } from "@tandem/shared";
import type { Seat } from "@tandem/simulator";
import type { Block } from "../payload/block.ts";
import type { WholeObservation } from "../whole/observations.ts";

export type LabMessage = ReplicaMessage;
export type LabTimer = ReplicaTimer;

export type LabInput =
  | Input<Block>
  | ReplicaInput
  /** Under consensus alone: an item of work reached this node. */
  | { readonly kind: "item"; readonly item: number }
  /** Order stage: the made attest chain is final up to this height (work/attest-chain.ts). */
  | { readonly kind: "attested-to"; readonly height: number }
  /** Effects that a habit held back. */
  | { readonly kind: "later"; readonly effects: readonly LabEffect[] };

export type LabEffect =
  | Effect<Block>
  | ReplicaEffect
  /** Of habits: perform these after a time. */
  | { readonly kind: "later"; readonly afterMs: number; readonly effects: readonly LabEffect[] };

/** What honest nodes do, as checkers see it. In the order in which it took effect at each node. */
export type Observation =
  | WholeObservation
  /** It runs, on this disk. */
  | {
      readonly kind: "booted";
      readonly finals: readonly FinalRecord[];
      readonly journal: readonly Uint8Array[];
    }
  /** These records are durable. */
  | { readonly kind: "durable"; readonly records: readonly Uint8Array[] }
  /** It dropped the journal of views below. */
  | { readonly kind: "pruned"; readonly below: number }
  /** It left, to one peer or (-1) to all. */
  | { readonly kind: "sent"; readonly to: number; readonly message: LabMessage }
  | {
      readonly kind: "delivered";
      readonly block: Block;
      readonly info: BlockInfo;
      readonly certificate: Certificate;
    }
  | { readonly kind: "evidence"; readonly first: Vote; readonly second: Vote }
  /** O8: whether it has something to propose changed. */
  | { readonly kind: "work"; readonly has: boolean }
  /** Order stage: after `booted`, what the store holds of the kinds that checkers read. */
  | { readonly kind: "restored"; readonly records: readonly StoreRecord[] }
  /** Order stage: this is durable. */
  | { readonly kind: "stored"; readonly batch: StoreBatch }
  /** Order stage: a message of ordering arrived. */
  | { readonly kind: "heard"; readonly from: Seat; readonly message: OrderMessage }
  /** Order stage: what became of the submission of this number. */
  | { readonly kind: "receipt"; readonly id: number; readonly receipt: Receipt }
  /** Order stage: a final block was executed. */
  | ({ readonly kind: "ordered" } & OrderedBlock)
  /** Order stage: a quorum finalized what it finds wrong, so it stopped. */
  | { readonly kind: "diverged"; readonly info: BlockInfo; readonly problem: BlockProblem };

/** A stored final block. */
export interface FinalRecord {
  readonly block: Block;
  readonly certificate: Certificate;
}
