// As leader, orders a blob a second time: of the same block, or of a block below it, final or not.

import type { Root } from "@tandem/shared";
import type { Block } from "../../payload/block.ts";
import type { HabitContext, MakeHabit } from "../habit.ts";
import type { Ground } from "./forge.ts";
import { changeProposals, toolsOf } from "./tools.ts";

/** Blocks below that it looks into. */
const depthMax = 16;

export const doubleInclusion: MakeHabit = (context) => ({
  effects: (effects) => changeProposals(context, effects, (block) => withAgain(context, block), "double-inclusion"),
});

function withAgain(context: HabitContext, block: Block): Block | undefined {
  const { forge } = toolsOf(context);
  const own = block.body.blobs;
  const known = [...own, ...blobsBelow(forge.after(block.header.parent))];
  if (known.length === 0 || context.random.below(3) === 0) return undefined;
  const blobs = forge.read([...own, context.random.pick(known)]);
  return blobs && forge.rebuild(block, blobs);
}

function blobsBelow(ground: Ground | undefined): readonly Root[] {
  const roots: Root[] = [];
  let at = ground;
  for (let depth = 0; at !== undefined && depth < depthMax; depth++) {
    roots.push(...at.blobs);
    at = at.parent;
  }
  return roots;
}
