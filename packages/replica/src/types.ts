// The words of the replica: those of its machines, joined. Kinds of messages, tasks, and names of timers do not overlap.

import type { BlockInfo, Effect, Message, Timer, Verified, VerifyTask } from "@tandem/consensus";
import type { OrderEffect, OrderInput, OrderMessage, OrderTask, OrderTimer, Peer } from "@tandem/ordering";
import type { Certificate, OrderBlock } from "@tandem/shared";

export type ReplicaMessage = Message<OrderBlock> | OrderMessage;
export type ReplicaTimer = Timer | OrderTimer;
/** What it asks to be verified; `performReplicaVerify` does it. */
export type ReplicaTask = VerifyTask | OrderTask;

export type ReplicaInput =
  /**
   * First of all inputs, once. `journal` holds the records of consensus that were durable, oldest first; `kept` the values
   * of all records whose keys begin with `keptPrefix`.
   */
  | { readonly kind: "start"; readonly journal: readonly Uint8Array[]; readonly kept: readonly Uint8Array[] }
  | { readonly kind: "message"; readonly from: Peer; readonly message: ReplicaMessage }
  | { readonly kind: "timer"; readonly timer: ReplicaTimer }
  | ({ readonly kind: "verified" } & Verified)
  | Extract<OrderInput, { readonly kind: "submit" | "read" | "clock" | "descent" | "attested" }>;

export type ReplicaEffect =
  | Extract<Effect<OrderBlock>, { readonly kind: "persist" | "prune" | "evidence" | "broadcast" }>
  | Extract<
      OrderEffect,
      { readonly kind: "store" | "read" | "clock" | "prove-descent" | "receipt" | "ordered" | "diverged" }
    >
  | { readonly kind: "send"; readonly to: Peer; readonly message: ReplicaMessage }
  | { readonly kind: "set-timer"; readonly timer: ReplicaTimer; readonly afterMs: number }
  | { readonly kind: "verify"; readonly id: number; readonly task: ReplicaTask }
  /** S6: consensus is reached on it, and that is stored. It may be executed (`ordered`) later: blobs may be missing. */
  | {
      readonly kind: "final";
      readonly block: OrderBlock;
      readonly info: BlockInfo;
      readonly certificate: Certificate;
    };
