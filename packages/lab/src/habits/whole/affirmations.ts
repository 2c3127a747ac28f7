// What else is wrong with affirmations: they do not come, are old ones, of rounds far ahead or of shards that nobody knows,
// in the names of others, signed by nobody, or far too many.

import {
  type Affirmation,
  asEpoch,
  asRoot,
  asRound,
  asShardName,
  asValidatorIndex,
  sha256,
  utf8,
} from "@tandem/shared";
import type { LabEffect, LabMessage } from "../../nodes/words.ts";
import { type HabitContext, type MakeHabit, viewStarted } from "../habit.ts";
import type { HabitName } from "../index.ts";
import { affirm, eachAffirmation, wholeToolsOf } from "./tools.ts";

/** Affirmations remembered, of whoever made them. */
const heardMax = 64;
/** In one message. */
const floodMax = 40;
const roundsAheadMax = 5000;

export const silentFollower: MakeHabit = (context) => ({
  effects: (effects) =>
    eachAffirmation(context, effects, () => {
      context.ledger.feel("silent-follower");
      return [];
    }),
});

/** Says again what it or somebody else said, as it was or for another place. */
export const staleAffirmations: MakeHabit = (context) => {
  const heard: Affirmation[] = [];
  const keep = (affirmations: readonly Affirmation[]) => {
    for (const each of affirmations) heard[context.random.below(heardMax)] = each;
  };
  return {
    input: (input) => {
      if (input.kind === "message" && input.message.kind === "affirmations") keep(input.message.affirmations);
      return input;
    },
    effects: (effects) => {
      for (const effect of effects)
        if (effect.kind === "broadcast" && effect.message.kind === "affirmations") keep(effect.message.affirmations);
      const known = heard.filter(Boolean);
      if (viewStarted(effects) === undefined || known.length === 0) return effects;
      const old = Array.from({ length: 4 }, () => displace(context, context.random.pick(known)));
      return [...effects, say(context, "stale-affirmations", old)];
    },
  };
};

function displace({ random }: HabitContext, old: Affirmation): Affirmation {
  switch (random.below(5)) {
    case 0:
      return { ...old, round: asRound(old.round + random.below(roundsAheadMax)) };
    case 1:
      return { ...old, shard: asShardName("nowhere") };
    case 2:
      return { ...old, epoch: asEpoch(old.epoch + 1) };
    default:
      return old;
  }
}

/** In the names of others, and in its own with a signature that is not one. */
export const forgedAffirmations: MakeHabit = (context) => ({
  effects: (effects) =>
    eachAffirmation(context, effects, (message) => {
      const forged = message.affirmations.map((each) => forge(context, each));
      const lie = context.ledger.mark("forged-affirmations", { ...message, affirmations: forged }, message);
      return context.random.below(2) === 0 ? [lie, message] : [lie];
    }),
});

function forge(context: HabitContext, affirmation: Affirmation): Affirmation {
  const seats = wholeToolsOf(context).shards.get(affirmation.shard)?.peers.length ?? 1;
  if (context.random.below(2) === 0) return { ...affirmation, signature: new Uint8Array(96) };
  return { ...affirmation, signer: asValidatorIndex(context.random.below(seats + 1)) };
}

/** Well signed claims that nobody ever made, of all its shards, at whatever rounds. */
export const affirmationFlood: MakeHabit = (context) => ({
  effects: (effects) => {
    if (viewStarted(effects) === undefined) return effects;
    const own = [...wholeToolsOf(context).shards].flatMap(([shard, { peers }]) => {
      const seat = peers.indexOf(context.signer.seat);
      return seat < 0 ? [] : [{ shard, seat: asValidatorIndex(seat) }];
    });
    if (own.length === 0) return effects;
    const { random } = context;
    const flood = Array.from({ length: floodMax }, () => {
      const { shard, seat } = random.pick(own);
      const claim = asRoot(sha256(utf8(`flood ${random.uint32()}`)));
      const round = asRound(1 + random.below(random.pick([20, 20, roundsAheadMax])));
      return affirm(context, { epoch: asEpoch(0), shard, round }, claim, seat);
    });
    return [...effects, say(context, "affirmation-flood", flood)];
  },
});

function say({ ledger }: HabitContext, habit: HabitName, affirmations: readonly Affirmation[]): LabEffect {
  const message: LabMessage = { kind: "affirmations", affirmations };
  return { kind: "broadcast", message: ledger.mark(habit, message) };
}
