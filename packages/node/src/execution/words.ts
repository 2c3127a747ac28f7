// What the replica's thread and the threads that execute shards say to each other.

import type { ExecutionTask } from "@tandem/attestation";
import type { ExecutionAnswer } from "@tandem/replica";
import type { PackedRecords } from "./packed-records.ts";

/** Each task has a number of its own, and so have the records that it asks for. */
export type ToExecution =
  | { readonly kind: "task"; readonly number: number; readonly task: ExecutionTask }
  | { readonly kind: "records"; readonly number: number; readonly records: PackedRecords };

export type FromExecution =
  /** Keys of records in the node's store. */
  | { readonly kind: "wanted"; readonly number: number; readonly keys: PackedRecords }
  | { readonly kind: "done"; readonly number: number; readonly answer: ExecutionAnswer }
  | { readonly kind: "failed"; readonly code: string; readonly message: string };
