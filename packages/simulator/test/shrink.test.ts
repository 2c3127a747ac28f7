import { expect, test } from "vitest";
import {
  climates,
  drawWorld,
  reduceInstances,
  reduceWorld,
  shrink,
  type WorldConfig,
  withoutInstance,
} from "../src/index.ts";

const seats = [0, 1, 2, 3, 4, 5, 6];
const harsh = drawWorld({ seed: 3, seats, climate: climates.harsh, healAtMs: 50_000, endAtMs: 60_000 });

function* reduceAll(config: WorldConfig): Generator<WorldConfig> {
  yield* reduceInstances(config);
  yield* reduceWorld(config);
}

test("what is left of a config is what the failure needs", () => {
  // Planted: a crash and a partition must overlap, in a run of more than 20 seconds.
  const fails = ({ faults, endAtMs }: WorldConfig) =>
    endAtMs > 20_000 &&
    faults.some(
      (crash) =>
        crash.kind === "crash" &&
        faults.some((cut) => cut.kind === "partition" && cut.fromMs < crash.toMs && crash.fromMs < cut.toMs),
    );
  expect(fails(harsh)).toBe(true);
  expect(harsh.faults.length).toBeGreaterThan(20);
  const { config, isSmallest } = shrink(harsh, fails, reduceAll);
  expect(isSmallest).toBe(true);
  expect(config.faults.map(({ kind }) => kind).sort()).toEqual(["crash", "partition"]);
  expect(config.instances.length).toBeLessThanOrEqual(2);
  expect(config.endAtMs).toBeLessThan(27_000);
  expect(config.network).toMatchObject({ lossPpm: 0, duplicatePpm: 0, reorderPpm: 0, bytesPerSecond: 0 });
  expect(config.network.delay.kind).toBe("constant");
  for (const { fromMs, toMs } of config.faults) expect(toMs - fromMs).toBeLessThan(2000);
});

test("shrinking is the same each time, and every config on the way fails", () => {
  const tried: WorldConfig[] = [];
  const fails = (config: WorldConfig) => {
    tried.push(config);
    return config.faults.filter(({ kind }) => kind === "pause").length >= 2;
  };
  const first = shrink(harsh, fails, reduceAll);
  expect(tried.length).toBe(first.tries);
  expect(shrink(harsh, fails, reduceAll)).toEqual(first);
  expect(fails(first.config)).toBe(true);
});

test("tries are bounded", () => {
  const { tries, isSmallest, config } = shrink(harsh, () => true, reduceAll, 3);
  expect([tries, isSmallest]).toEqual([3, false]);
  expect(config).not.toEqual(harsh);
});

test("a config of which nothing smaller fails stays as it is", () => {
  const { config, steps } = shrink(harsh, () => false, reduceAll);
  expect(config).toBe(harsh);
  expect(steps).toBe(0);
});

test("reductions end: none gives back what it was given", () => {
  let config = harsh;
  for (let steps = 0; ; steps++) {
    expect(steps).toBeLessThan(1000);
    const smaller = [...reduceAll(config)];
    for (const one of smaller) expect(one).not.toEqual(config);
    if (smaller.length === 0) break;
    config = smaller.at(-1) as WorldConfig;
  }
});

test("an instance goes with its faults, and the others keep theirs", () => {
  const [a, b, c] = harsh.instances;
  const span = { fromMs: 1, toMs: 2 };
  const crash = { kind: "crash", moment: "at-once" } as const;
  const weather = { kind: "weather", lossPpm: 1, duplicatePpm: 0, reorderPpm: 0, ...span } as const;
  const config: WorldConfig = {
    ...harsh,
    instances: [a, b, c] as WorldConfig["instances"],
    faults: [
      { ...crash, instance: 0, ...span },
      { ...crash, instance: 1, ...span },
      { kind: "pause", instance: 2, ...span },
      { kind: "partition", side: [1], direction: "in", ...span },
      { kind: "partition", side: [1, 2], direction: "in", ...span },
      weather,
    ],
  };
  expect(withoutInstance(config, 1)).toEqual({
    ...config,
    instances: [a, c],
    faults: [
      { ...crash, instance: 0, ...span },
      { kind: "pause", instance: 1, ...span },
      { kind: "partition", side: [1], direction: "in", ...span },
      weather,
    ],
  });
});
