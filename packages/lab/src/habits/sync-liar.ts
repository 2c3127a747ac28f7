// Answers who asks for what it missed with other blocks, false certificates, nothing, or too much.

import type { Certificate } from "@tandem/shared";
import type { LabMessage } from "../nodes/words.ts";
import { withSalt } from "../payload/block.ts";
import { eachMessage, type HabitContext, type MakeHabit, send } from "./habit.ts";

type Answer = Extract<LabMessage, { kind: "answer" }>;

export const syncLiar: MakeHabit = (context) => {
  const seen: Certificate[] = [];
  return {
    input: (input) => {
      if (input.kind === "message" && input.message.kind === "certificate")
        seen[context.random.below(64)] = input.message.certificate;
      return input;
    },
    effects: (effects) =>
      eachMessage(context, effects, (message, to) => {
        if (message.kind !== "answer") return [send(to, message)];
        return [send(to, context.ledger.mark("sync-liar", lie(context, message, seen), message))];
      }).map((effect) => {
        // What the shell would serve from final blocks.
        if (effect.kind !== "serve") return effect;
        const answer: Answer = { kind: "answer", id: effect.id, blocks: [], certificates: seen.filter(Boolean) };
        return send(effect.to, context.ledger.mark("sync-liar", answer));
      }),
  };
};

function lie(context: HabitContext, answer: Answer, seen: readonly Certificate[]): Answer {
  const forge = (certificate: Certificate): Certificate => ({
    ...certificate,
    bitmap: certificate.bitmap.map(() => true),
  });
  switch (context.random.below(4)) {
    case 0:
      return { ...answer, blocks: [], certificates: [] };
    case 1:
      return { ...answer, certificates: answer.certificates.map(forge) };
    case 2: {
      const blocks = answer.blocks.map(({ block, certificate }) => ({ block: withSalt(block, 7), certificate }));
      return { ...answer, blocks };
    }
    default: {
      const old = seen.filter(Boolean);
      return {
        ...answer,
        certificates: old.length === 0 ? [] : Array.from({ length: 300 }, (_, i) => old[i % old.length] as Certificate),
      };
    }
  }
}
