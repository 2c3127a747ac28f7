// Nullifies every view as soon as it comes to it, whatever else it votes.

import { zeroRoot } from "@tandem/shared";
import { broadcast, type MakeHabit, signVote, viewStarted } from "./habit.ts";

export const nullifyEverything: MakeHabit = (context) => ({
  effects: (effects) => {
    const view = viewStarted(effects);
    if (view === undefined) return effects;
    const vote = signVote(context, context.signer, "nullify", view, zeroRoot);
    return [...effects, broadcast(context.ledger.mark("nullify-everything", { kind: "vote", vote }))];
  },
});
