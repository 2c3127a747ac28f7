// What the replica's thread and the threads that execute shards say to each other.

import type { AttestInput, ExecutedRound, ExecutionTask, OpenedShard } from "@tandem/attestation";
import type { PackedRecords } from "./packed-records.ts";

export type ExecutionResult = OpenedShard | ExecutedRound;
/** As the machine is told. */
export type ExecutionAnswer = Extract<AttestInput, { readonly kind: "opened" | "executed" }>;

/** Each task has a number of its own, and so have the records that it asks for. */
export type ToExecution =
  | { readonly kind: "task"; readonly number: number; readonly task: ExecutionTask }
  | { readonly kind: "records"; readonly number: number; readonly records: PackedRecords };

export type FromExecution =
  /** Keys of records in the node's store. */
  | { readonly kind: "wanted"; readonly number: number; readonly keys: PackedRecords }
  | { readonly kind: "done"; readonly number: number; readonly result: ExecutionResult }
  | { readonly kind: "failed"; readonly code: string; readonly message: string };
