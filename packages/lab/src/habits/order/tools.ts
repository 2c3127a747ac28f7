// What habits of the order stage have in common.

import { assert } from "@tandem/shared";
import type { LabEffect, LabMessage } from "../../nodes/words.ts";
import type { Block } from "../../payload/block.ts";
import { blockRules } from "../../payload/block.ts";
import type { Payer } from "../../work/payers.ts";
import type { HabitContext } from "../habit.ts";
import { signVote } from "../habit.ts";
import type { HabitName } from "../index.ts";
import type { Forge, Ground } from "./forge.ts";
import { accountOf } from "./forge.ts";
import type { Workshop } from "./workshop.ts";

/** More than a blob of a habit has, unless it is to be too large. */
const smallBytes = 1024;

/** What Byzantine nodes of the order stage have beside those of consensus. */
export interface OrderTools {
  readonly forge: Forge;
  readonly workshop: Workshop;
  /** With money, and for this habit of this seat alone. */
  readonly payer: Payer;
}

export function toolsOf({ order }: HabitContext): OrderTools {
  assert(order !== undefined, "this is a habit of the order stage");
  return order;
}

type ProposalMessage = Extract<LabMessage, { kind: "proposal" }>;

/** Other blocks instead of its own, each signed anew; its own where `change` gives nothing. `felt`: by whoever hears it. */
export function changeProposals(
  context: HabitContext,
  effects: readonly LabEffect[],
  change: (block: Block) => Block | undefined,
  felt?: HabitName,
): readonly LabEffect[] {
  // Another habit may send one proposal to each peer by itself.
  const changed = new Map<ProposalMessage, ProposalMessage>();
  return effects.map((effect) => {
    if ((effect.kind !== "broadcast" && effect.kind !== "send") || effect.message.kind !== "proposal") return effect;
    const own = effect.message;
    const message = changed.get(own) ?? changeOne(context, own, change, felt);
    changed.set(own, message);
    return { ...effect, message };
  });
}

function changeOne(
  context: HabitContext,
  own: ProposalMessage,
  change: (block: Block) => Block | undefined,
  felt: HabitName | undefined,
): ProposalMessage {
  const block = change(own.proposal.block);
  if (block === undefined) return own;
  toolsOf(context).forge.learn(block);
  const { view, root } = blockRules.infoOf(block);
  const { signature } = signVote(context, context.signer, "notarize", view, root);
  const message: ProposalMessage = { kind: "proposal", proposal: { ...own.proposal, block, signature } };
  return felt === undefined ? message : context.ledger.mark(felt, message, own);
}

/** The payer's next nonce there. */
export function nonceOn({ ledger }: Ground, { key }: Payer) {
  return accountOf(ledger, key).nonce;
}

/** As many of a block's blobs, from the first on, as leave room for so many small ones. */
export function leaveRoom(context: HabitContext, blobs: readonly Uint8Array[], count: number): readonly Uint8Array[] {
  const { blockBlobs, blockBytes } = toolsOf(context).forge.network.genesis.limits;
  let bytes = count * smallBytes;
  const fitting = blobs.findIndex((blob, index) => {
    bytes += blob.length;
    return index + count >= blockBlobs || bytes > blockBytes;
  });
  return fitting < 0 ? blobs : blobs.slice(0, fitting);
}
