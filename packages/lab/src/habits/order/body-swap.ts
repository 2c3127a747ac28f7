// Answers who misses blocks with the right headers and other bodies: blobs left out, turned round, added, or a made-up
// citation.

import { asRoot, limits, sha256 } from "@tandem/shared";
import type { LabMessage } from "../../nodes/words.ts";
import type { Block } from "../../payload/block.ts";
import { eachMessage, type HabitContext, type MakeHabit, send } from "../habit.ts";

type Answer = Extract<LabMessage, { kind: "answer" }>;

export const bodySwap: MakeHabit = (context) => ({
  effects: (effects) =>
    eachMessage(context, effects, (message, to) => {
      if (message.kind !== "answer" || message.blocks.length === 0) return [send(to, message)];
      const blocks = message.blocks.map((each) => ({ ...each, block: swap(context, each.block) }));
      return [send(to, context.ledger.mark("body-swap", { ...message, blocks } satisfies Answer, message))];
    }),
});

function swap({ random }: HabitContext, { header, body }: Block): Block {
  const { blobs } = body;
  const other = asRoot(sha256(header.blobsRoot));
  switch (random.below(5)) {
    case 0:
      return { header, body: { ...body, blobs: blobs.slice(1) } };
    case 1:
      return { header, body: { ...body, blobs: [...blobs].reverse() } };
    case 2:
      return { header, body: { ...body, blobs: [...blobs, other] } };
    case 3:
      return { header, body: { ...body, blobs: Array.from({ length: limits.blockBlobsMax + 1 }, () => other) } };
    default:
      return { header, body: { ...body, blobs: blobs.map(() => other) } };
  }
}
