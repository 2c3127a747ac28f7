// Where a shard's follower begins. From the genesis there is nothing to say. From the own store, the last claim made there
// is true as far as this node is concerned. From anybody's snapshot, it has to be what an attested claim commits to (C3):
// its frontier, and the entry of every program that is pending, each for the blob that it names. The state itself lies
// under the frontier's root, and is checked as it is read.
//
// The execution that begins there was not there when claims of other shards became visible. It waits for what it did not
// see, so it is enough to show it the attest chain from where the oldest of these could begin to matter.

import type { PendingProgram } from "@tandem/execution";
import {
  asHeight,
  type ClaimSummary,
  claimSummaryCodec,
  equalBytes,
  type Frontier,
  failure,
  type Height,
  pendingEntryCodec,
  positionCodec,
  SparseMap,
  type Verdict,
  verified,
} from "@tandem/shared";
import type { WaitingProgram } from "./types.ts";

export interface Snapshot {
  readonly frontier: Frontier;
  /** In line order. */
  readonly pending: readonly PendingProgram[];
}

export type SnapshotCode =
  | "wrong-frontier" // not that of the claim
  | "wrong-entry" // an entry that is not the one of its root, or of another blob
  | "wrong-pending"; // not exactly the programs that were pending after the claim

/** Whether a snapshot is what the claim commits to. */
export function checkSnapshot(attested: ClaimSummary, { frontier, pending }: Snapshot): Verdict<SnapshotCode> {
  const wrong = wrongField(attested, frontier);
  if (wrong !== undefined) return failure("wrong-frontier", `frontier.${wrong}`, "it is not what the claim says");
  for (const [at, { ordered, entry, root }] of pending.entries()) {
    const isEntry = equalBytes(pendingEntryCodec.root(entry), root) && equalBytes(entry.blob, ordered.blob);
    if (!isEntry) return failure("wrong-entry", `pending[${at}]`, "it is not the entry of this program");
  }
  const entries = pending.map(({ ordered: { height, index }, root }) => {
    return { key: positionCodec.encode({ height, index }), value: root };
  });
  const map = SparseMap.empty.apply(entries, 0);
  const isAll =
    pending.length === attested.pending.count && map.ok && equalBytes(map.value.root, attested.pending.root);
  return isAll ? verified : failure("wrong-pending", "pending", `these ${pending.length} are not what was pending`);
}

function wrongField(attested: ClaimSummary, frontier: Frontier): keyof Frontier | undefined {
  if (frontier.round !== attested.round) return "round";
  if (!equalBytes(frontier.claim, claimSummaryCodec.root(attested))) return "claim";
  if (!equalBytes(frontier.contracts, attested.contracts)) return "contracts";
  const { count, root } = frontier.pending;
  const isPending = count === attested.pending.count && equalBytes(root, attested.pending.root);
  return isPending ? undefined : "pending";
}

/**
 * What was visible at this order height and before is of no use to an execution that was given rounds up to `done`: the
 * attest block that its header cites is where a `StartingPoint` has `seen`.
 */
export function seenHeight(done: Height, waiting: readonly WaitingProgram[]): Height {
  const awaiting = waiting.filter(({ awaited }) => awaited.length > 0);
  return asHeight(Math.min(done, ...awaiting.map(({ program }) => program.height)));
}
