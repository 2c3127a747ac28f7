// Proposes two blocks in one view, one to each half of the peers; now and then both to all, which proves it.

import type { LabMessage } from "../nodes/words.ts";
import { blockRules, withSalt } from "../payload/block.ts";
import { eachMessage, type HabitContext, type MakeHabit, send, signVote } from "./habit.ts";

export const equivocatingLeader: MakeHabit = (context) => ({
  effects: (effects) => {
    const own = effects.find((effect) => effect.kind === "broadcast" && effect.message.kind === "proposal");
    if (own?.kind !== "broadcast" || own.message.kind !== "proposal") return effects;
    const rival = rivalOf(context, own.message);
    const isOpen = context.random.below(4) === 0;
    const fooled = new Set(context.random.pickSome(context.peers, context.peers.length >> 1));
    return eachMessage(context, effects, (message, to) => {
      if (message !== own.message) return [send(to, message)];
      if (isOpen) return [send(to, message), send(to, rival)];
      return [send(to, fooled.has(to) ? rival : message)];
    });
  },
});

function rivalOf(context: HabitContext, message: Extract<LabMessage, { kind: "proposal" }>): LabMessage {
  const { block, parent } = message.proposal;
  const other = withSalt(block, 1);
  const { view, root } = blockRules.infoOf(other);
  const { signature } = signVote(context, context.signer, "notarize", view, root);
  return context.ledger.mark("equivocating-leader", {
    kind: "proposal",
    proposal: { block: other, parent, signature },
  });
}
