// As leader, proposes blocks that are right but for one root of the header, each in turn.

import { asRoot, sha256 } from "@tandem/shared";
import type { MakeHabit } from "../habit.ts";
import { changeProposals } from "./tools.ts";

const fields = ["blobsRoot", "touchesRoot", "ledgerRoot", "history", "validatorsRoot"] as const;

export const wrongRoot: MakeHabit = (context) => {
  let turn = context.random.below(fields.length);
  return {
    effects: (effects) =>
      changeProposals(
        context,
        effects,
        (block) => {
          if (context.random.below(3) === 0) return undefined;
          const field = fields[turn++ % fields.length] as (typeof fields)[number];
          return { ...block, header: { ...block.header, [field]: asRoot(sha256(block.header[field])) } };
        },
        "wrong-root",
      ),
  };
};
