// The setting of a schedule. The leaders it names are those of a leader seed that was looked for: the machine draws
// its leaders as always.

import { assert } from "@tandem/shared";
import { restateLeader } from "../checkers/leader-draw.ts";
import { leaderSeedOf } from "../nodes/keys.ts";
import { plainBlobs, type Setting } from "../setting.ts";
import { type Schedule, scopeSeats, twinSeat } from "./schedule.ts";

const deltaMs = 20;
/** Timers of the first view are not grown: 3Δ. */
const firstViewMs = 3 * deltaMs;
const endAtMs = 5000;

const weights = [1, 1, 1, 1];

export class ScopeSettings {
  /** The leader seed of each sequence of leaders that was met so far. */
  readonly #seeds = new Map<string, number>();
  readonly #views: number;
  #nextSeed = 1;

  constructor(views: number) {
    this.#views = views;
  }

  settingOf(schedule: Schedule, number: number): Setting {
    assert(schedule.length === this.#views, "a schedule has a choice for each view");
    return settingOf(schedule, number, this.#seedFor(schedule.map(({ leader }) => leader).join("")));
  }

  #seedFor(leaders: string): number {
    for (;;) {
      const seed = this.#seeds.get(leaders);
      if (seed !== undefined) return seed;
      const next = this.#nextSeed++;
      const drawn = Array.from({ length: this.#views }, (_, i) => restateLeader(leaderSeedOf(next), weights, i + 1));
      if (!this.#seeds.has(drawn.join(""))) this.#seeds.set(drawn.join(""), next);
    }
  }
}

function settingOf(schedule: Schedule, seed: number, leaderSeed: number): Setting {
  const instance = { region: null, driftPpm: 0, aheadMs: 0 };
  return {
    stage: "consensus",
    world: {
      seed,
      instances: scopeSeats.map((seat) => ({ seat, ...instance })),
      network: {
        delay: { kind: "uniform", fromUs: 1000, toUs: 6000 },
        lossPpm: 0,
        duplicatePpm: 0,
        reorderPpm: 0,
        holdUsMax: 0,
        bytesPerSecond: 0,
        queueBytesMax: 0,
      },
      disk: { sync: { kind: "constant", us: 200 }, bytesPerSecond: 0, tornPpm: 0 },
      answerDelay: { kind: "constant", us: 200 },
      inboxMessagesMax: 10_000,
      faults: [],
      // After the timers of all cut views, each twice the one before.
      healAtMs: firstViewMs * 2 ** schedule.length,
      endAtMs,
    },
    weights,
    scheme: "mock",
    leaderSeed,
    deltaMs,
    heartbeatMs: 3_600_000,
    workload: { kind: "busy", itemsPerSecond: 100, burstMs: 0, silenceMs: 0, spreadMs: 0 },
    blobs: plainBlobs,
    payloadUs: 100,
    deferPpm: 0,
    deferMs: 0,
    habits: [{ seat: twinSeat, habit: "twins" }],
    script: { sides: schedule.map(({ sides }) => sides) },
    // Beyond the views that are cut.
    blocksMax: schedule.length + 2,
  };
}
