// C4, C5, over all lives of a validator: it affirms in its own name, claims that it made, each with its round; never a second
// one of a round or of a prev, never one at or below the highest round that it signed; and only what is in its store,
// affirmation, mark and content.

import { type Affirmation, toHex } from "@tandem/shared";
import type { Instance } from "@tandem/simulator";
import type { Checker } from "../checker.ts";
import type { WholeWatch } from "./whole-watch.ts";

export interface SeatFacts {
  /** By instance. */
  readonly validators: readonly number[];
  /** The validator at a seat of a shard's committee. */
  validatorAt(shard: string, seat: number): number | undefined;
}

interface Signed {
  readonly rounds: Map<number, string>;
  readonly prevs: Map<string, string>;
  highest: number;
}

export function affirmedOnce(watch: WholeWatch, { validators, validatorAt }: SeatFacts): Checker {
  const all = new Map<string, Signed>();
  const signedBy = (validator: number, shard: string) => {
    const name = `${validator} ${shard}`;
    const signed = all.get(name) ?? { rounds: new Map(), prevs: new Map(), highest: 0 };
    all.set(name, signed);
    return signed;
  };
  return {
    name: "affirmed-once",
    onObservation(observation, instance) {
      if (observation.kind !== "sent" || observation.message.kind !== "affirmations") return undefined;
      for (const affirmation of observation.message.affirmations) {
        const wrong = problemOf(affirmation, instance);
        if (wrong !== undefined) return `${wrong} (round ${affirmation.round} of ${affirmation.shard})`;
      }
      return undefined;
    },
  };

  function problemOf(affirmation: Affirmation, instance: Instance): string | undefined {
    const { shard, round, signer } = affirmation;
    const validator = validators[instance] as number;
    const claim = toHex(affirmation.claim);
    const named = validatorAt(shard, signer);
    if (named !== validator) return `validator ${validator} affirmed in the name of ${named}`;
    const made = watch.madeClaim(claim);
    if (made === undefined || !watch.hasMade(validator, claim)) return "affirmed a claim that it never made";
    if (made.shard !== shard || made.round !== round) return `affirmed a claim of round ${made.round} of ${made.shard}`;
    const held = watch.of(instance);
    if (!held.affirmed.has(claim)) return "an affirmation left before it was durable";
    watch.affirm(validator, claim);
    const twice = sign(signedBy(validator, shard), claim, round, made.prev);
    if (twice !== undefined) return twice;
    if ((held.marks.get(shard) ?? 0) < round) return "an affirmation left before its mark was durable";
    return missing(held.contents, claim, shard, round);
  }

  /** What is attested and needed by nothing any more may be forgotten, and is not said again. */
  function missing(contents: ReadonlySet<string>, claim: string, shard: string, round: number): string | undefined {
    const frontier = watch.final.frontiers.get(shard)?.round ?? 0;
    return contents.has(claim) || round <= frontier
      ? undefined
      : "an affirmation left without its content in the store";
  }
}

function sign(signed: Signed, claim: string, round: number, prev: string): string | undefined {
  const { rounds, prevs, highest } = signed;
  const before = rounds.get(round);
  if (before === claim) return undefined;
  if (before !== undefined) return "affirmed two claims of one round";
  if (prevs.has(prev)) return "affirmed two claims that follow the same one";
  if (round <= highest) return `affirmed a claim at or below round ${highest}, which it had signed`;
  rounds.set(round, claim);
  prevs.set(prev, claim);
  signed.highest = round;
  return undefined;
}
