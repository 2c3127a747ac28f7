// C4: who lost its store follows the shards of its committees, says that it has no mark there, and affirms nothing any more,
// though its claims are the right ones: it cannot know what it signed.

import type { Instance } from "@tandem/simulator";
import type { Losses } from "../../losses.ts";
import type { Observation } from "../../nodes/words.ts";
import type { Checker } from "../checker.ts";

/** `hasSeat`: whether an instance sits in the committee of a shard. */
export interface UnmarkedFacts {
  readonly losses: Losses;
  hasSeat(instance: Instance, shard: string): boolean;
}

export interface Unmarked extends Checker {
  /** Rounds that were executed by whoever affirms nothing of them. */
  readonly rounds: number;
}

export function unmarked({ losses, hasSeat }: UnmarkedFacts): Unmarked {
  /** Instances and shards, as they were told since the last boot. */
  const told = new Set<string>();
  let rounds = 0;
  return {
    name: "affirmed-once",
    get rounds() {
      return rounds;
    },
    onObservation(observation, instance, timeUs) {
      if (losses.isOver(instance, timeUs)) return look(observation, instance);
      return undefined;
    },
  };

  function look(observation: Observation, instance: Instance): string | undefined {
    switch (observation.kind) {
      case "booted":
        for (const name of told) if (name.startsWith(`${instance} `)) told.delete(name);
        return undefined;
      case "news": {
        const { news } = observation;
        if (news.kind === "alarm" && news.alarm.what === "no-mark") told.add(`${instance} ${news.alarm.shard}`);
        return undefined;
      }
      case "executed":
        return hasSeat(instance, observation.shard) ? follow(observation.shard, instance) : undefined;
      case "sent":
        return observation.message.kind === "affirmations" && observation.message.affirmations.length > 0
          ? "affirmed after it lost the record of what it signed"
          : undefined;
      default:
        return undefined;
    }
  }

  function follow(shard: string, instance: Instance): string | undefined {
    rounds++;
    return told.has(`${instance} ${shard}`) ? undefined : `follows ${shard} without a mark, and does not say so`;
  }
}
