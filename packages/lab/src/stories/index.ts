// The stories of this field, as programs.

import { contractEnds } from "./contract-ends.ts";
import { firstStepFails } from "./first-step-fails.ts";
import { fiveHops } from "./five-hops.ts";
import { holdTimesOut } from "./hold-times-out.ts";
import { paidOnAResult } from "./paid-on-a-result.ts";
import { payAcross } from "./pay-across.ts";
import { sameTwoSeats } from "./same-two-seats.ts";
import type { Story } from "./story.ts";
import { trainAndHotel } from "./train-and-hotel.ts";

export type { KeyChange } from "./changes.ts";
export type { Person, Story, StoryBlock, StoryProgram } from "./story.ts";
export { type Telling, type ToldNode, type ToldProgram, type ToldRound, tellStory } from "./tell.ts";
export type { ToldReason, ToldWait } from "./waits.ts";
export { people } from "./words.ts";

export const stories: readonly Story[] = [
  payAcross,
  trainAndHotel,
  paidOnAResult,
  firstStepFails,
  holdTimesOut,
  fiveHops,
  sameTwoSeats,
  contractEnds,
];
