// O8, S7: what silence must not hide. Networks of four in which work comes for a while and then never again, and the
// heartbeat is an hour away.

import { expect, test } from "vitest";
import { runSetting } from "../src/run.ts";
import { scaleSetting } from "../src/scale.ts";
import type { Setting } from "../src/setting.ts";
import { loadStage } from "../src/stages/load.ts";

const makeStage = await loadStage("order");

function silentSetting(seed: number, workMs: number): Setting {
  const setting = scaleSetting(4, 1000);
  return {
    ...setting,
    stage: "order",
    world: { ...setting.world, seed, endAtMs: 30_000 },
    deltaMs: 100,
    workload: { kind: "idle", itemsPerSecond: 5, burstMs: workMs, silenceMs: 3_600_000, spreadMs: 20 },
  };
}

test("where links take up to twice Δ, an empty block whose finalization is late does not beget another", () => {
  for (const seed of [1, 2, 3, 4]) {
    const setting = silentSetting(seed, 100);
    const network = { ...setting.world.network, delay: { kind: "uniform", fromUs: 100_000, toUs: 200_000 } } as const;
    const { violation, blocks } = runSetting({ ...setting, world: { ...setting.world, network } }, makeStage);
    expect(violation).toBeNull();
    expect(blocks).toBeGreaterThan(0);
    expect(blocks).toBeLessThan(8);
  }
});
