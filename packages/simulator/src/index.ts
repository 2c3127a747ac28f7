export { climates } from "./climates.ts";
export type {
  ClockJumpFault,
  CrashFault,
  DiskConfig,
  Fault,
  FullDiskFault,
  InstanceConfig,
  LostArchiveFault,
  NetworkConfig,
  PartitionFault,
  PauseFault,
  SlowAnswersFault,
  SlowDiskFault,
  StalledDiskFault,
  WeatherFault,
  WorldConfig,
} from "./config.ts";
export { addCounts, type CountName, type Counts, type Hazard, hazardsOf, timesFelt, unfelt } from "./counts.ts";
export type { Distribution, Tail } from "./distribution.ts";
export { type Climate, drawWorld, type FaultClimate, type WorldPlan } from "./draw.ts";
export { longestDelayUs } from "./network.ts";
export type { Actions, Booted, DiskContents, Instance, JournalNumber, Process, Seat } from "./process.ts";
export { Random } from "./random.ts";
export { type RegionName, regionNames } from "./regions.ts";
export { type Reduce, reduceInstances, reduceWorld, type Shrunk, shrink, withoutInstance } from "./shrink.ts";
export {
  formatEntry,
  Timeline,
  type TimelineEntry,
  type TimelineFilter,
  type TimelineKind,
} from "./timeline.ts";
export { World } from "./world.ts";
export type { Outcome, Recorder, WorldOptions } from "./world-types.ts";
