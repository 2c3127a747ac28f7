// A network of many validators on a good day, for what a block costs there.

import { plainBlobs, type Setting } from "./setting.ts";

/** Links between machines of one continent, and disks that are not busy. */
export function scaleSetting(validators: number, blocksMax: number): Setting {
  const instance = { region: null, driftPpm: 0, aheadMs: 0 };
  return {
    stage: "consensus",
    world: {
      seed: validators,
      instances: Array.from({ length: validators }, (_, seat) => ({ seat, ...instance })),
      network: {
        delay: { kind: "tailed", medianUs: 15_000, tail: "narrow" },
        lossPpm: 0,
        duplicatePpm: 0,
        reorderPpm: 0,
        holdUsMax: 0,
        bytesPerSecond: 0,
        queueBytesMax: 0,
      },
      disk: { sync: { kind: "tailed", medianUs: 300, tail: "wide" }, bytesPerSecond: 0, tornPpm: 0 },
      answerDelay: { kind: "constant", us: 100 },
      inboxMessagesMax: 100_000,
      faults: [],
      healAtMs: 0,
      endAtMs: 600_000,
    },
    weights: Array.from({ length: validators }, () => 1),
    scheme: "mock",
    leaderSeed: 1,
    deltaMs: 200,
    heartbeatMs: 3_600_000,
    workload: { kind: "busy", itemsPerSecond: 50, burstMs: 0, silenceMs: 0, spreadMs: 20 },
    blobs: plainBlobs,
    payloadUs: 2000,
    deferPpm: 0,
    deferMs: 0,
    habits: [],
    script: null,
    blocksMax,
  };
}
