// The machine under test. Campaigns run on the workspace's own, or on another copy of its sources given by the path
// of its entry file: so a deliberate bug is a changed copy, and the machine has no switch for it. Nothing else here
// may import values from `@tandem/consensus`.

import { pathToFileURL } from "node:url";

export type Consensus = typeof import("@tandem/consensus");

/** `entry` is the path of an `index.ts`; without it, the workspace's own. */
export async function loadConsensus(entry?: string): Promise<Consensus> {
  if (entry === undefined) return await import("@tandem/consensus");
  return (await import(pathToFileURL(entry).href)) as Consensus;
}
