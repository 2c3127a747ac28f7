// Each node delivers heights one after the other, each block on top of the one before, across restarts too: what was
// delivered was durable, so a restart goes on where it ended (S6, S8). Who lost its store begins anew, once.

import { toHex } from "@tandem/shared";
import { type Losses, nobody } from "../losses.ts";
import { blockRules } from "../payload/block.ts";
import type { CheckContext, Checker } from "./checker.ts";

export function commitOrder({ genesis }: CheckContext, losses: Pick<Losses, "isOver"> = nobody): Checker {
  const anew = new Set<number>();
  const heights = new Map<number, number>();
  const tips = new Map<number, string>();
  return {
    name: "commit-order",
    onObservation(observation, instance, timeUs) {
      if (observation.kind === "booted") {
        const { finals } = observation;
        const before = heights.get(instance) ?? 0;
        heights.set(instance, finals.length);
        const tip = finals.at(-1);
        tips.set(instance, toHex(tip === undefined ? genesis.root : blockRules.infoOf(tip.block).root));
        const isAnew = finals.length === 0 && losses.isOver(instance, timeUs) && !anew.has(instance);
        if (isAnew) anew.add(instance);
        return finals.length < before && !isAnew
          ? `delivered height ${before}, and held ${finals.length} after a restart`
          : undefined;
      }
      if (observation.kind !== "delivered") return undefined;
      const { height, parent, root } = observation.info;
      const before = heights.get(instance) ?? 0;
      if (height !== before + 1) return `delivered height ${height} after ${before}`;
      if (toHex(parent) !== tips.get(instance)) return `the block of height ${height} is not on top of the one before`;
      heights.set(instance, height);
      tips.set(instance, toHex(root));
      return undefined;
    },
  };
}
