// S3–S6 restated over the votes that left honest nodes:
//
// - S4: whoever notarizes a block on a parent of view p knows a certificate for the parent, so one can be; and a
//   nullification of each view between, so one can be of each; and the height is the parent's plus one; and the room
//   above found the payload right.
// - S5: whoever finalizes knows the notarization.
// - S6: a delivered block lies below, or is, one whose finalization can be.

import { toHex } from "@tandem/shared";
import type { LabMessage } from "../nodes/words.ts";
import { type Block, blockRules, isSound } from "../payload/block.ts";
import type { CheckContext, Checker } from "./checker.ts";

/** By root: all that an honest node checked, built or built upon. */
type Blocks = ReadonlyMap<string, Block>;

export function justified(context: CheckContext, blocks: Blocks): Checker {
  /** Delivered under a notarization: a finalization has to follow before anything else. */
  const unfinal = new Set<number>();
  return {
    name: "justified",
    onObservation(observation, instance) {
      if (observation.kind === "delivered") {
        const { certificate } = observation;
        if (certificate.kind === "finalization") unfinal.delete(instance);
        else unfinal.add(instance);
        return undefined;
      }
      if (observation.kind === "booted") unfinal.delete(instance);
      if (observation.kind !== "sent") return undefined;
      if (unfinal.has(instance)) return "delivered blocks without a finalization above them";
      return unjustified(observation.message, context, blocks);
    },
  };
}

function unjustified(message: LabMessage, context: CheckContext, blocks: Blocks): string | undefined {
  if (message.kind === "proposal") return unjustifiedBlock(message.proposal.block, context, blocks);
  if (message.kind !== "vote") return undefined;
  const { kind, view, block } = message.vote;
  const root = toHex(block);
  if (kind === "notarize") {
    const known = blocks.get(root);
    if (known === undefined) return `notarized an unknown block in view ${view}`;
    if (!isSound(known)) return `notarized a block in view ${view} whose payload is wrong`;
    return unjustifiedBlock(known, context, blocks);
  }
  if (kind === "finalize" && !context.votes.canBeNotarized(view, root))
    return `finalized view ${view}, which is not notarized`;
  return undefined;
}

function unjustifiedBlock(block: Block, { genesis, votes }: CheckContext, blocks: Blocks): string | undefined {
  const { view, height, parent: parentRoot } = blockRules.infoOf(block);
  const parent = toHex(parentRoot);
  const isGenesis = parent === toHex(genesis.root);
  const stored = blocks.get(parent);
  const below = isGenesis ? genesis : stored && blockRules.infoOf(stored);
  if (below === undefined) return `view ${view} builds on a block that no honest node stored`;
  if (height !== below.height + 1) return `view ${view}: height ${height} on ${below.height}`;
  if (below.view >= view) return `view ${view} builds on view ${below.view}`;
  if (!isGenesis && !votes.canBeNotarized(below.view, parent) && !votes.canBeFinalized(below.view, parent))
    return `view ${view} builds on view ${below.view}, which cannot be notarized`;
  for (let skipped = below.view + 1; skipped < view; skipped++)
    if (!votes.canBeNullified(skipped)) return `view ${view} skips view ${skipped}, which cannot be nullified`;
  return undefined;
}
