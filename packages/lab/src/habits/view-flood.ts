// Floods everyone with votes, reasons and requests of views far ahead.

import type { Message } from "@tandem/consensus";
import { asRoot, asView, sha256, utf8, type View, zeroRoot } from "@tandem/shared";
import type { LabEffect } from "../nodes/words.ts";
import type { Block } from "../payload/block.ts";
import { broadcast, type HabitContext, type MakeHabit, signVote, viewStarted } from "./habit.ts";

/** Messages for each view that it comes to. */
const floodMessages = 24;
const viewsAheadMax = 4000;

export const viewFlood: MakeHabit = (context) => ({
  effects: (effects) => {
    const view = viewStarted(effects);
    return view === undefined ? effects : [...effects, ...flood(context, view)];
  },
});

function flood(context: HabitContext, from: View): LabEffect[] {
  return Array.from({ length: floodMessages }, (_, i) => {
    const view = asView(from + 1 + context.random.below(i % 2 === 0 ? 80 : viewsAheadMax));
    return broadcast(context.ledger.mark("view-flood", floodMessage(context, view)));
  });
}

function floodMessage(context: HabitContext, view: View): Message<Block> {
  const block = asRoot(sha256(utf8(`flood ${view}`)));
  switch (context.random.below(5)) {
    case 0:
      return { kind: "reason", view, isBeat: true };
    case 1:
      return { kind: "request", id: view, request: { kind: "certificates", from: view, to: asView(view + 1000) } };
    case 2:
      return { kind: "vote", vote: signVote(context, context.signer, "nullify", view, zeroRoot) };
    case 3:
      return { kind: "vote", vote: signVote(context, context.signer, "notarize", view, block) };
    default:
      return { kind: "vote", vote: signVote(context, context.signer, "finalize", view, block) };
  }
}
