// Says everything, after a while. Felt where it arrives after the receiver left the view.

import { eachMessage, type MakeHabit, send } from "./habit.ts";

export const late: MakeHabit = (context) => ({
  effects: (effects) =>
    eachMessage(context, effects, (message, to) => {
      const afterMs = context.random.between(context.deltaMs >> 1, 6 * context.deltaMs);
      const delayed = context.ledger.mark("late", { ...message }, message);
      return [{ kind: "later", afterMs, effects: [send(to, delayed)] }];
    }),
});
