// A committee with a quorum of Byzantine members. It affirms nothing of its shard; or they all lie in the same thing now and
// then, of which the first lie is the last thing that they say, for their own results are others (C6); or they affirm claims that
// A3 does not allow: true but for a source that no node used, which is attested too late to be visible in that round, or not at all.
// Such claims have a quorum, and no honest validator may vote for a block that has one. Where no source comes too late for a
// while, they tell the truth: only of a claim that follows the frontier is it asked what its sources are.

import { claimContentCodec } from "@tandem/attestation";
import {
  type Affirmation,
  type Attestation,
  asRound,
  type Claim,
  claimCodec,
  compareText,
  exportsRootOf,
  type ShardName,
  type Source,
  toHex,
  zeroRoot,
} from "@tandem/shared";
import type { LabMessage } from "../../nodes/words.ts";
import type { LostShard } from "../../setting.ts";
import { type HabitContext, type MakeHabit, send } from "../habit.ts";
import type { AttestForge } from "./attest-forge.ts";
import { agreedLie } from "./lying-follower.ts";
import { affirm, type Content, eachAffirmation, wholeToolsOf } from "./tools.ts";

export interface Captured extends Pick<LostShard, "how"> {
  readonly shard: ShardName;
}

/** Times that something is not said, for want of a source that comes too late. */
const triesMax = 1;

interface Made {
  readonly content: Content;
  /** Attestations that were known then: what comes later is not visible in its round. */
  readonly known: number;
}

/** `agreed`: what they say of each round, which one of them decides. */
export function capturing({ shard, how }: Captured, forge: AttestForge, agreed: Map<number, Content>): MakeHabit {
  return (context) => {
    const own = new Map<string, Made>();
    const tries = new Map<string, number>();
    const agree = (key: string, { content, known }: Made): Content | undefined => {
      if (how === "lies") return agreedLie(context, content);
      const late = forge.attestations.slice(known).findLast(({ claim }) => isOther(content.claim, claim));
      const tried = (tries.get(key) ?? 0) + 1;
      tries.set(key, tried);
      if (late !== undefined) return withSource(context, content, late);
      if (tried <= triesMax) return undefined;
      return context.random.below(4) === 0 ? withSource(context, content, undefined) : content;
    };
    const say = (affirmation: Affirmation): readonly Affirmation[] => {
      if (affirmation.shard !== shard) return [affirmation];
      const key = toHex(affirmation.claim);
      const made = own.get(key);
      if (how === "silent" || made === undefined) return [];
      const { round } = made.content.claim;
      const content = agreed.get(round) ?? agree(key, made);
      if (content === undefined) return [];
      agreed.set(round, content);
      return [affirm(context, content.claim, claimCodec.root(content.claim), affirmation.signer)];
    };
    return {
      input: (input) => {
        if (input.kind !== "executed" || input.executed.result?.claim.shard !== shard) return input;
        const { claim, root, lanes } = input.executed.result;
        const content = { claim, exports: lanes.map((lane) => lane.content.exports) };
        own.set(toHex(root), { content, known: forge.attestations.length });
        return input;
      },
      effects: (effects, input) => {
        const changed = new Map<LabMessage, readonly LabMessage[]>();
        const said = eachAffirmation(context, effects, (message) => {
          const known = changed.get(message);
          if (known !== undefined) return known;
          const affirmations = message.affirmations.flatMap(say);
          const made = affirmations.length === 0 ? [] : [{ ...message, affirmations }];
          changed.set(message, made);
          return made;
        });
        if (input.kind !== "message" || input.message.kind !== "want-content") return said;
        const { id, claim } = input.message;
        const asked = [...agreed.values()].find((each) => toHex(claimCodec.root(each.claim)) === toHex(claim));
        if (asked === undefined) return said;
        const message: LabMessage = { kind: "content", id, content: claimContentCodec.encode(asked) };
        return [...said, send(input.from, message)];
      },
    };
  };
}

function isOther(own: Claim, { shard, round }: Claim): boolean {
  return shard !== own.shard && round < own.round;
}

/** Without a late one, one that is made up. */
function withSource(context: HabitContext, { claim, exports }: Content, late: Attestation | undefined): Content {
  const [other] = [...wholeToolsOf(context).shards.keys()].filter((shard) => shard !== claim.shard);
  const madeUp: Source = { shard: other as ShardName, round: asRound(claim.round - 1), exports: zeroRoot };
  const source = late === undefined ? madeUp : sourceOf(late.claim);
  const others = claim.sources.filter(({ shard, round }) => shard !== source.shard || round !== source.round);
  const sources = [...others, source].sort((a, b) => compareText(a.shard, b.shard) || a.round - b.round);
  return { claim: { ...claim, sources }, exports };
}

function sourceOf(claim: Claim): Source {
  return { shard: claim.shard, round: claim.round, exports: exportsRootOf(claim) };
}
