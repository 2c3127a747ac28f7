// As leader, builds on the parent of the block that it should build on, as if that one were not there.

import { type Certificate, toHex } from "@tandem/shared";
import type { LabEffect } from "../nodes/words.ts";
import { type Block, blockRules, emptied } from "../payload/block.ts";
import { broadcast, type HabitContext, type MakeHabit, signVote } from "./habit.ts";

/** Certificates remembered: more than views stay unfinal for long. */
const certificatesMax = 256;

type Build = Extract<LabEffect, { kind: "build" }>;

export const skippedParent: MakeHabit = (context) => {
  const certificates = new Map<string, Certificate>();
  const parents = new Map<string, Block>();
  return {
    input: (input) => {
      if (input.kind !== "message" || input.message.kind !== "proposal") return input;
      const { block } = input.message.proposal;
      remember(parents, toHex(blockRules.infoOf(block).root), block);
      return input;
    },
    effects: (effects) =>
      effects.flatMap((effect) => {
        if (effect.kind === "broadcast" && effect.message.kind === "certificate") {
          const { certificate } = effect.message;
          if (certificate.kind !== "nullification") remember(certificates, toHex(certificate.block), certificate);
        }
        if (effect.kind !== "build" || context.random.below(3) === 0) return [effect];
        return [propose(context, effect, certificates, parents) ?? effect];
      }),
  };
};

function propose(
  context: HabitContext,
  { view, parent }: Build,
  certificates: ReadonlyMap<string, Certificate>,
  parents: ReadonlyMap<string, Block>,
): LabEffect | undefined {
  const skipped = parents.get(toHex(parent.root));
  if (skipped === undefined) return undefined;
  const certificate = certificates.get(toHex(skipped.header.parent));
  if (parent.height > 1 && certificate === undefined) return undefined;
  const below = parents.get(toHex(skipped.header.parent)) ?? skipped;
  const empty = emptied(skipped, below.header.ledgerRoot);
  const block: Block = { ...empty, header: { ...empty.header, view, proposer: context.signer.seat } };
  const { signature } = signVote(context, context.signer, "notarize", view, blockRules.infoOf(block).root);
  return broadcast(
    context.ledger.mark("skipped-parent", { kind: "proposal", proposal: { block, parent: certificate, signature } }),
  );
}

function remember<T>(kept: Map<string, T>, key: string, value: T): void {
  kept.set(key, value);
  if (kept.size > certificatesMax) kept.delete(kept.keys().next().value as string);
}
