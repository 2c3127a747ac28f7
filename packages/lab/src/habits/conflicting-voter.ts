// Votes for one block to some, and for another to the others, in notarize and in finalize.

import { asRoot, sha256 } from "@tandem/shared";
import { eachMessage, type MakeHabit, send, signVote } from "./habit.ts";

export const conflictingVoter: MakeHabit = (context) => ({
  effects: (effects) =>
    eachMessage(context, effects, (message, to) => {
      if (message.kind !== "vote" || message.vote.kind === "nullify" || context.random.below(2) === 0)
        return [send(to, message)];
      const { kind, view, block } = message.vote;
      const vote = signVote(context, context.signer, kind, view, asRoot(sha256(block)));
      return [send(to, context.ledger.mark("conflicting-voter", { kind: "vote", vote }, message))];
    }),
});
