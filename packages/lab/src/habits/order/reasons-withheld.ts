// Tells nobody that there is something to propose, and as leader leaves out all blobs, or those of some payers.
// Felt by whoever hears a block that lacks what its leader had.

import { blobCodec } from "@tandem/shared";
import type { Block } from "../../payload/block.ts";
import { eachMessage, type HabitContext, type MakeHabit, send } from "../habit.ts";
import { changeProposals, toolsOf } from "./tools.ts";

/** One in so many payers is left out. */
const censoredOneIn = 2;

export const reasonsWithheld: MakeHabit = (context) => {
  const isAll = context.random.below(2) === 0;
  const isCensored = (key: Uint8Array) => isAll || (key[0] as number) % censoredOneIn === 0;
  return {
    effects: (effects) =>
      eachMessage(
        context,
        changeProposals(context, effects, (block) => without(context, block, isCensored), "reasons-withheld"),
        (message, to) => (message.kind === "reason" ? [] : [send(to, message)]),
      ),
  };
};

function without(context: HabitContext, block: Block, isCensored: (key: Uint8Array) => boolean): Block | undefined {
  const { forge } = toolsOf(context);
  const parent = forge.after(block.header.parent);
  const blobs = forge.read(block.body.blobs);
  if (parent === undefined || blobs === undefined) return undefined;
  const others = blobs.filter((bytes) => {
    const blob = blobCodec.decode(bytes);
    return blob.ok && !isCensored(blob.value.envelope.payer);
  });
  if (others.length === blobs.length) return undefined;
  // What spends money that a censored blob brings has to go too.
  return forge.rebuild(block, forge.admissible(parent, others));
}
