// A run as plain data: what is written here, and nothing else, decides it. It can be printed, replayed alone and made
// smaller. `draw-setting.ts` makes one from a seed.

import { limits } from "@tandem/shared";
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

export const worldStages = ["consensus", "order", "whole"] as const;

/** What runs in a world: the consensus machine alone under a toy room, the order chain, or both chains. */
export type WorldStage = (typeof worldStages)[number];

export const stageNames = [...worldStages, "rounds"] as const;

/** What is run. Rounds need no world: they follow from a log (rounds/log.ts). */
export type StageName = (typeof stageNames)[number];

/** Order and whole stage: what items of work are, and the network that they are submitted to (work/blobs.ts). */
export interface BlobPlan {
  /** Whose blobs have to be ordered. */
  readonly payers: number;
  readonly shards: number;
  readonly blockBlobs: number;
  readonly blockBytes: number;
  // Shares of all payloads, in parts per million; the others are small.
  readonly mediumPpm: number;
  readonly largePpm: number;
  // Shares of all items: nonces out of order, replaced by tip, submitted twice, of careless payers, to be refused.
  readonly aheadPpm: number;
  readonly replacedPpm: number;
  readonly doubledPpm: number;
  readonly carelessPpm: number;
  readonly refusedPpm: number;
  /** O3: how far a header may be ahead of a voter's clock. */
  readonly clockLeadMs: number;
  // O10.
  readonly lagMax: number;
  readonly pendingMax: number;
  readonly attest: AttestPlan;
  /** O5: a client follows one shard by its slices alone. */
  readonly isFollowed: boolean;
}

/** The made attest chain that the order chain cites (work/attest-chain.ts). */
export interface AttestPlan {
  /** Least time between its blocks; 0 for none but the genesis. */
  readonly everyMs: number;
  /** A node hears of a block up to so much later than the first. */
  readonly lateMs: number;
  /** Chance that a shard stops claiming for a while, at each block before the world heals. */
  readonly stallPpm: number;
}

/** Whole stage: who follows which shard. Shards, their number and the payers are those of `BlobPlan`. */
export interface WholePlan {
  /** Of each shard: who sits in its committee, by rising seats of the order set. */
  readonly committees: readonly (readonly CommitteeSeat[])[];
  /** Of each seat of the order set; zero keeps it out of the attest set. */
  readonly attestWeights: readonly number[];
  /** Observers execute these shards, by number. */
  readonly observed: readonly number[];
  /** Items of work, whatever the workload says. */
  readonly itemsMax: number;
  /** Share of good blobs that hold a program; the others hold anything. */
  readonly programsPpm: number;
  /** Time that a round takes to be executed, in microseconds. */
  readonly executeUs: number;
  /** A shard of whose committee more than two thirds are Byzantine. */
  readonly lost: LostShard | null;
}

export interface LostShard {
  /** By number. */
  readonly shard: number;
  /**
   * Its committee affirms nothing (R8); claims with sources that are not attested, or not visible (A3); or what is not so, which
   * is attested (C6).
   */
  readonly how: "silent" | "false-sources" | "lies";
}

export interface CommitteeSeat {
  readonly seat: number;
  readonly weight: number;
}

export interface Setting {
  readonly stage: WorldStage;
  readonly world: WorldConfig;
  /** Of each seat of the set, in whole numbers. Seats beyond are observers. */
  readonly weights: readonly number[];
  readonly scheme: "mock" | "native";
  /** S1: decides the leaders. */
  readonly leaderSeed: number;
  readonly deltaMs: number;
  readonly heartbeatMs: number;
  readonly workload: Workload;
  readonly blobs: BlobPlan;
  /** Of the whole stage alone. */
  readonly whole?: WholePlan;
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
  readonly stage?: StageName;
  readonly scheme?: Setting["scheme"];
  readonly blocksMax?: number;
}

export function override(setting: Setting, { stage, ...others }: Overrides): Setting {
  return { ...setting, ...others, ...(stage !== undefined && stage !== "rounds" && { stage }) };
}

/** Nothing but plain blobs, in a network of some size. */
export const plainBlobs: BlobPlan = {
  payers: 8,
  shards: 3,
  blockBlobs: 1024,
  blockBytes: 8 * 1024 * 1024,
  mediumPpm: 0,
  largePpm: 0,
  aheadPpm: 0,
  replacedPpm: 0,
  doubledPpm: 0,
  carelessPpm: 0,
  refusedPpm: 0,
  clockLeadMs: 5000,
  lagMax: limits.lagMax,
  pendingMax: limits.pendingMax,
  attest: { everyMs: 0, lateMs: 0, stallPpm: 0 },
  isFollowed: false,
};

/** A setting that was printed: older ones name no stage, and not all of the blobs. */
export function readSetting(text: string): Setting {
  const { setting } = JSON.parse(text) as { setting: Setting };
  return { ...{ stage: "consensus" }, ...setting, blobs: { ...plainBlobs, ...setting.blobs } };
}
