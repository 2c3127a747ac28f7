// What worlds may be like, from calm to harsh. A campaign takes one of these, or changes parts of one.

import type { Distribution } from "./distribution.ts";
import type { Climate, FaultClimate } from "./draw.ts";

const fiveMs: Distribution = { kind: "tailed", medianUs: 5000, tail: "narrow" };
const fiftyMs: Distribution = { kind: "tailed", medianUs: 50_000, tail: "wide" };
const halfMsSync: Distribution = { kind: "tailed", medianUs: 500, tail: "wide" };
const quick: Distribution = { kind: "uniform", fromUs: 0, toUs: 2000 };

const never: FaultClimate = { perMinuteMax: 0, durationMsMin: 0, durationMsMax: 0 };

function often(perMinuteMax: number, durationMsMin: number, durationMsMax: number): FaultClimate {
  return { perMinuteMax, durationMsMin, durationMsMax };
}

/** A good day: nothing goes wrong, and delays are those of real links. */
const calm: Climate = {
  delays: [fiveMs, fiftyMs],
  bytesPerSeconds: [0],
  syncs: [halfMsSync],
  answerDelays: [quick],
  spreadPpm: 500_000,
  lossPpmMax: 0,
  duplicatePpmMax: 0,
  reorderPpmMax: 0,
  holdUsMax: 0,
  driftPpmMax: 0,
  aheadMsMax: 0,
  tornPpm: 0,
  faults: {
    crash: never,
    pause: never,
    partition: never,
    weather: never,
    "slow-disk": never,
    "stalled-disk": never,
    "full-disk": never,
    "slow-answers": never,
    "clock-jump": never,
  },
};

/** A bad week in a minute: a few of everything. */
const rough: Climate = {
  delays: [fiveMs, fiftyMs, { kind: "uniform", fromUs: 1000, toUs: 200_000 }],
  bytesPerSeconds: [0, 10_000_000],
  syncs: [halfMsSync, { kind: "tailed", medianUs: 5000, tail: "heavy" }],
  answerDelays: [quick, { kind: "tailed", medianUs: 5000, tail: "heavy" }],
  spreadPpm: 300_000,
  lossPpmMax: 20_000,
  duplicatePpmMax: 20_000,
  reorderPpmMax: 50_000,
  holdUsMax: 500_000,
  driftPpmMax: 200,
  aheadMsMax: 200,
  tornPpm: 500_000,
  faults: {
    crash: often(8, 10, 10_000),
    pause: often(6, 20, 5000),
    partition: often(6, 100, 15_000),
    weather: often(3, 100, 10_000),
    "slow-disk": often(3, 100, 10_000),
    "stalled-disk": often(3, 100, 5000),
    "full-disk": often(2, 100, 10_000),
    "slow-answers": often(3, 100, 10_000),
    "clock-jump": often(3, 100, 20_000),
  },
};

/** Hardly a quiet second: for finding what needs several faults at once. */
const harsh: Climate = {
  ...rough,
  delays: [
    fiftyMs,
    { kind: "tailed", medianUs: 50_000, tail: "heavy" },
    { kind: "uniform", fromUs: 0, toUs: 1_000_000 },
  ],
  bytesPerSeconds: [0, 1_000_000],
  lossPpmMax: 100_000,
  duplicatePpmMax: 100_000,
  reorderPpmMax: 200_000,
  holdUsMax: 2_000_000,
  driftPpmMax: 20_000,
  aheadMsMax: 5000,
  tornPpm: 900_000,
  faults: {
    crash: often(40, 1, 5000),
    pause: often(20, 20, 3000),
    partition: often(20, 100, 8000),
    weather: often(10, 100, 5000),
    "slow-disk": often(10, 100, 5000),
    "stalled-disk": often(10, 100, 3000),
    "full-disk": often(6, 100, 5000),
    "slow-answers": often(10, 100, 5000),
    "clock-jump": often(10, 100, 10_000),
  },
};

export const climates = { calm, rough, harsh } as const;
