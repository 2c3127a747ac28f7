// As leader, builds on the parent of the block that it should build on, as if that one were not there.

import { asHeight, type Certificate, toHex } from "@tandem/shared";
import type { LabEffect } from "../nodes/words.ts";
import { type Block, blockRules, genesis } from "../payload/block.ts";
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
  if (parent.height === 0) return undefined;
  const skipped = parent.height === 1 ? genesis.root : parents.get(toHex(parent.root))?.parent;
  if (skipped === undefined) return undefined;
  const certificate = certificates.get(toHex(skipped));
  if (parent.height > 1 && certificate === undefined) return undefined;
  const block: Block = {
    epoch: context.electorate.epoch,
    view,
    height: asHeight(parent.height),
    parent: skipped,
    isSound: true,
    salt: 0,
    items: [],
  };
  const { signature } = signVote(context, context.signer, "notarize", view, blockRules.infoOf(block).root);
  return broadcast(
    context.ledger.mark("skipped-parent", { kind: "proposal", proposal: { block, parent: certificate, signature } }),
  );
}

function remember<T>(kept: Map<string, T>, key: string, value: T): void {
  kept.set(key, value);
  if (kept.size > certificatesMax) kept.delete(kept.keys().next().value as string);
}
