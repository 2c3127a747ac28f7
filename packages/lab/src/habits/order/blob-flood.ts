// Pushes without end: bytes that are no blobs, batches that are too large or come before the last is taken in, blobs of
// payers without money, and one blob after the other of one nonce, each with a little more tip.

import { asAmount, asNonce, limits } from "@tandem/shared";
import type { LabMessage } from "../../nodes/words.ts";
import { payerOf } from "../../work/payers.ts";
import { type HabitContext, type MakeHabit, send, viewStarted } from "../habit.ts";
import { nonceOn, toolsOf } from "./tools.ts";

/** Batches to each peer for each view that it comes to. */
const batches = 4;
const blobsOfBatch = 8;
/** Numbers of payers who have nothing, above all others. */
const poorPayersFrom = 100_000;
const poorPayers = 50;

type Batch = readonly Uint8Array[];

export const blobFlood: MakeHabit = (context) => {
  // Beyond what its machine counts up to.
  let number = 10_000_000;
  return {
    effects: (effects) => {
      if (viewStarted(effects) === undefined) return effects;
      const pushed = Array.from({ length: batches }, () => drawBatch(context)).flatMap((blobs) => {
        const message: LabMessage = { kind: "blobs", batch: ++number, blobs };
        context.ledger.mark("blob-flood", message);
        return context.peers.map((peer) => send(peer, message));
      });
      return [...effects, ...pushed];
    },
  };
};

function drawBatch(context: HabitContext): Batch {
  switch (context.random.below(5)) {
    case 0:
      return garbage(context);
    case 1:
      return Array.from({ length: limits.pushBlobsMax + 1 }, () => new Uint8Array(1));
    case 2:
      return Array.from({ length: 4 }, () => new Uint8Array(limits.blobBytesMax));
    case 3:
      return poor(context);
    default:
      return storm(context);
  }
}

function garbage({ random }: HabitContext): Batch {
  return Array.from({ length: blobsOfBatch }, () =>
    Uint8Array.from({ length: random.below(400) }, () => random.below(256)),
  );
}

function poor(context: HabitContext): Batch {
  return Array.from({ length: blobsOfBatch }, () => {
    const payer = payerOf(poorPayersFrom + context.random.below(poorPayers));
    const nonce = asNonce(context.random.below(100));
    return toolsOf(context).workshop.make({ payer, nonce }).bytes;
  });
}

/** Each tips enough to replace the one before, or too little for that. */
function storm(context: HabitContext): Batch {
  const { forge, workshop, payer } = toolsOf(context);
  const nonce = asNonce(nonceOn(forge.final, payer) + context.random.below(3));
  const first = context.random.below(1000);
  const step = context.random.pick([1, 200]);
  return Array.from({ length: blobsOfBatch }, (_, i) => {
    const tip = asAmount(BigInt(first + i * step));
    return workshop.make({ payer, nonce, envelope: { tip } }).bytes;
  });
}
