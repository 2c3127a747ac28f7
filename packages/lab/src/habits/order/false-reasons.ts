// Claims without end that there is something to propose, so that nobody ever rests.

import { asView, type View } from "@tandem/shared";
import type { LabEffect } from "../../nodes/words.ts";
import { broadcast, type HabitContext, type MakeHabit, viewStarted } from "../habit.ts";

/** Said again after so many Δ. */
const pausesDeltas = [4, 16, 64];
const viewsAhead = 3;

export const falseReasons: MakeHabit = (context) => ({
  effects: (effects) => {
    const view = viewStarted(effects);
    if (view === undefined) return effects;
    const again = pausesDeltas.map((pause): LabEffect => {
      return { kind: "later", afterMs: pause * context.deltaMs, effects: [claim(context, view)] };
    });
    return [...effects, claim(context, view), ...again];
  },
});

function claim({ ledger, random }: HabitContext, from: View): LabEffect {
  const view = asView(from + random.below(viewsAhead));
  return broadcast(ledger.mark("false-reasons", { kind: "reason", view, isBeat: random.below(2) === 0 }));
}
