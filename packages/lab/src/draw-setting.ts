// From a seed to a setting: four to ten validators with some weights, a world with faults, work, and habits up to
// what the protocol promises to bear. Each part is drawn from a stream of its own.

import { limits } from "@tandem/shared";
import {
  type Climate,
  type Distribution,
  drawWorld,
  type Fault,
  longestDelayUs,
  Random,
  type WorldConfig,
} from "@tandem/simulator";
import { type HabitName, habitNamesOf } from "./habits/index.ts";
import type { BlobPlan, HabitPlan, Script, Setting, Workload, WorldStage } from "./setting.ts";
import { asWhole } from "./whole/draw-whole.ts";

/** A run ends after so many blocks, or this time. */
const blocksMax = 200;
const endAtMs = 60_000;
/** The world heals early enough that progress can be demanded afterwards; of the whole stage, more is demanded. */
const healMsMax = { consensus: 15_000, order: 15_000, whole: 8000 } as const;
const manySizes = [4, 5, 6, 7, 8, 9, 10];
const sizesOf = { consensus: manySizes, order: manySizes, whole: [4, 4, 5, 5, 6, 7, 8, 10, 16] } as const;
/** Views that a script cuts. */
const scriptViewsMax = 12;

function often(perMinuteMax: number, durationMsMin: number, durationMsMax: number) {
  return { perMinuteMax, durationMsMin, durationMsMax };
}

const quick: Distribution = { kind: "uniform", fromUs: 0, toUs: 2000 };

/** Delays stay such that Δ is well below a second: with time to heal and a bound of some hundred Δ within a minute. */
const climate: Climate = {
  delays: [
    { kind: "tailed", medianUs: 2000, tail: "narrow" },
    { kind: "tailed", medianUs: 8000, tail: "wide" },
    { kind: "tailed", medianUs: 4000, tail: "heavy" },
    { kind: "uniform", fromUs: 500, toUs: 60_000 },
  ],
  bytesPerSeconds: [0, 0, 10_000_000],
  syncs: [
    { kind: "tailed", medianUs: 300, tail: "wide" },
    { kind: "tailed", medianUs: 1000, tail: "heavy" },
  ],
  answerDelays: [quick, { kind: "tailed", medianUs: 2000, tail: "wide" }],
  spreadPpm: 250_000,
  lossPpmMax: 50_000,
  duplicatePpmMax: 30_000,
  reorderPpmMax: 80_000,
  holdUsMax: 400_000,
  driftPpmMax: 10_000,
  aheadMsMax: 2000,
  tornPpm: 700_000,
  faults: {
    crash: often(24, 1, 5000),
    pause: often(12, 20, 2000),
    partition: often(12, 100, 6000),
    weather: often(6, 100, 5000),
    "slow-disk": often(6, 100, 5000),
    "stalled-disk": often(6, 100, 3000),
    "full-disk": often(4, 100, 5000),
    "slow-answers": often(6, 100, 5000),
    "clock-jump": often(6, 100, 10_000),
  },
};

/** One in this many runs has nobody Byzantine. */
const honestOneIn = 5;
const observerOneIn = 6;
const blackoutOneIn = 5;
const blackoutMsMax = 3000;
const habitsOfSeatMax = 3;

/** Stages differ in what habits there are. */
export function drawSetting(seed: number, stage: WorldStage = "consensus"): Setting {
  const random = new Random(seed, "setting");
  const weights = drawWeights(random.fork("weights"), sizesOf[stage]);
  const habits = drawHabits(random.fork("habits"), weights, habitNamesOf[stage]);
  const seats = seatsOf(random.fork("seats"), weights, habits);
  const healAtMs = random.fork("heal").between(1000, healMsMax[stage]);
  const world = withBlackout(drawWorld({ seed, seats, climate, healAtMs, endAtMs }), random.fork("blackout"));
  const payloadUs = random.fork("payload").pick([100, 2000, 10_000]);
  const deltaMs = deltaFor(world, payloadUs);
  const workload = drawWorkload(random.fork("workload"));
  const setting: Setting = {
    stage,
    world,
    weights,
    scheme: "mock",
    leaderSeed: random.fork("leaders").uint32(),
    deltaMs,
    // An idle run is watched for silence: there the heartbeat comes once.
    heartbeatMs: workload.kind === "idle" ? 40_000 : random.fork("heartbeat").pick([3000, 10_000, 3_600_000]),
    workload,
    blobs: { ...drawBlobs(random.fork("blobs")), ...drawRules(random.fork("rules"), world, workload) },
    payloadUs,
    deferPpm: random.fork("defer").pick([0, 0, 20_000, 200_000]),
    deferMs: Math.floor(deltaMs / 4),
    habits,
    script: habits.some(({ habit }) => habit === "twins") ? drawScript(random.fork("script"), seats.length) : null,
    blocksMax,
  };
  return stage === "whole" ? asWhole(setting, random.fork("whole")) : setting;
}

/** Now and then the power goes everywhere at once, and comes back here and there. */
function withBlackout(world: WorldConfig, random: Random): WorldConfig {
  if (random.below(blackoutOneIn) > 0) return world;
  const fromMs = random.below(world.healAtMs);
  const crashes = world.instances.map((_, instance): Fault => {
    const toMs = fromMs + random.between(1, blackoutMsMax);
    return { kind: "crash", instance, moment: random.pick(["at-once", "while-writing"]), fromMs, toMs };
  });
  return { ...world, faults: [...world.faults, ...crashes] };
}

