// A whole committee that is Byzantine. It affirms nothing of its shard; or all its members affirm claims that A3 does not
// allow: true but for a source that no node used, which is attested too late to be visible in that round, or not at all.
// Such claims have a quorum, and no honest validator may vote for a block that has one.

import { claimContentCodec } from "@tandem/attestation";
import {
  type Affirmation,
  type Attestation,
  asRound,
  claimCodec,
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
import { affirm, type Content, eachAffirmation, wholeToolsOf } from "./tools.ts";

export interface Captured extends Pick<LostShard, "how"> {
  readonly shard: ShardName;
}

/** `agreed`: what they say of each round, which the first of them decides. */
export function capturing({ shard, how }: Captured, forge: AttestForge, agreed: Map<number, Content>): MakeHabit {
  return (context) => {
    const own = new Map<string, Content>();
    const say = (affirmation: Affirmation): readonly Affirmation[] => {
      if (affirmation.shard !== shard) return [affirmation];
      const truth = own.get(toHex(affirmation.claim));
      if (how === "silent" || truth === undefined) return [];
      const { round } = truth.claim;
      const content = agreed.get(round) ?? withSource(context, truth, forge.attestations);
      agreed.set(round, content);
      return [affirm(context, content.claim, claimCodec.root(content.claim), affirmation.signer)];
    };
    return {
      input: (input) => {
        if (input.kind !== "executed" || input.executed.result?.claim.shard !== shard) return input;
        const { claim, root, lanes } = input.executed.result;
        own.set(toHex(root), { claim, exports: lanes.map(({ content }) => content.exports) });
        return input;
      },
      effects: (effects, input) => {
        const said = eachAffirmation(context, effects, (message) => {
          const affirmations = message.affirmations.flatMap(say);
          return affirmations.length === 0 ? [] : [{ ...message, affirmations }];
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

/** The newest that another shard claims below the round: seldom is it visible there. Without any, one that is made up. */
function withSource(context: HabitContext, { claim, exports }: Content, known: readonly Attestation[]): Content {
  const isOther = (each: Attestation) => each.claim.shard !== claim.shard && each.claim.round < claim.round;
  const newest = known.filter(isOther).at(-1)?.claim;
  const [other] = [...wholeToolsOf(context).shards.keys()].filter((shard) => shard !== claim.shard);
  const madeUp: Source = { shard: other as ShardName, round: asRound(claim.round - 1), exports: zeroRoot };
  const { shard, round } = newest ?? madeUp;
  const source = newest === undefined ? madeUp : { shard, round, exports: exportsRootOf(newest) };
  const others = claim.sources.filter((each) => each.shard !== shard || each.round !== round);
  const sources = [...others, source].sort((a, b) =>
    a.shard === b.shard ? a.round - b.round : a.shard < b.shard ? -1 : 1,
  );
  return { claim: { ...claim, sources }, exports };
}
