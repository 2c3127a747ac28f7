// A run as plain data: what is written here, and nothing else, decides it. It can be printed, replayed alone and made
// smaller. `draw-setting.ts` makes one from a seed.

import type { WorldConfig } from "@tandem/simulator";
import type { HabitName } from "./habits/index.ts";

export interface HabitPlan {
  readonly seat: number;
  readonly habit: HabitName;
}

/** Items of work that arrive, and so give leaders a reason to propose (O8). */
export interface Workload {
  /** One after the other without end, in bursts with silence between them, or once at the start and never again. */
  readonly kind: "busy" | "bursts" | "idle";
  readonly itemsPerSecond: number;
  /** Of a burst, and of the silence after it. */
  readonly burstMs: number;
  readonly silenceMs: number;
  /** An item reaches every node within this time. */
  readonly spreadMs: number;
}

/** Partitions by view, as in the Twins paper: a message of a view reaches whoever is on the sender's side. */
export interface Script {
  /** For the views from 1 on: the side of each instance. Later views are whole. */
  readonly sides: readonly (readonly number[])[];
}

export interface Setting {
  readonly world: WorldConfig;
  /** Of each seat of the set, in whole numbers. Seats beyond are observers. */
  readonly weights: readonly number[];
  readonly scheme: "mock" | "native";
  /** S1: decides the leaders. */
  readonly leaderSeed: number;
  readonly deltaMs: number;
  readonly heartbeatMs: number;
  readonly workload: Workload;
  /** Time that a payload takes to be built or checked, in microseconds. */
  readonly payloadUs: number;
  /** Parts per million of checks that find something missing, and answer only after `deferMs` (O6). */
  readonly deferPpm: number;
  readonly deferMs: number;
  readonly habits: readonly HabitPlan[];
  readonly script: Script | null;
  /** The run ends once all honest nodes delivered so many. */
  readonly blocksMax: number;
}

/** What a campaign has otherwise than drawn. */
export interface Overrides {
  readonly scheme?: Setting["scheme"];
  readonly blocksMax?: number;
}

export function override(setting: Setting, overrides: Overrides): Setting {
  return { ...setting, ...overrides };
}
