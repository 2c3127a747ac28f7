// As leader, proposes blocks that every honest room above finds wrong.

import { blockRules, unsoundOf } from "../payload/block.ts";
import { eachMessage, type MakeHabit, send, signVote } from "./habit.ts";

export const unsoundPayload: MakeHabit = (context) => ({
  effects: (effects) =>
    eachMessage(context, effects, (message, to) => {
      if (message.kind !== "proposal") return [send(to, message)];
      const block = unsoundOf(message.proposal.block);
      const { view, root } = blockRules.infoOf(block);
      const { signature } = signVote(context, context.signer, "notarize", view, root);
      const proposal = { ...message.proposal, block, signature };
      return [send(to, context.ledger.mark("unsound-payload", { kind: "proposal", proposal }, message))];
    }),
});
