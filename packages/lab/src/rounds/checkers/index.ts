// The checkers of each round, the plainest first: who fires first says most.

import { claims } from "./claims.ts";
import type { RoundChecker, RoundsContext } from "./context.ts";
import { due } from "./due.ts";
import { inputs } from "./inputs.ts";
import { outcomes } from "./outcomes.ts";
import { pending } from "./pending.ts";
import { states } from "./states.ts";

export function createRoundCheckers(context: RoundsContext): readonly RoundChecker[] {
  return [due, outcomes(context), states(context), inputs(context), pending(context), claims(context)];
}
