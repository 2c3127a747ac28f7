// Every habit, by name. Those of consensus are at work in all stages, on each chain.

import type { WorldStage } from "../setting.ts";
import { conflictingVoter } from "./conflicting-voter.ts";
import { equivocatingLeader } from "./equivocating-leader.ts";
import { falseNames } from "./false-names.ts";
import { finalizeAfterNullify } from "./finalize-after-nullify.ts";
import { forgedBitmaps } from "./forged-bitmaps.ts";
import type { MakeHabit } from "./habit.ts";
import { late } from "./late.ts";
import { nullifyEverything } from "./nullify-everything.ts";
import { orderHabits } from "./order/index.ts";
import { replay } from "./replay.ts";
import { selective } from "./selective.ts";
import { silent } from "./silent.ts";
import { skippedParent } from "./skipped-parent.ts";
import { syncLiar } from "./sync-liar.ts";
import { twins } from "./twins.ts";
import { unsoundPayload } from "./unsound-payload.ts";
import { viewFlood } from "./view-flood.ts";
import { attestLeaderHabits, followerHabits } from "./whole/index.ts";
import { withholding } from "./withholding.ts";

const consensusHabits = {
  silent,
  late,
  "equivocating-leader": equivocatingLeader,
  "conflicting-voter": conflictingVoter,
  "nullify-everything": nullifyEverything,
  "finalize-after-nullify": finalizeAfterNullify,
  "skipped-parent": skippedParent,
  withholding,
  selective,
  replay,
  "forged-bitmaps": forgedBitmaps,
  "false-names": falseNames,
  "view-flood": viewFlood,
  "sync-liar": syncLiar,
  "unsound-payload": unsoundPayload,
  twins,
} as const satisfies Record<string, MakeHabit>;

export const habits = { ...consensusHabits, ...orderHabits, ...followerHabits, ...attestLeaderHabits };

export type HabitName = keyof typeof habits;

export const habitNames = Object.keys(habits) as readonly HabitName[];

function namesOf(some: Partial<typeof habits>): readonly HabitName[] {
  return Object.keys(some) as readonly HabitName[];
}

/** What settings of a stage draw from. */
export const habitNamesOf: Readonly<Record<WorldStage, readonly HabitName[]>> = {
  consensus: namesOf(consensusHabits),
  order: namesOf({ ...consensusHabits, ...orderHabits }),
  whole: habitNames,
};
