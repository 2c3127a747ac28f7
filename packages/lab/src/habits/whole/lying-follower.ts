// Followers that affirm what is not so, and give whoever asks the false claim's content. Each knows the truth, for its own
// execution is right, and lies in one thing of each claim: the state afterwards, what a step gave, what was used, or what
// was due. Claims that conflict are told to some, and the true ones to the others.

import { claimContentCodec } from "@tandem/attestation";
import { type Affirmation, asRoot, claimCodec, type Export, type Root, sha256, toHex } from "@tandem/shared";
import type { LabEffect, LabInput, LabMessage } from "../../nodes/words.ts";
import { type HabitContext, type MakeHabit, send } from "../habit.ts";
import type { HabitName } from "../index.ts";
import { affirm, type Content, eachAffirmation, withExports } from "./tools.ts";

/** Claims remembered, own and false: more than wait to be attested. */
const contentsMax = 256;

type Lie = (content: Content) => Content;

/** One thing of every claim is another one. `share`: of peers that hear the lie; the others hear the truth. */
function liar(name: HabitName, lie: Lie, isFooled: (context: HabitContext) => boolean = () => true): MakeHabit {
  return (context) => {
    const own = new Map<string, Content>();
    const told = new Map<string, Content>();
    const distort = (affirmation: Affirmation): Affirmation => {
      const content = own.get(toHex(affirmation.claim));
      // What they say together is said as agreed (captured.ts).
      if (content === undefined || affirmation.shard === context.whole?.captured) return affirmation;
      const other = lie(content);
      const root = claimCodec.root(other.claim);
      remember(told, root, other);
      return affirm(context, other.claim, root, affirmation.signer);
    };
    return {
      input: (input) => {
        if (input.kind === "executed" && input.executed.result !== undefined) {
          const { claim, root, lanes } = input.executed.result;
          remember(own, root, { claim, exports: lanes.map(({ content }) => content.exports) });
        }
        return input;
      },
      effects: (effects, input) => {
        const said = eachAffirmation(context, effects, (message) => {
          if (!isFooled(context)) return [message];
          const false_ = { ...message, affirmations: message.affirmations.map(distort) };
          return [context.ledger.mark(name, false_, message)];
        });
        const answer = answerTo(input, told);
        return answer === undefined ? said : [...said, answer];
      },
    };
  };
}

function remember(contents: Map<string, Content>, root: Root, content: Content): void {
  contents.set(toHex(root), content);
  if (contents.size > contentsMax) contents.delete(contents.keys().next().value as string);
}

/** C5: the content of what it made up. */
function answerTo(input: LabInput, told: ReadonlyMap<string, Content>): LabEffect | undefined {
  if (input.kind !== "message" || input.message.kind !== "want-content") return undefined;
  const content = told.get(toHex(input.message.claim));
  if (content === undefined) return undefined;
  const { id } = input.message;
  const message: LabMessage = { kind: "content", id, content: claimContentCodec.encode(content) };
  return send(input.from, message);
}

function otherRoot(root: Root): Root {
  return asRoot(sha256(root));
}

const otherState: Lie = ({ claim, exports }) => {
  const lanes = claim.lanes.map((lane, at) => (at === 0 ? { ...lane, post: otherRoot(lane.post) } : lane));
  return { claim: { ...claim, lanes, contracts: otherRoot(claim.contracts) }, exports };
};

/** A step that gave something failed, and one that failed held. Without any, the state is another one. */
const otherExports: Lie = (content) => {
  const at = content.exports.findIndex((each) => each.some(isTold));
  if (at < 0) return otherState(content);
  return withExports(
    content,
    content.exports.map((each, index) => (index === at ? each.map(untold) : each)),
  );
};

function isTold({ content }: Export): boolean {
  return content.kind === "verdict" || (content.kind === "outcome" && content.value.kind === "value");
}

function untold(each: Export): Export {
  const { node, content } = each;
  if (content.kind === "verdict") {
    const failed = content.value.failed === undefined ? node.step : undefined;
    return { node, content: { kind: "verdict", value: { failed } } };
  }
  if (content.kind !== "outcome" || content.value.kind !== "value") return each;
  return {
    node,
    content: { kind: "outcome", value: { kind: "nothing", value: { why: "reverted", step: node.step } } },
  };
}

const otherInputs: Lie = (content) => {
  const [lane] = content.claim.lanes;
  if (lane === undefined) return otherState(content);
  const lanes = [{ ...lane, inputs: otherRoot(lane.inputs) }, ...content.claim.lanes.slice(1)];
  return { ...content, claim: { ...content.claim, lanes } };
};

/** What a contract had to do is left out. */
const otherDue: Lie = ({ claim, exports }) => {
  const pending = { count: claim.pending.count + 1, root: otherRoot(claim.pending.root) };
  return { claim: { ...claim, lanes: claim.lanes.slice(1), pending }, exports: exports.slice(1) };
};

/**
 * What a whole committee can agree on: nothing is left out, so who waits for an outcome is told one. Where a claim tells
 * outcomes that count for others they lie more, and mostly about these.
 */
export function agreedLie({ random }: HabitContext, content: Content): Content {
  const isWatched = content.exports.flat().some((each) => each.content.kind === "outcome" && isTold(each));
  if (random.below(isWatched ? 2 : 6) > 0) return content;
  return random.pick(isWatched ? [otherExports, otherExports, otherState] : [otherState, otherInputs])(content);
}

export const lyingState = liar("lying-state", otherState);
export const lyingExports = liar("lying-exports", otherExports);
export const lyingInputs = liar("lying-inputs", otherInputs);
export const lyingDue = liar("lying-due", otherDue);
export const conflictingClaims = liar("conflicting-claims", otherState, ({ random }) => random.below(2) === 0);
