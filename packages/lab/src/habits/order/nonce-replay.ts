// As leader, orders another blob of a nonce that is used. Felt by whoever is given that blob.

import { asNonce } from "@tandem/shared";
import type { Block } from "../../payload/block.ts";
import type { HabitContext, MakeHabit } from "../habit.ts";
import { changeProposals, leaveRoom, nonceOn, toolsOf } from "./tools.ts";

export const nonceReplay: MakeHabit = (context) => ({
  effects: (effects) => changeProposals(context, effects, (block) => withReplay(context, block)),
});

/** First a good blob of a new payer; after that, others of its nonces. */
function withReplay(context: HabitContext, block: Block): Block | undefined {
  const { forge, workshop, payer } = toolsOf(context);
  const parent = forge.after(block.header.parent);
  const blobs = forge.read(block.body.blobs);
  if (parent === undefined || blobs === undefined) return undefined;
  const next = nonceOn(parent, payer);
  if (next > 0 && context.random.below(4) === 0) return undefined;
  const added =
    next === 0
      ? workshop.make({ payer, nonce: next })
      : workshop.make({ payer, nonce: asNonce(context.random.below(next)), habit: "nonce-replay" });
  return forge.rebuild(block, [...leaveRoom(context, blobs, 1), added.bytes]);
}
