// From a seed to a config. A *climate* says what a world may be like, as plain data; the seed says what this one is
// like. Each part is drawn from a stream of its own.

import type { Fault, FaultKind, InstanceConfig, NetworkConfig, WorldConfig } from "./config.ts";
import type { Distribution } from "./distribution.ts";
import type { Instance, Seat } from "./process.ts";
import { Random } from "./random.ts";
import { regionNames } from "./regions.ts";

export interface Climate {
  /** One of each list is taken. */
  readonly delays: readonly Distribution[];
  readonly bytesPerSeconds: readonly number[];
  readonly syncs: readonly Distribution[];
  readonly answerDelays: readonly Distribution[];
  /** Chance that the instances stand in regions, each in any. */
  readonly spreadPpm: number;
  /** Each is drawn from 0 to this. */
  readonly lossPpmMax: number;
  readonly duplicatePpmMax: number;
  readonly reorderPpmMax: number;
  readonly holdUsMax: number;
  readonly driftPpmMax: number;
  readonly aheadMsMax: number;
  readonly tornPpm: number;
  readonly faults: Readonly<Record<DrawnFaultKind, FaultClimate>>;
}

type DrawnFaultKind = Exclude<FaultKind, "lost-archive">;

export interface FaultClimate {
  /** So many in a minute of the time before healing, at most. */
  readonly perMinuteMax: number;
  readonly durationMsMin: number;
  readonly durationMsMax: number;
}

export interface WorldPlan {
  readonly seed: number;
  /** One for each instance. */
  readonly seats: readonly Seat[];
  readonly climate: Climate;
  readonly healAtMs: number;
  readonly endAtMs: number;
}

export function drawWorld({ seed, seats, climate, healAtMs, endAtMs }: WorldPlan): WorldConfig {
  const random = new Random(seed, "world");
  const disk = random.fork("disk");
  return {
    seed,
    instances: drawInstances(random.fork("instances"), seats, climate),
    network: drawNetwork(random.fork("network"), climate),
    disk: { sync: disk.pick(climate.syncs), bytesPerSecond: disk.pick([0, 100_000_000]), tornPpm: climate.tornPpm },
    answerDelay: random.fork("answers").pick(climate.answerDelays),
    inboxMessagesMax: 10_000,
    faults: drawFaults(random.fork("faults"), seats.length, climate, healAtMs),
    healAtMs,
    endAtMs,
  };
}

function drawInstances(random: Random, seats: readonly Seat[], climate: Climate): InstanceConfig[] {
  const isSpread = random.chance(climate.spreadPpm);
  return seats.map((seat) => ({
    seat,
    region: isSpread ? random.pick(regionNames) : null,
    driftPpm: random.between(-climate.driftPpmMax, climate.driftPpmMax),
    aheadMs: random.between(-climate.aheadMsMax, climate.aheadMsMax),
  }));
}

function drawNetwork(random: Random, climate: Climate): NetworkConfig {
  return {
    delay: random.fork("delay").pick(climate.delays),
    lossPpm: random.fork("loss").between(0, climate.lossPpmMax),
    duplicatePpm: random.fork("duplicate").between(0, climate.duplicatePpmMax),
    reorderPpm: random.fork("reorder").between(0, climate.reorderPpmMax),
    holdUsMax: climate.holdUsMax,
    bytesPerSecond: random.fork("bandwidth").pick(climate.bytesPerSeconds),
    queueBytesMax: 8 * 1024 * 1024,
  };
}

function drawFaults(random: Random, size: number, climate: Climate, healAtMs: number): Fault[] {
  const faults: Fault[] = [];
  for (const kind of Object.keys(draws).sort() as DrawnFaultKind[]) {
    const { perMinuteMax, durationMsMin, durationMsMax } = climate.faults[kind];
    const stream = random.fork(kind);
    const count = stream.between(0, Math.ceil((perMinuteMax * healAtMs) / 60_000));
    for (let i = 0; i < count; i++) {
      const fromMs = stream.below(Math.max(1, healAtMs));
      const span = { fromMs, toMs: fromMs + stream.between(durationMsMin, durationMsMax) };
      faults.push({ ...draws[kind](stream, size, climate), ...span });
    }
  }
  return faults.sort((a, b) => a.fromMs - b.fromMs);
}

/** A fault but for its time. */
type Timeless<F> = F extends Fault ? Omit<F, "fromMs" | "toMs"> : never;
type DrawFault<K extends DrawnFaultKind> = (
  random: Random,
  size: number,
  climate: Climate,
) => Timeless<Extract<Fault, { kind: K }>>;

const at = (random: Random, size: number): Instance => random.below(size);
const slownesses = [2, 5, 20, 100];

const draws: { readonly [K in DrawnFaultKind]: DrawFault<K> } = {
  crash: (random, size) => ({
    kind: "crash",
    instance: at(random, size),
    moment: random.pick(["at-once", "while-writing"]),
  }),
  pause: (random, size) => ({ kind: "pause", instance: at(random, size) }),
  partition: (random, size) => ({
    kind: "partition",
    side: random.pickSome([...Array(size).keys()], random.between(1, Math.max(1, size >> 1))).sort((a, b) => a - b),
    direction: random.pick(["both", "both", "in", "out"]),
  }),
  weather: (random, _, climate) => ({
    kind: "weather",
    lossPpm: random.between(0, 10 * climate.lossPpmMax),
    duplicatePpm: random.between(0, 10 * climate.duplicatePpmMax),
    reorderPpm: random.between(0, 10 * climate.reorderPpmMax),
  }),
  "slow-disk": (random, size) => ({ kind: "slow-disk", instance: at(random, size), factor: random.pick(slownesses) }),
  "stalled-disk": (random, size) => ({ kind: "stalled-disk", instance: at(random, size) }),
  "full-disk": (random, size) => ({ kind: "full-disk", instance: at(random, size) }),
  "slow-answers": (random, size) => ({
    kind: "slow-answers",
    instance: at(random, size),
    factor: random.pick(slownesses),
  }),
  "clock-jump": (random, size) => ({
    kind: "clock-jump",
    instance: at(random, size),
    byMs: random.pick([-1, 1]) * random.pick([100, 1000, 10_000]),
  }),
};
