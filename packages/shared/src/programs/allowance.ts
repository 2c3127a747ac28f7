// The least that an envelope must allow a program (P2): the shards of its contracts, and the sum of its budgets.

import { limits } from "../limits.ts";
import { type Budget, type ShardName, shardOf } from "../numbers.ts";
import type { Allowance, Program } from "./program.ts";

/**
 * Of a program, and of what its envelope touches besides. What is more than any envelope can allow is left to `checkProgram`
 * to refuse.
 */
export function leastAllowance({ steps }: Program, besides: readonly ShardName[] = []): Allowance {
  const named = steps.flatMap((step): ShardName[] => (step.kind === "call" ? [shardOf(step.at)] : []));
  const touches = [...new Set([...named, ...besides])].sort();
  // A pure step counts once for each shard touched.
  const sum = steps.reduce((all, { kind, budget }) => all + budget * (kind === "pure" ? touches.length : 1), 0);
  return { touches, budget: Math.min(sum, limits.budgetMax) as Budget };
}
