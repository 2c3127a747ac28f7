// As leader, says that it is as late as at the parent, much later than anybody's clock allows, or as late as all allow.

import { asTimeMs } from "@tandem/shared";
import type { MakeHabit } from "../habit.ts";
import { changeProposals, toolsOf } from "./tools.ts";

/**
 * Clocks of honest nodes lie so far apart at most: two seconds from the start, and the drift of a minute either way. A
 * header that one of them may vote for and another may not yet is a fault of clocks, not of leaders.
 */
const spreadMs = 3300;
const muchMs = 60_000;

export const timeGames: MakeHabit = (context) => {
  const { forge } = toolsOf(context);
  const { clockLeadMs } = forge.network.genesis.limits;
  let nowMs = 0;
  return {
    input: (input) => {
      if (input.kind === "clock") nowMs = input.nowMs;
      return input;
    },
    effects: (effects) =>
      changeProposals(
        context,
        effects,
        (block) => {
          const parent = forge.after(block.header.parent);
          if (parent === undefined) return undefined;
          const least = parent.header.timeMs;
          const timeMs = context.random.pick([
            block.header.timeMs,
            least,
            nowMs + clockLeadMs + 1 + context.random.below(muchMs),
            Math.max(least + 1, nowMs + clockLeadMs - spreadMs),
          ]);
          if (timeMs === block.header.timeMs) return undefined;
          return { ...block, header: { ...block.header, timeMs: asTimeMs(timeMs) } };
        },
        "time-games",
      ),
  };
};
