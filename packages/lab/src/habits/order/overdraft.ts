// Has more than half of a payer's money spent in a block, and then, as leader right above it, as much again: by the ledger
// before, which may be the last final one, the payer has enough for either. What is spent goes to a second payer of its
// own, so there is always one who has enough. Felt by whoever is given the second blob.

import { asAmount, asView } from "@tandem/shared";
import type { Block } from "../../payload/block.ts";
import { type Payer, payerOf } from "../../work/payers.ts";
import { type HabitContext, type MakeHabit, send, viewStarted } from "../habit.ts";
import { accountOf, type Ground } from "./forge.ts";
import { changeProposals, leaveRoom, nonceOn, toolsOf } from "./tools.ts";

/** Second payers are numbered so much higher than first ones. */
const secondPayersFrom = 200_000;
/** Views before its own in which it pushes the first. */
const leadViews = 2;
/** Beyond what its machine counts up to. */
const batchesFrom = 10_000_000;

export const overdraft: MakeHabit = (context) => {
  const { forge } = toolsOf(context);
  let batch = batchesFrom;
  return {
    effects: (effects) => {
      const changed = changeProposals(context, effects, (block) => withSpending(context, block));
      const view = viewStarted(effects);
      if (view === undefined || context.leaderOf(asView(view + leadViews)) !== context.signer.seat) return changed;
      // Time enough for whoever leads before it to order the first.
      const bytes = spend(context, forge.final);
      const pushed = context.peers.map((peer) => send(peer, { kind: "blobs", batch: ++batch, blobs: [bytes] }));
      return [...changed, ...pushed];
    },
  };
};

/** Without others of these payers, which would come in between. */
function withSpending(context: HabitContext, block: Block): Block | undefined {
  const { forge, workshop } = toolsOf(context);
  const parent = forge.after(block.header.parent);
  const blobs = forge.read(block.body.blobs.filter((root) => workshop.find(root) === undefined));
  return parent && blobs && forge.rebuild(block, [...leaveRoom(context, blobs, 1), spend(context, parent)]);
}

/**
 * Three fifths of what the payer had some blocks below, to the other one. It is the second blob of one whose first is
 * between there and `parent`, else the first of the richer one.
 */
function spend(context: HabitContext, parent: Ground): Uint8Array {
  const { workshop, payer: first } = toolsOf(context);
  const below = parent.parent?.parent ?? parent.parent ?? parent;
  const payers = [first, payerOf(first.number + secondPayersFrom)] as const;
  const balanceOf = ({ key }: Payer) => accountOf(below.ledger, key).balance;
  const spent = payers.find((each) => nonceOn(parent, each) > nonceOn(below, each));
  const payer = spent ?? (balanceOf(payers[0]) >= balanceOf(payers[1]) ? payers[0] : payers[1]);
  const to = payer === payers[0] ? payers[1] : payers[0];
  const transfers = [{ to: to.key, amount: asAmount((balanceOf(payer) * 3n) / 5n) }];
  const nonce = nonceOn(parent, payer);
  return workshop.make({ payer, nonce, envelope: { transfers }, ...(spent && { habit: "overdraft" }) }).bytes;
}
