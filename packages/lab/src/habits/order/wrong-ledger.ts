// As leader, commits to a ledger that is right but for one account: a fee that its payer keeps, a transfer that arrives
// twice, or more for the proposer.

import type { Envelope } from "@tandem/shared";
import type { Block } from "../../payload/block.ts";
import type { HabitContext, MakeHabit } from "../habit.ts";
import { changeProposals, toolsOf } from "./tools.ts";

export const wrongLedger: MakeHabit = (context) => ({
  effects: (effects) => changeProposals(context, effects, (block) => withWrongLedger(context, block), "wrong-ledger"),
});

function withWrongLedger(context: HabitContext, block: Block): Block | undefined {
  const { forge } = toolsOf(context);
  const blobs = forge.read(block.body.blobs);
  if (blobs === undefined || context.random.below(3) === 0) return undefined;
  return forge.rebuild(block, blobs, (draft, envelopes) => {
    const wronged = draft.of(wrongedKey(context, block, envelopes));
    wronged.balance += 1n + BigInt(context.random.below(1000));
  });

  function wrongedKey({ random }: HabitContext, { header }: Block, envelopes: readonly Envelope[]): Uint8Array {
    const payers = envelopes.map(({ payer }) => payer);
    const receivers = envelopes.flatMap(({ transfers }) => transfers.map(({ to }) => to));
    return random.pick([...payers, ...receivers, forge.network.proposers[header.proposer] as Uint8Array]);
  }
}
