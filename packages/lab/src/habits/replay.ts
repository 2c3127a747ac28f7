// Says again what it heard, to anyone, any time later: votes of others, old proposals, certificates and answers.

import type { LabMessage } from "../nodes/words.ts";
import { type MakeHabit, send } from "./habit.ts";

const heardMax = 128;

export const replay: MakeHabit = (context) => {
  const heard: LabMessage[] = [];
  return {
    input: (input) => {
      if (input.kind === "message") heard[context.random.below(heardMax)] = input.message;
      return input;
    },
    effects: (effects) => {
      const old = heard[context.random.below(heardMax)];
      if (old === undefined || context.random.below(4) > 0) return effects;
      const message = context.ledger.mark("replay", { ...old }, old);
      return [...effects, send(context.random.pick(context.peers), message)];
    },
  };
};
