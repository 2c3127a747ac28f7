// O5: who follows one shard by slices alone has exactly the blobs of final blocks that touch it, whoever gives them, and
// takes what honest nodes give.

import type { Follower } from "../../work/follower.ts";
import type { Checker } from "../checker.ts";

export function slices(follower: Pick<Follower, "problem">): Checker {
  return { name: "slices", onObservation: () => follower.problem };
}
