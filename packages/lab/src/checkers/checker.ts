// A checker watches what every honest node does and says what it finds wrong. It restates the rules of section 8 by
// itself: it imports types from consensus and nothing else, so that a mistake there is not repeated here.

import type { BlockInfo } from "@tandem/consensus";
import type { Electorate, View } from "@tandem/shared";
import type { Instance, Seat } from "@tandem/simulator";
import type { Observation } from "../nodes/words.ts";
import type { VoteBook } from "./vote-book.ts";

export const checkerNames = [
  "one-chain",
  "commit-order",
  "signed-once",
  "durable-first",
  "justified",
  "certificates",
  "evidence",
  "bounds",
  "quiet",
  "progress",
  // Order stage:
  "recompute",
  "conserved",
  "ordered-once",
  "durable-blobs",
  "exchange",
  "slices",
  "admission",
  "diverged",
  // Whole stage:
  "attest-block",
  "truth",
  "idle",
  "alarm",
  "affirmed-once",
  "contents",
  "lag",
  // Rounds stage:
  "due",
  "outcome",
  "state",
  "inputs",
  "pending",
  "claim",
  "withheld",
  "restored",
  "drained",
  "checked",
] as const;

export type CheckerName = (typeof checkerNames)[number];

export interface CheckContext {
  readonly electorate: Electorate;
  /** What the chain begins on. */
  readonly genesis: BlockInfo;
  /** In whole numbers, which add up exactly. */
  readonly weights: readonly number[];
  readonly byzantine: ReadonlySet<Seat>;
  /** By instance; an observer's is beyond the set. */
  readonly seats: readonly Seat[];
  readonly deltaMs: number;
  leaderOf(view: View): Seat;
  /** What honest seats signed, filled in before any checker looks. */
  readonly votes: VoteBook;
}

export interface Checker {
  readonly name: CheckerName;
  /** What is wrong, or nothing. Called for honest instances alone. */
  onObservation(observation: Observation, instance: Instance, timeUs: number): string | undefined;
}
