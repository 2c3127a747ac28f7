// No two honest nodes deliver different blocks at one height: what the whole machine is for (S6).

import { toHex } from "@tandem/shared";
import { type Block, blockRules } from "../payload/block.ts";
import type { Checker } from "./checker.ts";

export function oneChain(): Checker {
  const chain: string[] = [];
  const check = (height: number, block: Block): string | undefined => {
    const root = toHex(blockRules.infoOf(block).root);
    const before = chain[height];
    if (before === undefined) chain[height] = root;
    else if (before !== root)
      return `two blocks are final at height ${height}: ${root.slice(0, 8)} and ${before.slice(0, 8)}`;
    return undefined;
  };
  return {
    name: "one-chain",
    onObservation(observation) {
      if (observation.kind === "delivered") return check(observation.info.height, observation.block);
      if (observation.kind !== "booted") return undefined;
      for (const [i, { block }] of observation.finals.entries()) {
        const wrong = check(i + 1, block);
        if (wrong !== undefined) return wrong;
      }
      return undefined;
    },
  };
}
