// What a run and a campaign say, as plain data: workers post it, commands print it, `--json` shows it.

import type { Hazard } from "@tandem/simulator";
import type { CheckerName } from "./checkers/checker.ts";
import type { HabitName } from "./habits/index.ts";

export interface Violation {
  /** `threw` is a mistake of the machine or of the lab, and no finding of a checker. */
  readonly checker: CheckerName | "threw";
  readonly what: string;
  readonly instance: number;
  readonly timeMs: number;
}

export interface RunReport {
  readonly seed: number;
  readonly violation: Violation | null;
  readonly hash: string;
  /** Delivered by the honest node that has most. */
  readonly blocks: number;
  readonly messages: number;
  readonly virtualMs: number;
  /** Processor time. */
  readonly cpuMs: number;
  readonly validators: number;
  /** How often progress was demanded of the healed world, and made in time. */
  readonly demands: number;
  /** Of the bound, what the slowest took. */
  readonly slowestPercent: number;
  /** What the world lists, and how often it was felt. */
  readonly faults: Readonly<Partial<Record<Hazard, number>>>;
  /** What the run lists, and how often honest nodes felt each. */
  readonly habits: Readonly<Partial<Record<HabitName, number>>>;
  /** What else of the stage the run lists, and how often honest nodes felt each. */
  readonly ofStage: Readonly<Record<string, number>>;
  /** O5: what who followed one shard was given, and what the same blocks hold in all; nothing where nobody did. */
  readonly followed: { readonly bytes: number; readonly bytesOfAll: number } | null;
}
