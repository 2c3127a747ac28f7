// Every hazard that a config can list is felt, and counted where it is.

import { expect, test } from "vitest";
import {
  addCounts,
  type Counts,
  type Fault,
  type Hazard,
  hazardsOf,
  type NetworkConfig,
  unfelt,
  type WorldConfig,
} from "../src/index.ts";
import { quietConfig } from "./support/config.ts";
import { gossip, toyWorld } from "./support/toy.ts";

const quiet = quietConfig(4, { endAtMs: 3000, healAtMs: 3000 });
const network = (changes: Partial<NetworkConfig>): Partial<WorldConfig> => ({
  network: { ...quiet.network, ...changes },
});
const drifting = quiet.instances.map((instance) => ({ ...instance, driftPpm: 20_000 }));
const span = { fromMs: 200, toMs: 1500 };
const fault = (...faults: Fault[]): Partial<WorldConfig> => ({ faults });
const crash = { kind: "crash", moment: "at-once" } as const;
const slowSync = { kind: "constant", us: 20_000 } as const;

const worlds: readonly (readonly [Hazard, Partial<WorldConfig>])[] = [
  ["loss", network({ lossPpm: 100_000 })],
  ["loss", fault({ kind: "weather", lossPpm: 200_000, duplicatePpm: 0, reorderPpm: 0, ...span })],
  ["duplication", network({ duplicatePpm: 100_000 })],
  ["duplication", fault({ kind: "weather", lossPpm: 0, duplicatePpm: 200_000, reorderPpm: 0, ...span })],
  ["reordering", network({ reorderPpm: 300_000, holdUsMax: 1_000_000 })],
  ["bandwidth", network({ bytesPerSecond: 20_000, queueBytesMax: 100_000 })],
  ["partition", fault({ kind: "partition", side: [1, 2], direction: "both", ...span })],
  ["one-way partition", fault({ kind: "partition", side: [1], direction: "in", ...span })],
  ["one-way partition", fault({ kind: "partition", side: [1], direction: "out", ...span })],
  ["crash", fault({ ...crash, instance: 1, ...span })],
  ["pause", fault({ kind: "pause", instance: 1, ...span })],
  ["slow disk", fault({ kind: "slow-disk", instance: 1, factor: 10, ...span })],
  ["stalled disk", fault({ kind: "stalled-disk", instance: 1, ...span })],
  ["full disk", fault({ kind: "full-disk", instance: 1, ...span })],
  ["lost archive", fault({ kind: "lost-archive", instance: 1, ...span })],
  ["drift", { instances: drifting }],
  ["clock jump", fault({ kind: "clock-jump", instance: 1, byMs: -50, ...span })],
  ["slow answers", fault({ kind: "slow-answers", instance: 1, factor: 10, ...span })],
];

function countsOf(config: WorldConfig): { counts: Counts; at: (instance: number) => Counts; told: number } {
  const { world, seen } = toyWorld(config, gossip(100));
  expect(world.run().kind).toBe("ended");
  return { counts: world.counts, at: (instance) => world.countsAt(instance), told: seen.length };
}

test.each(worlds)("%s is listed, and felt", (hazard, changes) => {
  const config = { ...quiet, ...changes };
  expect([...hazardsOf(config)]).toEqual([hazard]);
  expect(unfelt([hazard], countsOf(config).counts)).toEqual([]);
});

test("where nothing is listed, nothing is felt", () => {
  expect([...hazardsOf(quiet)]).toEqual([]);
  const all = worlds.map(([hazard]) => hazard);
  expect(unfelt(new Set(all), countsOf(quiet).counts)).toEqual([...new Set(all)]);
});

test("torn writes are listed where writes may tear and something crashes, and felt over a few seeds", () => {
  const crashes = [125, 350, 700].map((fromMs): Fault => ({ ...crash, instance: 0, fromMs, toMs: fromMs + 100 }));
  const torn: WorldConfig = { ...quiet, disk: { sync: slowSync, bytesPerSecond: 0, tornPpm: 900_000 } };
  expect(hazardsOf(torn).size).toBe(0);
  const config = { ...torn, faults: crashes };
  expect([...hazardsOf(config)]).toEqual(["crash", "torn write"]);
  let counts = countsOf(config).counts;
  for (let seed = 2; seed < 10; seed++) counts = addCounts(counts, countsOf({ ...config, seed }).counts);
  expect(unfelt(hazardsOf(config), counts)).toEqual([]);
});

test("a message that goes twice is heard twice", () => {
  const { counts, told } = countsOf({ ...quiet, ...network({ duplicatePpm: 1_000_000 }), endAtMs: 95 });
  // Four tell three others one thing each, and another when their job is done.
  expect([counts.duplicated, counts.delivered, told]).toEqual([24, 48, 48]);
});

test("a fault is counted at its victim alone", () => {
  const { at } = countsOf({ ...quiet, ...fault({ kind: "partition", side: [1], direction: "in", ...span }) });
  expect([0, 1, 2, 3].map((instance) => at(instance).partitionedOneWay > 0)).toEqual([false, true, false, false]);
});

test("a crash while writing strikes the next sync; without one it comes to nothing", () => {
  const struck = (fromMs: number, toMs: number) => {
    const faults: Fault[] = [{ kind: "crash", moment: "while-writing", instance: 1, fromMs, toMs }];
    const { world, seen } = toyWorld({ ...quiet, faults }, gossip(100));
    world.run(1000);
    const { crashes, boots, survivedWrites, lostWrites } = world.countsAt(1);
    const second = seen.some(({ text }) => text.startsWith("heard news 2 from 1"));
    return { crashes, boots, writes: survivedWrites + lostWrites, second };
  };
  // It writes from 101 to 102 ms.
  expect(struck(50, 150)).toMatchObject({ crashes: 1, boots: 2, writes: 1 });
  expect(struck(50, 950)).toEqual({ crashes: 1, boots: 2, writes: 1, second: false });
  expect(struck(50, 90)).toEqual({ crashes: 0, boots: 1, writes: 0, second: true });
});

