// Every Byzantine node of the order stage gives what habits made to whoever asks for it, as if its pool held it, and tells
// the forge what it hears. Whoever wants to keep a blob back does so after this.

import { equalBytes, limits, type Root } from "@tandem/shared";
import type { LabEffect, LabMessage } from "../../nodes/words.ts";
import type { HabitContext, MakeHabit } from "../habit.ts";
import { toolsOf } from "./tools.ts";
import type { Ware } from "./workshop.ts";

/** Questions remembered: more than peers have open at a time. */
const questionsMax = 256;

type Found = Extract<LabMessage, { kind: "found" }>;

export const serving: MakeHabit = (context) => {
  const { forge } = toolsOf(context);
  const asked = new Map<string, readonly Root[]>();
  const learn = (message: LabMessage) => {
    if (message.kind === "proposal") forge.learn(message.proposal.block);
    if (message.kind === "answer") for (const { block } of message.blocks) forge.learn(block);
  };
  return {
    input: (input) => {
      if (input.kind !== "message") return input;
      const { from, message } = input;
      learn(message);
      if (message.kind !== "want") return input;
      asked.set(`${from} ${message.id}`, message.roots);
      if (asked.size > questionsMax) asked.delete(asked.keys().next().value as string);
      return input;
    },
    effects: (effects) =>
      effects.map((effect): LabEffect => {
        if (effect.kind === "final") forge.settle(effect.block);
        if (effect.kind === "broadcast") learn(effect.message);
        if (effect.kind !== "send" || effect.message.kind !== "found") return effect;
        const { to, message } = effect;
        return { ...effect, message: withWares(context, message, asked.get(`${to} ${message.id}`) ?? []) };
      }),
  };
};

/** With as many of the blobs that were asked for as an answer may hold. */
function withWares(context: HabitContext, found: Found, roots: readonly Root[]): Found {
  const { workshop } = toolsOf(context);
  const wares = new Set(roots.flatMap((root) => workshop.find(root) ?? []));
  if (wares.size === 0) return found;
  const isGiven = (ware: Ware) => found.blobs.some((blob) => equalBytes(blob, ware.bytes));
  let bytes = found.blobs.reduce((sum, blob) => sum + blob.length, 0);
  const added = [...wares].filter((ware) => {
    if (isGiven(ware) || bytes + ware.bytes.length > limits.foundBytesMax) return false;
    bytes += ware.bytes.length;
    return true;
  });
  const message: Found = { ...found, blobs: [...found.blobs, ...added.map((ware) => ware.bytes)] };
  const isSent = (ware: Ware) => added.includes(ware) || isGiven(ware);
  const habits = new Set([...wares].filter(isSent).flatMap(({ habit }) => habit ?? []));
  for (const habit of habits) context.ledger.mark(habit, message, message);
  return message;
}