/** Δ covers a message, with the disk and the checks at both ends. */
function deltaFor(world: WorldConfig, payloadUs: number): number {
  const longest = (distribution: Distribution) =>
    longestDelayUs({ ...world, network: { ...world.network, delay: distribution } });
  const linkUs = longestDelayUs(world);
  // What disk and answers take beyond the distance between regions, which `longestDelayUs` adds to each.
  const distanceUs = longest({ kind: "constant", us: 0 });
  const diskUs = 2 * (longest(world.disk.sync) - distanceUs);
  const answerUs = 2 * (longest(world.answerDelay) - distanceUs) + 4000;
  return Math.ceil(((linkUs + diskUs + answerUs + payloadUs) / 1000) * 1.25);
}

function drawWeights(random: Random, sizes: readonly number[]): number[] {
  const size = random.pick(sizes);
  const most = random.pick([1, 3, 10, 1000]);
  return Array.from({ length: size }, () => random.between(1, most));
}

/** Seats up to less than a third of the weight, each with some habits. */
function drawHabits(random: Random, weights: readonly number[], names: readonly HabitName[]): HabitPlan[] {
  if (random.below(honestOneIn) === 0) return [];
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const order = random.pickSome([...weights.keys()], weights.length);
  const plans: HabitPlan[] = [];
  let faulty = 0;
  for (const seat of order) {
    const weight = weights[seat] as number;
    if (3 * (faulty + weight) >= total) continue;
    faulty += weight;
    for (const habit of drawHabitsOfSeat(random, names)) plans.push({ seat, habit });
    if (random.below(3) === 0) break;
  }
  return plans;
}

/** Twins go by themselves: each follows the protocol, and that there are two is the fault. */
function drawHabitsOfSeat(random: Random, names: readonly HabitName[]): readonly HabitName[] {
  const habits = random.pickSome(names, random.between(1, habitsOfSeatMax));
  return habits.includes("twins") ? ["twins"] : habits;
}

/** A second instance for each twin, at the end, and now and then an observer. */
function seatsOf(random: Random, weights: readonly number[], habits: readonly HabitPlan[]): number[] {
  const seats = [...weights.keys()];
  if (random.below(observerOneIn) === 0) seats.push(weights.length);
  for (const { seat, habit } of habits) if (habit === "twins") seats.push(seat);
  return seats;
}

function drawScript(random: Random, instances: number): Script | null {
  if (random.below(2) === 0) return null;
  const views = random.between(1, scriptViewsMax);
  const sides = Array.from({ length: views }, () => Array.from({ length: instances }, () => random.below(2)));
  return { sides };
}

function drawWorkload(random: Random): Workload {
  const kind = random.pick(["busy", "busy", "bursts", "bursts", "idle"] as const);
  return {
    kind,
    itemsPerSecond: random.pick([2, 10, 30]),
    burstMs: random.between(200, 4000),
    silenceMs: random.between(1000, 10_000),
    spreadMs: random.pick([0, 20, 200]),
  };
}

/** Blocks take what comes while a world is sick, so that work waits for leaders and never for room. */
function drawBlobs(random: Random): Omit<BlobPlan, RuleName> {
  const share = (most: number) => random.pick([0, most >> 2, most]);
  return {
    payers: random.between(2, 20),
    shards: random.between(1, 5),
    blockBlobs: random.pick([1024, 16_384]),
    blockBytes: random.pick([4, 16]) * 1024 * 1024,
    mediumPpm: share(200_000),
    largePpm: share(10_000),
    aheadPpm: share(100_000),
    replacedPpm: share(100_000),
    doubledPpm: share(100_000),
    carelessPpm: share(100_000),
    refusedPpm: share(300_000),
  };
}

type RuleName = "clockLeadMs" | "lagMax" | "pendingMax" | "attest" | "isFollowed";
type Rules = Pick<BlobPlan, RuleName> & Partial<Pick<BlobPlan, "blockBlobs" | "blockBytes">>;

/** Limits that are felt: small blocks where little work comes, a small lag, a bound on clocks that they just keep. */
function drawRules(random: Random, world: WorldConfig, workload: Workload): Rules {
  const isCalm = workload.kind === "idle" || workload.itemsPerSecond <= 2;
  const isSmall = random.below(3) === 0;
  const everyMs = random.pick([0, 250, 250, 1000]);
  const isLagging = everyMs > 0 && random.below(2) === 0;
  const isClockSteady = !world.faults.some(({ kind }) => kind === "clock-jump");
  const isTight = random.below(2) === 0;
  return {
    ...(isCalm && isSmall ? { blockBlobs: random.pick([4, 16]), blockBytes: limits.blobBytesMax } : {}),
    clockLeadMs: isClockSteady && isTight ? clockSpreadMs(world) : 5000,
    lagMax: isLagging ? random.pick([1, 3, 10]) : limits.lagMax,
    pendingMax: isLagging ? random.pick([4, limits.pendingMax]) : limits.pendingMax,
    attest: { everyMs, lateMs: random.pick([0, 100, 2000]), stallPpm: isLagging ? random.pick([50_000, 200_000]) : 0 },
    isFollowed: random.below(2) === 0,
  };
}

/** By the end of the run, how far any two clocks can be apart. */
function clockSpreadMs({ instances, endAtMs }: WorldConfig): number {
  const ends = instances.flatMap(({ aheadMs, driftPpm }) => [aheadMs, aheadMs + (endAtMs * driftPpm) / 1_000_000]);
  return Math.ceil(Math.max(...ends) - Math.min(...ends)) + 10;
}
