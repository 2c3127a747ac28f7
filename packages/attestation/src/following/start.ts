// Where a shard's follower begins. From the genesis there is nothing to say. From the own store, the last claim made there
// is true as far as this node is concerned; from a snapshot, the claim that was attested (`snapshot/`, C3). The state itself
// lies under the frontier's root, and is checked as it is read.
//
// The execution that begins there was not there when claims of other shards became visible. It waits for what it did not
// see, so it is enough to show it the attest chain from where the oldest of these could begin to matter.

import type { WaitingProgram } from "@tandem/execution";
import { asHeight, type Height } from "@tandem/shared";

/**
 * What was visible at this order height and before is of no use to an execution that was given rounds up to `done`: the
 * attest block that its header cites is where a `StartingPoint` has `seen`.
 */
export function seenHeight(done: Height, waiting: readonly WaitingProgram[]): Height {
  // They stand in line.
  const first = waiting.find(({ awaited = [] }) => awaited.some((each) => "step" in each));
  return asHeight(Math.min(done, first?.program.height ?? done));
}
