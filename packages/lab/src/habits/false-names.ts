// Votes in the names of others, and in its own name with a signature that is not one (S9).

import { asValidatorIndex, type Vote } from "@tandem/shared";
import { eachMessage, type MakeHabit, send } from "./habit.ts";

export const falseNames: MakeHabit = (context) => ({
  effects: (effects) =>
    eachMessage(context, effects, (message, to) => {
      if (message.kind !== "vote") return [send(to, message)];
      const lie = (vote: Vote) => send(to, context.ledger.mark("false-names", { kind: "vote", vote }, message));
      const signer = asValidatorIndex(context.random.pick(context.peers));
      if (context.random.below(2) === 0) return [lie({ ...message.vote, signer }), send(to, message)];
      return [lie({ ...message.vote, signature: new Uint8Array(96) })];
    }),
});
