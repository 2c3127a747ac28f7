// As leader, builds on the parent of the block that it should build on, as if that one were not there.

import { type Certificate, toHex } from "@tandem/shared";
import type { LabEffect, LabMessage } from "../nodes/words.ts";
import { type Block, blockRules, emptied } from "../payload/block.ts";
import { broadcast, type HabitContext, type MakeHabit, signVote } from "./habit.ts";

/** Certificates and blocks remembered: more than views stay unfinal for long. */
const certificatesMax = 256;

type ProposalMessage = Extract<LabMessage, { kind: "proposal" }>;

export const skippedParent: MakeHabit = (context) => {
  const certificates = new Map<string, Certificate>();
  const blocks = new Map<string, Block>();
  return {
    input: (input) => {
      if (input.kind === "message" && input.message.kind === "proposal") rememberBlock(blocks, input.message);
      return input;
    },
    effects: (effects) =>
      effects.map((effect) => {
        if (effect.kind !== "broadcast") return effect;
        const { message } = effect;
        if (message.kind === "certificate" && message.certificate.kind !== "nullification")
          remember(certificates, toHex(message.certificate.block), message.certificate);
        if (message.kind !== "proposal") return effect;
        rememberBlock(blocks, message);
        if (context.random.below(3) === 0) return effect;
        return propose(context, message, certificates, blocks) ?? effect;
      }),
  };
};

function propose(
  context: HabitContext,
  own: ProposalMessage,
  certificates: ReadonlyMap<string, Certificate>,
  blocks: ReadonlyMap<string, Block>,
): LabEffect | undefined {
  const { view, parent } = blockRules.infoOf(own.proposal.block);
  const skipped = blocks.get(toHex(parent));
  if (skipped === undefined) return undefined;
  const { header } = skipped;
  const certificate = certificates.get(toHex(header.parent));
  if (header.height > 1 && certificate === undefined) return undefined;
  const below = blocks.get(toHex(header.parent)) ?? skipped;
  const empty = emptied(skipped, below.header.ledgerRoot);
  const block: Block = { ...empty, header: { ...empty.header, view, proposer: context.signer.seat } };
  const { signature } = signVote(context, context.signer, "notarize", view, blockRules.infoOf(block).root);
  const proposal = { block, parent: certificate, signature };
  return broadcast(context.ledger.mark("skipped-parent", { kind: "proposal", proposal }, own));
}

function rememberBlock(blocks: Map<string, Block>, { proposal }: ProposalMessage): void {
  remember(blocks, toHex(blockRules.infoOf(proposal.block).root), proposal.block);
}

function remember<T>(kept: Map<string, T>, key: string, value: T): void {
  kept.set(key, value);
  if (kept.size > certificatesMax) kept.delete(kept.keys().next().value as string);
}
