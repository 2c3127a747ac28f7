// Says nothing for stretches of views, or ever.
// Felt where an honest node gives up a view that it leads.

import { eachMessage, type MakeHabit, viewOf } from "./habit.ts";

/** Views in a stretch of silence or speech, as a power of two. */
const stretchBits = 3;

export const silent: MakeHabit = (context) => {
  const isForever = context.random.below(2) === 0;
  const isSilent = (view: number) => isForever || (view >> stretchBits) % 2 === 1;
  return {
    effects: (effects) =>
      eachMessage(context, effects, (message, to) =>
        isSilent(viewOf(message) ?? 0) ? [] : [{ kind: "send", to, message }],
      ),
  };
};
