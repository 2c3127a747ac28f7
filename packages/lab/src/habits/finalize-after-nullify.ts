// Nullifies a view now and then, and finalizes it all the same once it is notarized: both votes count at someone.

import { type View, zeroRoot } from "@tandem/shared";
import type { LabEffect } from "../nodes/words.ts";
import { broadcast, type HabitContext, type MakeHabit, signVote, viewStarted } from "./habit.ts";

export const finalizeAfterNullify: MakeHabit = (context) => {
  const nullified = new Set<View>();
  return {
    effects: (effects) => {
      const added: LabEffect[] = [];
      const view = viewStarted(effects);
      if (view !== undefined && context.random.below(2) === 0) {
        nullified.add(view);
        added.push(broadcastVote(context, "nullify", view, zeroRoot));
      }
      for (const effect of effects) {
        if (effect.kind !== "broadcast") continue;
        const { message } = effect;
        if (message.kind === "vote" && message.vote.kind === "nullify") nullified.add(message.vote.view);
        if (message.kind !== "certificate" || message.certificate.kind !== "notarization") continue;
        const { certificate } = message;
        if (nullified.delete(certificate.view))
          added.push(broadcastVote(context, "finalize", certificate.view, certificate.block));
      }
      return added.length === 0 ? effects : [...effects, ...added];
    },
  };
};

function broadcastVote(context: HabitContext, kind: "nullify" | "finalize", view: View, block: typeof zeroRoot) {
  const vote = signVote(context, context.signer, kind, view, block);
  const message = { kind: "vote", vote } as const;
  return broadcast(kind === "finalize" ? context.ledger.mark("finalize-after-nullify", message) : message);
}
