// The promise ends at a third: validators with more than that can fork the chain, and the checker sees it.

import { expect, test } from "vitest";
import { loadStage, runSetting, type Setting, scaleSetting } from "../src/index.ts";

/** Seats 2 and 3 run twice, once on each side of a cut that keeps the honest seats 0 and 1 apart. */
function forked(sides: readonly number[]): Setting {
  const calm = scaleSetting(4, 10);
  const [instance] = calm.world.instances;
  if (instance === undefined) throw new Error("the setting has instances");
  const instances = [0, 1, 2, 3, 2, 3].map((seat) => ({ ...instance, seat }));
  return {
    ...calm,
    world: { ...calm.world, instances, healAtMs: 10_000, endAtMs: 20_000 },
    habits: [
      { seat: 2, habit: "twins" },
      { seat: 3, habit: "twins" },
    ],
    script: { sides: Array.from({ length: 50 }, () => sides) },
  };
}

test("two of four fork the chain, and only that is found", async () => {
  const { violation } = runSetting(forked([0, 1, 0, 0, 1, 1]), await loadStage("consensus"));
  expect(violation?.checker).toBe("one-chain");
  expect(violation?.what).toMatch(/^two blocks are final at height \d+/);
});

test("the same two without the cut do not", async () => {
  const { violation, blocks } = runSetting(forked([0, 0, 0, 0, 0, 0]), await loadStage("consensus"));
  expect(violation).toBeNull();
  expect(blocks).toBeGreaterThanOrEqual(10);
});
