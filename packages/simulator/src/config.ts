// A world as plain data: what is written here and nothing else decides a run. It can be printed as JSON, read back,
// replayed alone and made smaller (shrink.ts). `drawWorld` makes one from a seed.
//
// - Times are of the world's own clock, from its start. A fault acts from `fromMs` until `toMs`.
// - At `healAtMs` every fault ends, whatever its `toMs`: partitions heal, who is down starts, disks are well, clocks
//   that jumped are set right, and no link loses, repeats or holds up a message any more. Delays, bandwidth, drift
//   and the time that disks and answers take stay as they are: they are how this world is.
// - Chances are in parts per million.

import type { Distribution } from "./distribution.ts";
import type { Instance, Seat } from "./process.ts";
import type { RegionName } from "./regions.ts";

export interface InstanceConfig {
  readonly seat: Seat;
  /** Where it stands; links between two regions take the time that light and routers need. */
  readonly region: RegionName | null;
  /** How much faster its clock runs, in parts per million. */
  readonly driftPpm: number;
  /** How far its clock is ahead from the start on. */
  readonly aheadMs: number;
}

export interface NetworkConfig {
  /** One way, besides the time between regions. Drawn anew for each message, so messages overtake each other. */
  readonly delay: Distribution;
  readonly lossPpm: number;
  readonly duplicatePpm: number;
  /** Messages held up by up to `holdUsMax`, so that others overtake them. */
  readonly reorderPpm: number;
  readonly holdUsMax: number;
  /** Of each link; 0 is without limit. */
  readonly bytesPerSecond: number;
  /** What waits on a link for its turn; more is dropped. Matters only where bandwidth is limited. */
  readonly queueBytesMax: number;
}

export interface DiskConfig {
  readonly sync: Distribution;
  /** 0 is without limit. */
  readonly bytesPerSecond: number;
  /** Chance that the first write that a crash loses leaves a part of its bytes behind. */
  readonly tornPpm: number;
}

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

interface At extends Span {
  readonly instance: Instance;
}

interface Slowed extends At {
  /** A whole number, 2 or more. */
  readonly factor: number;
}

/** Down from a moment on, started again at `toMs`. */
export interface CrashFault extends At {
  readonly kind: "crash";
  /** At `fromMs`, or in the middle of its next sync, which random moments hardly ever meet. */
  readonly moment: "at-once" | "while-writing";
}

/** Handles nothing, as in a long garbage collection; what arrives waits. */
export interface PauseFault extends At {
  readonly kind: "pause";
}

/** Between `side` and all others. What was sent before still arrives. */
export interface PartitionFault extends Span {
  readonly kind: "partition";
  readonly side: readonly Instance[];
  /** Which messages of the side are dropped: sent by it, sent to it, or both. */
  readonly direction: "out" | "in" | "both";
}

/** All links are worse by this much. */
export interface WeatherFault extends Span {
  readonly kind: "weather";
  readonly lossPpm: number;
  readonly duplicatePpm: number;
  readonly reorderPpm: number;
}

/** Writes take a multiple of their time. */
export interface SlowDiskFault extends Slowed {
  readonly kind: "slow-disk";
}

/** No write ends before `toMs`. */
export interface StalledDiskFault extends At {
  readonly kind: "stalled-disk";
}

/** The next write fails: the instance halts as in a crash, and is started again at `toMs`. */
export interface FullDiskFault extends At {
  readonly kind: "full-disk";
}

/** Answers take a multiple of their time. */
export interface SlowAnswersFault extends Slowed {
  readonly kind: "slow-answers";
}

/**
 * Down like a crash; when it is started again its archive is empty, as after the loss of a folder. Its journals are there.
 * No climate draws it: what a protocol owes to whoever lost what it had written is for a room above to know.
 */
export interface LostArchiveFault extends At {
  readonly kind: "lost-archive";
}

/** The clock is set forward (or back, if negative), and set right at `toMs`. Timers follow it, but none late then. */
export interface ClockJumpFault extends At {
  readonly kind: "clock-jump";
  readonly byMs: number;
}

export type Fault =
  | CrashFault
  | PauseFault
  | PartitionFault
  | WeatherFault
  | SlowDiskFault
  | StalledDiskFault
  | FullDiskFault
  | LostArchiveFault
  | SlowAnswersFault
  | ClockJumpFault;

export type FaultKind = Fault["kind"];

export interface WorldConfig {
  /** A whole number from 0 to 2^53 - 1. */
  readonly seed: number;
  readonly instances: readonly InstanceConfig[];
  readonly network: NetworkConfig;
  readonly disk: DiskConfig;
  /** Time that an answer takes besides what its job takes: as they are drawn apart, answers overtake each other. */
  readonly answerDelay: Distribution;
  /** Messages that wait at an instance that is paused or waits for its disk; more are dropped. */
  readonly inboxMessagesMax: number;
  readonly faults: readonly Fault[];
  readonly healAtMs: number;
  readonly endAtMs: number;
}
