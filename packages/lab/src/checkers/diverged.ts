// O6, S4: honest nodes vote for what they checked, so no quorum finalizes what an honest node finds wrong.

import type { Checker } from "./checker.ts";

export function diverged(): Checker {
  return {
    name: "diverged",
    onObservation(observation) {
      if (observation.kind !== "diverged") return undefined;
      const { info, problem } = observation;
      return `stopped at height ${info.height}: ${problem.code}, ${problem.message}`;
    },
  };
}
