// Answers who misses blobs with other blobs, half of them, too many, bytes that are none, or nothing.

import type { LabMessage } from "../../nodes/words.ts";
import { eachMessage, type HabitContext, type MakeHabit, send } from "../habit.ts";
import { toolsOf } from "./tools.ts";
import { firstNonce } from "./workshop.ts";

type Found = Extract<LabMessage, { kind: "found" }>;

const manyBlobs = 300;

export const foundLiar: MakeHabit = (context) => ({
  effects: (effects) =>
    eachMessage(context, effects, (message, to) => {
      if (message.kind !== "found") return [send(to, message)];
      return [send(to, context.ledger.mark("found-liar", lie(context, message), message))];
    }),
});

function lie(context: HabitContext, found: Found): Found {
  const { blobs } = found;
  switch (context.random.below(6)) {
    case 0:
      return { ...found, blobs: [] };
    case 1:
      return { ...found, blobs: blobs.slice(0, blobs.length >> 1) };
    case 2:
      return { ...found, blobs: blobs.map((bytes) => bytes.slice(0, bytes.length >> 1)) };
    case 3:
      return {
        ...found,
        blobs: Array.from({ length: manyBlobs }, (_, i) => blobs[i % blobs.length] ?? new Uint8Array(i)),
      };
    case 4:
      return { ...found, id: found.id + 1 };
    default: {
      const { workshop, payer } = toolsOf(context);
      return { ...found, blobs: [workshop.make({ payer, nonce: firstNonce }).bytes, ...blobs.slice(1)] };
    }
  }
}