test("a full disk halts the instance at its next write; with space, it starts again with what it had", () => {
  const { at } = countsOf({ ...quiet, ...fault({ kind: "full-disk", instance: 1, ...span }) });
  expect(at(1)).toMatchObject({ fullDisks: 1, crashes: 1, boots: 2 });
  expect(at(0)).toMatchObject({ fullDisks: 0, crashes: 0, boots: 1 });
});

test("whoever lost its archive is started again with what else it had", () => {
  const { at } = countsOf({ ...quiet, ...fault({ kind: "lost-archive", instance: 1, ...span }) });
  expect(at(1)).toMatchObject({ lostArchives: 1, crashes: 1, boots: 2 });
  expect(at(0)).toMatchObject({ lostArchives: 0, crashes: 0, boots: 1 });
});

test("a stalled disk ends no write before its time, a slow one takes a multiple", () => {
  const told = (kind: Fault) => {
    const { world, seen } = toyWorld({ ...quiet, faults: [kind] }, gossip(100));
    world.run(2000);
    return seen.filter(({ text, instance }) => instance === 0 && text.includes("from 1")).map(({ timeUs }) => timeUs);
  };
  const stalled = told({ kind: "stalled-disk", instance: 1, fromMs: 150, toMs: 700 });
  expect(stalled.filter((timeUs) => timeUs > 250_000 && timeUs < 710_000)).toEqual([]);
  expect(stalled).toContain(710_000);
  // Written at 101 ms with a sync of 1 ms, told after a delay of 10 ms.
  expect(told({ kind: "slow-disk", instance: 1, factor: 50, fromMs: 50, toMs: 120 })).toContain(161_000);
});

test("answers of a slow instance take a multiple", () => {
  const { world, seen } = toyWorld(
    { ...quiet, ...fault({ kind: "slow-answers", instance: 1, factor: 10, fromMs: 0, toMs: 90 }) },
    gossip(100),
  );
  world.run(95);
  const done = seen.filter(({ text }) => text.includes("done"));
  // Asked for at 1 ms, 3 ms of work, 10 ms on the way.
  expect(done.filter(({ text }) => text.includes("from 1")).map(({ timeUs }) => timeUs)).toEqual([
    41_000, 41_000, 41_000,
  ]);
  expect(done.filter(({ text }) => text.includes("from 0")).map(({ timeUs }) => timeUs)).toEqual([
    14_000, 14_000, 14_000,
  ]);
});

test("slow spells that overlap multiply, and leave nothing behind", () => {
  const slow = (factor: number, fromMs: number, toMs: number): Fault[] => [
    { kind: "slow-answers", instance: 1, factor, fromMs, toMs },
    { kind: "slow-disk", instance: 1, factor, fromMs, toMs },
  ];
  const faults = [...slow(49, 0, 90), ...slow(2, 0, 80)];
  const { world, seen } = toyWorld({ ...quiet, faults }, gossip(3000));
  world.run(3000);
  // A sync of 98 ms, then an answer of 3 ms, as nothing is slow any more, and 10 ms on the way.
  const told = seen.filter(({ text }) => text.includes("done job 1 from 1")).map(({ timeUs }) => timeUs);
  expect(told).toEqual([111_000, 111_000, 111_000]);
});

test("healing ends what its own time would not", () => {
  const late = { fromMs: 100, toMs: 100_000 };
  const faults: Fault[] = [
    { ...crash, instance: 0, ...late },
    { kind: "partition", side: [1], direction: "both", ...late },
    { kind: "full-disk", instance: 2, ...late },
    { kind: "stalled-disk", instance: 3, ...late },
    { kind: "weather", lossPpm: 900_000, duplicatePpm: 0, reorderPpm: 0, ...late },
    { kind: "pause", instance: 1, ...late },
    { ...crash, instance: 3, fromMs: 1600, toMs: 2000 },
  ];
  const { world, seen } = toyWorld({ ...quiet, ...network({ lossPpm: 500_000 }), faults, healAtMs: 1500 }, gossip(100));
  world.run(1500);
  const before = seen.length;
  world.run(3000);
  expect(seen.length - before).toBeGreaterThan(4 * 3 * 2 * 14);
  expect(world.counts.lost).toBeGreaterThan(0);
  expect(world.countsAt(3).crashes).toBe(0);
});

test("faults that do not fit their world are found at the start", () => {
  const wrong = (changes: Partial<WorldConfig>) => () => toyWorld({ ...quiet, ...changes }, gossip(100));
  expect(wrong(fault({ ...crash, instance: 4, ...span }))).toThrow("instance that exists");
  expect(wrong(fault({ kind: "partition", side: [0, 7], direction: "in", ...span }))).toThrow("instance that exists");
  expect(wrong(fault({ kind: "slow-disk", instance: 0, factor: 0.5, ...span }))).toThrow("factor");
  expect(wrong(fault({ kind: "pause", instance: 0, fromMs: 0.5, toMs: 2 }))).toThrow("fromMs is a whole number");
  expect(wrong(network({ lossPpm: -1 }))).toThrow("lossPpm");
  expect(wrong(network({ delay: { kind: "uniform", fromUs: 5, toUs: 4 } }))).toThrow("upwards");
  expect(wrong(network({ delay: { kind: "constant", us: 2 ** 27 } }))).toThrow("67 seconds");
  expect(wrong({ instances: [] })).toThrow("instances");
  expect(wrong({ seed: 1.5 })).toThrow("seed");
});
