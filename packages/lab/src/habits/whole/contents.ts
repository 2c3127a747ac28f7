// What is wrong with contents of claims: they are kept back, are others, or are asked for without end.

import { asRoot, type Root, sha256 } from "@tandem/shared";
import type { LabMessage } from "../../nodes/words.ts";
import { eachMessage, type HabitContext, type MakeHabit, send, viewStarted } from "../habit.ts";

/** Questions at once: more than an honest peer has open. */
const floodMax = 12;
const knownMax = 64;

/** C5: answers nobody. */
export const withheldContents: MakeHabit = ({ ledger }) => ({
  input: (input) => {
    if (input.kind !== "message" || input.message.kind !== "want-content") return input;
    ledger.feel("withheld-contents");
    return undefined;
  },
});

/** Says that it has none, gives a part, or what does not match. */
export const contentLiar: MakeHabit = (context) => ({
  effects: (effects) =>
    eachMessage(context, effects, (message, to) => {
      if (message.kind !== "content") return [send(to, message)];
      return [send(to, context.ledger.mark("content-liar", lie(context, message), message))];
    }),
});

function lie({ random }: HabitContext, message: Extract<LabMessage, { kind: "content" }>): LabMessage {
  const { content } = message;
  if (content === undefined || random.below(4) === 0) return { ...message, content: undefined };
  if (random.below(2) === 0) return { ...message, content: content.slice(0, random.below(content.length)) };
  const other = content.slice();
  const at = random.below(other.length);
  other[at] = (other[at] as number) ^ 1;
  return { ...message, content: other };
}

/** Asks for what it knows again and again, and for what nobody has. */
export const contentFlood: MakeHabit = (context) => {
  const known: Root[] = [];
  let id = 1_000_000;
  return {
    input: (input) => {
      if (input.kind === "message" && input.message.kind === "affirmations")
        for (const { claim } of input.message.affirmations) known[context.random.below(knownMax)] = claim;
      return input;
    },
    effects: (effects) => {
      const roots = known.filter(Boolean);
      if (viewStarted(effects) === undefined || roots.length === 0) return effects;
      const to = context.random.pick(context.peers);
      const asked = Array.from({ length: floodMax }, () => {
        const some = context.random.pick(roots);
        const claim = context.random.below(4) === 0 ? asRoot(sha256(some)) : some;
        const message: LabMessage = { kind: "want-content", id: ++id, claim };
        return send(to, context.ledger.mark("content-flood", message));
      });
      return [...effects, ...asked];
    },
  };
};
