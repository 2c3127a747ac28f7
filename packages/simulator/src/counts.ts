// What happened, counted where it was felt. A campaign fails if a hazard that it lists was never felt: a partition
// during which nobody spoke tests nothing.

import type { WorldConfig } from "./config.ts";
import type { Instance } from "./process.ts";

const countNames = [
  // Messages, counted at who was to hear them.
  /** Handed to the process. */
  "delivered",
  /** Lost on a link. */
  "lost",
  /** On their way a second time. */
  "duplicated",
  /** Handed over after one that was sent later on the same link. */
  "overtaken",
  /** Dropped between the sides of a partition, which cut both ways or one way. */
  "partitioned",
  "partitionedOneWay",
  /** Waited on a link behind others. */
  "queued",
  /** Dropped because a link's queue was full. */
  "congested",
  /** Dropped because nobody listened: the instance was down. */
  "unheard",
  /** Dropped because too many waited at the instance. */
  "overflowed",
  /** Not sent, because the route named nobody; counted at the sender. */
  "unrouted",
  // Instances.
  "crashes",
  "boots",
  /** Inputs that waited because the instance was paused. */
  "paused",
  /** Timers, answers and waiting inputs that came to nothing in a crash. */
  "forgotten",
  // Disks.
  "syncs",
  /** Syncs that took longer because a disk was slow, or stalled. */
  "slowSyncs",
  "stalledSyncs",
  /** Syncs that failed. */
  "fullDisks",
  /** Archives of which nothing was left. */
  "lostArchives",
  /** Writes under way at a crash: those that stayed, those that did not, and those of the latter that left a part. */
  "survivedWrites",
  "lostWrites",
  "tornWrites",
  // Time.
  /** Timers that came a millisecond or more early or late by the world's clock, because of drift. */
  "skewedTimers",
  /** Timers under way when a clock jumped. */
  "movedTimers",
  /** Answers that took longer because the instance was slow. */
  "slowAnswers",
] as const;

export type CountName = (typeof countNames)[number];
export type Counts = Readonly<Record<CountName, number>>;

/** What a config can do to its instances, by how it is felt. */
const feltAs = {
  loss: "lost",
  duplication: "duplicated",
  reordering: "overtaken",
  bandwidth: "queued",
  partition: "partitioned",
  "one-way partition": "partitionedOneWay",
  crash: "crashes",
  "torn write": "tornWrites",
  pause: "paused",
  "slow disk": "slowSyncs",
  "stalled disk": "stalledSyncs",
  "full disk": "fullDisks",
  "lost archive": "lostArchives",
  drift: "skewedTimers",
  "clock jump": "movedTimers",
  "slow answers": "slowAnswers",
} as const satisfies Record<string, CountName>;

export type Hazard = keyof typeof feltAs;

/** What this config lists. */
export function hazardsOf(config: WorldConfig): ReadonlySet<Hazard> {
  const { network, disk, faults, instances } = config;
  const hazards = new Set<Hazard>();
  const list = (hazard: Hazard, isListed: boolean) => isListed && hazards.add(hazard);
  for (const weather of [network, ...faults.filter((fault) => fault.kind === "weather")]) {
    list("loss", weather.lossPpm > 0);
    list("duplication", weather.duplicatePpm > 0);
    list("reordering", weather.reorderPpm > 0);
  }
  list("bandwidth", network.bytesPerSecond > 0);
  list(
    "drift",
    instances.some(({ driftPpm }) => driftPpm !== 0),
  );
  for (const fault of faults) {
    if (fault.kind === "weather") continue;
    if (fault.kind === "partition") list(fault.direction === "both" ? "partition" : "one-way partition", true);
    else list(fault.kind.replace("-", " ") as Hazard, true);
  }
  list("torn write", disk.tornPpm > 0 && (hazards.has("crash") || hazards.has("full disk")));
  return hazards;
}

/** How often a hazard was felt. */
export function timesFelt(hazard: Hazard, counts: Counts): number {
  return counts[feltAs[hazard]];
}

/** Those of the hazards that nothing felt. */
export function unfelt(hazards: Iterable<Hazard>, counts: Counts): Hazard[] {
  return [...hazards].filter((hazard) => timesFelt(hazard, counts) === 0);
}

export function addCounts(a: Counts, b: Counts): Counts {
  return fill((name) => a[name] + b[name]);
}

/** One column for each name, one row for each instance. */
export type Counters = Readonly<Record<CountName, Float64Array>>;

export function createCounters(instances: number): Counters {
  return fill(() => new Float64Array(instances));
}

export function countsAt(counters: Counters, instance: Instance): Counts {
  return fill((name) => counters[name][instance] as number);
}

export function totalCounts(counters: Counters): Counts {
  return fill((name) => counters[name].reduce((sum, count) => sum + count, 0));
}

function fill<T>(value: (name: CountName) => T): Record<CountName, T> {
  return Object.fromEntries(countNames.map((name) => [name, value(name)])) as Record<CountName, T>;
}
