// Configs to vary: nothing goes wrong in them but what a test adds.

import type { WorldConfig } from "../../src/index.ts";

export function quietConfig(instances: number, changes: Partial<WorldConfig> = {}): WorldConfig {
  return {
    seed: 1,
    instances: Array.from({ length: instances }, (_, seat) => ({ seat, region: null, driftPpm: 0, aheadMs: 0 })),
    network: {
      delay: { kind: "constant", us: 10_000 },
      lossPpm: 0,
      duplicatePpm: 0,
      reorderPpm: 0,
      holdUsMax: 0,
      bytesPerSecond: 0,
      queueBytesMax: 0,
    },
    disk: { sync: { kind: "constant", us: 1000 }, bytesPerSecond: 0, tornPpm: 0 },
    answerDelay: { kind: "constant", us: 0 },
    inboxMessagesMax: 1000,
    faults: [],
    healAtMs: 60_000,
    endAtMs: 60_000,
    ...changes,
  };
}
