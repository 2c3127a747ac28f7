// S4, S5, over all lives of a seat: one notarize and one finalize a view, each for one block, and never both of
// nullify and finalize. The votes are those that left on the wire, a proposal counting as its leader's notarize.

import { blockRules } from "../payload/block.ts";
import type { CheckContext, Checker } from "./checker.ts";

export function signedOnce({ votes, seats, leaderOf }: CheckContext): Checker {
  return {
    name: "signed-once",
    onObservation(observation, instance) {
      if (observation.kind !== "sent") return undefined;
      const seat = seats[instance] as number;
      const { message } = observation;
      if (message.kind === "vote") {
        const { kind, view, block, signer } = message.vote;
        return signer === seat ? votes.enter(seat, kind, view, block) : `passed on a vote of seat ${signer}`;
      }
      if (message.kind !== "proposal") return undefined;
      const { view, root } = blockRules.infoOf(message.proposal.block);
      if (leaderOf(view) !== seat) return `seat ${seat} proposed in view ${view}, which is not its own`;
      return votes.enter(seat, "notarize", view, root);
    },
  };
}
