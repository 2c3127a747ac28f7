// S4, S5, over all lives of a seat: one notarize and one finalize a view, each for one block, and never both of
// nullify and finalize. The votes are those that left on the wire, a proposal counting as its leader's notarize; and those of
// the journal with which a life begins: what it leads to may leave without it.

import { blockRules } from "../payload/block.ts";
import type { CheckContext, Checker } from "./checker.ts";
import { votesIn } from "./durable-first.ts";

export function signedOnce({ votes, seats, leaderOf }: CheckContext): Checker {
  return {
    name: "signed-once",
    onObservation(observation, instance) {
      const seat = seats[instance] as number;
      if (observation.kind === "booted") {
        const said = votesIn(observation.journal).map(({ kind, view, block }) => votes.enter(seat, kind, view, block));
        return said.find((contradiction) => contradiction !== undefined);
      }
      if (observation.kind !== "sent") return undefined;
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
