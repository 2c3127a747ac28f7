// Habits of the whole stage: what Byzantine validators do with claims, affirmations, contents and attest blocks.

import type { MakeHabit } from "../habit.ts";
import { affirmationFlood, forgedAffirmations, silentFollower, staleAffirmations } from "./affirmations.ts";
import {
  earlyClaims,
  falseEvidence,
  falseOrder,
  leftOutShard,
  staleAttestations,
  staleOrder,
  weakAggregator,
  wrongFrontiers,
} from "./attest-leaders.ts";
import { contentFlood, contentLiar, withheldContents } from "./contents.ts";
import { conflictingClaims, lyingDue, lyingExports, lyingInputs, lyingState } from "./lying-follower.ts";

export const followerHabits = {
  "lying-state": lyingState,
  "lying-exports": lyingExports,
  "lying-inputs": lyingInputs,
  "lying-due": lyingDue,
  "conflicting-claims": conflictingClaims,
  "silent-follower": silentFollower,
  "stale-affirmations": staleAffirmations,
  "forged-affirmations": forgedAffirmations,
  "affirmation-flood": affirmationFlood,
  "withheld-contents": withheldContents,
  "content-liar": contentLiar,
  "content-flood": contentFlood,
} as const satisfies Record<string, MakeHabit>;

/** As leaders of the attest chain. */
export const attestLeaderHabits = {
  "weak-aggregator": weakAggregator,
  "left-out-shard": leftOutShard,
  "stale-order": staleOrder,
  "early-claims": earlyClaims,
  "stale-attestations": staleAttestations,
  "false-order": falseOrder,
  "wrong-frontiers": wrongFrontiers,
  "false-evidence": falseEvidence,
} as const satisfies Record<string, MakeHabit>;
