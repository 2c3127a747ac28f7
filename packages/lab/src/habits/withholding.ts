// As leader, keeps its proposal from some. Felt where one of them has to ask for the block.

import { blockRules } from "../payload/block.ts";
import { eachMessage, type MakeHabit, send } from "./habit.ts";

export const withholding: MakeHabit = (context) => ({
  input: (input) => {
    const asks = input.kind === "message" && input.message.kind === "request" && input.message.request.kind === "block";
    return asks ? undefined : input;
  },
  effects: (effects) =>
    eachMessage(context, effects, (message, to) => {
      if (message.kind !== "proposal" || context.random.below(3) > 0) return [send(to, message)];
      context.ledger.withhold(to, blockRules.infoOf(message.proposal.block).root);
      return [];
    }),
});
