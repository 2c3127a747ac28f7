import { expect, test } from "vitest";
import { type Climate, climates, drawWorld, hazardsOf, World, type WorldConfig } from "../src/index.ts";
import { gossip, toyProcess } from "./support/toy.ts";

const seats = [0, 1, 2, 3, 4];

function draw(seed: number, climate: Climate): WorldConfig {
  return drawWorld({ seed, seats, climate, healAtMs: 60_000, endAtMs: 90_000 });
}

test("same seed and climate, same config; and it is plain data", () => {
  for (let seed = 0; seed < 20; seed++) {
    const config = draw(seed, climates.harsh);
    expect(draw(seed, climates.harsh)).toEqual(config);
    expect(JSON.parse(JSON.stringify(config))).toEqual(config);
  }
});

test.each(Object.entries(climates))("what a %s climate draws makes a world", (_, climate) => {
  for (let seed = 0; seed < 100; seed++) {
    const config = draw(seed, climate);
    expect(() => new World({ config, processOf: (instance) => toyProcess(instance, gossip(100)) })).not.toThrow();
  }
});

test("a calm climate lists nothing", () => {
  for (let seed = 0; seed < 50; seed++) expect([...hazardsOf(draw(seed, climates.calm))]).toEqual([]);
});

test("a rough climate lists everything, sooner or later", () => {
  const listed = new Set<string>();
  for (let seed = 0; seed < 50; seed++) for (const hazard of hazardsOf(draw(seed, climates.rough))) listed.add(hazard);
  expect([...listed].sort()).toEqual([
    "bandwidth",
    "clock jump",
    "crash",
    "drift",
    "duplication",
    "full disk",
    "loss",
    "one-way partition",
    "partition",
    "pause",
    "reordering",
    "slow answers",
    "slow disk",
    "stalled disk",
    "torn write",
  ]);
});

test("leaving out one kind of fault leaves the rest of the world as it was", () => {
  const never = { perMinuteMax: 0, durationMsMin: 0, durationMsMax: 0 };
  for (const kind of Object.keys(climates.rough.faults) as (keyof Climate["faults"])[]) {
    const config = draw(7, climates.harsh);
    const without = draw(7, { ...climates.harsh, faults: { ...climates.harsh.faults, [kind]: never } });
    expect(without).toEqual({ ...config, faults: config.faults.filter((fault) => fault.kind !== kind) });
  }
});

test("faults begin before healing, last as long as the climate says, and are in order", () => {
  const { crash } = climates.rough.faults;
  for (let seed = 0; seed < 50; seed++) {
    const { faults } = draw(seed, climates.rough);
    expect(faults.map(({ fromMs }) => fromMs)).toEqual(faults.map(({ fromMs }) => fromMs).sort((a, b) => a - b));
    for (const { kind, fromMs, toMs } of faults) {
      expect(fromMs).toBeLessThan(60_000);
      if (kind !== "crash") continue;
      expect(toMs - fromMs).toBeGreaterThanOrEqual(crash.durationMsMin);
      expect(toMs - fromMs).toBeLessThanOrEqual(crash.durationMsMax);
    }
    expect(faults.filter(({ kind }) => kind === "crash").length).toBeLessThanOrEqual(crash.perMinuteMax);
  }
});

test("a partition has somebody on both sides", () => {
  for (let seed = 0; seed < 100; seed++) {
    for (const fault of draw(seed, climates.harsh).faults) {
      if (fault.kind !== "partition") continue;
      expect(new Set(fault.side).size).toBe(fault.side.length);
      expect(fault.side.length).toBeGreaterThan(0);
      expect(fault.side.length).toBeLessThan(seats.length);
    }
  }
});
