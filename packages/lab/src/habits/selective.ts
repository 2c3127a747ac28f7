// Tells its votes and certificates to some only, others of each view. Felt where a node learns a certificate with
// this seat's bit, having never been told the vote.

import { eachMessage, type MakeHabit, send } from "./habit.ts";

export const selective: MakeHabit = (context) => ({
  effects: (effects) =>
    eachMessage(context, effects, (message, to) => {
      if (message.kind !== "vote" && message.kind !== "certificate") return [send(to, message)];
      if (context.random.below(2) === 0) return [send(to, message)];
      if (message.kind === "vote") context.ledger.keepBack(to, context.signer.seat, message.vote);
      return [];
    }),
});
