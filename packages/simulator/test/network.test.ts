import { expect, test } from "vitest";
import type { NetworkConfig, WorldConfig } from "../src/config.ts";
import { type Counters, createCounters, totalCounts } from "../src/counts.ts";
import { fates, longestDelayUs, Network } from "../src/network.ts";
import { quietConfig } from "./support/config.ts";

function networkOf(changes: Partial<NetworkConfig>, config: Partial<WorldConfig> = {}, instances = 4) {
  const quiet = quietConfig(instances, config);
  const counters: Counters = createCounters(instances);
  const network = new Network({ ...quiet, network: { ...quiet.network, ...changes } }, counters);
  const { lossPpm = 0, duplicatePpm = 0, reorderPpm = 0 } = changes;
  network.setChances(lossPpm, duplicatePpm, reorderPpm);
  return { network, counts: () => totalCounts(counters) };
}

const many = 100_000;

test("messages are lost about as often as the config says", () => {
  const { network, counts } = networkOf({ lossPpm: 30_000 });
  let lost = 0;
  for (let i = 0; i < many; i++) if (network.send(0, 1, 100, i) === fates.lost) lost++;
  expect(Math.abs(lost - 3000)).toBeLessThan(200);
  expect(counts().lost).toBe(lost);
});

test("messages go twice about as often as the config says, each time with a delay of its own", () => {
  const { network, counts } = networkOf({ duplicatePpm: 50_000, delay: { kind: "uniform", fromUs: 0, toUs: 9999 } });
  let apart = 0;
  for (let i = 0; i < many; i++) {
    const arrivalUs = network.send(0, 1, 100, 0);
    if (network.copyArrivalUs >= 0 && network.copyArrivalUs !== arrivalUs) apart++;
  }
  expect(Math.abs(apart - 5000)).toBeLessThan(300);
  expect(counts().duplicated).toBeGreaterThanOrEqual(apart);
});

test("messages are held up about as often as the config says, up to the longest time", () => {
  const { network } = networkOf({ reorderPpm: 100_000, holdUsMax: 1_000_000 });
  const held = Array.from({ length: many }, () => network.send(0, 1, 100, 0) - 10_000).filter((us) => us > 0);
  expect(Math.abs(held.length - 10_000)).toBeLessThan(400);
  expect(held.reduce((a, b) => Math.max(a, b))).toBeLessThanOrEqual(1_000_000);
  expect(Math.abs(held.reduce((a, b) => a + b) / held.length - 500_000)).toBeLessThan(10_000);
});

test("what a link does to its k-th message does not depend on other links, nor on other chances", () => {
  const arrivals = (changes: Partial<NetworkConfig>, isBusy: boolean) => {
    const { network } = networkOf({ delay: { kind: "uniform", fromUs: 0, toUs: 50_000 }, ...changes });
    return Array.from({ length: 1000 }, (_, i) => {
      if (isBusy) for (let other = 0; other < i % 5; other++) network.send(2, other, 100, i);
      return network.send(0, 1, 100, i);
    });
  };
  const alone = arrivals({}, false);
  expect(arrivals({}, true)).toEqual(alone);
  expect(arrivals({ duplicatePpm: 500_000 }, true)).toEqual(alone);
  const lossy = arrivals({ lossPpm: 500_000 }, false);
  expect(lossy.filter((arrivalUs, i) => arrivalUs !== fates.lost && arrivalUs !== alone[i])).toEqual([]);
});

test("what happens to a message says nothing of what else happens to it, nor to those next to it", () => {
  const half = 500_000;
  const columns = [
    sendMany({ lossPpm: half }).map(({ arrivalUs }) => arrivalUs === fates.lost),
    sendMany({ delay: { kind: "uniform", fromUs: 0, toUs: 50_000 } }).map(({ arrivalUs }) => arrivalUs > 25_000),
    sendMany({ duplicatePpm: half }).map(({ isTwice }) => isTwice),
    sendMany({ reorderPpm: half, holdUsMax: 1000 }).map(({ arrivalUs }) => arrivalUs > 10_000),
  ];
  for (const one of columns) {
    for (const other of columns) {
      for (let apart = one === other ? 1 : 0; apart <= 8; apart++) {
        const equal = one.filter((is, i) => i >= 8 && is === other[i - apart]).length;
        expect(Math.abs(equal - 5000)).toBeLessThan(250);
      }
    }
  }
});

function sendMany(changes: Partial<NetworkConfig>) {
  const { network } = networkOf(changes);
  return Array.from({ length: 10_008 }, () => {
    const arrivalUs = network.send(0, 1, 100, 0);
    return { arrivalUs, isTwice: network.copyArrivalUs >= 0 };
  });
}

test("links and seeds have delays of their own", () => {
  const delay = { kind: "uniform", fromUs: 0, toUs: 1_000_000 } as const;
  const firsts = new Set<number>();
  for (const seed of [1, 2, 2 ** 32 + 1]) {
    const { network } = networkOf({ delay }, { seed });
    for (const [from, to] of [
      [0, 1],
      [1, 0],
      [0, 2],
      [2, 3],
    ] as const)
      firsts.add(network.send(from, to, 1, 0));
  }
  expect(firsts.size).toBe(12);
});

test("bandwidth: bytes take their time, and messages wait for each other on a link, not on others", () => {
  const { network, counts } = networkOf({ bytesPerSecond: 1_000_000, queueBytesMax: 1_000_000 });
  expect(network.send(0, 1, 5000, 0)).toBe(5000 + 10_000);
  expect(network.send(0, 1, 1000, 0)).toBe(6000 + 10_000);
  expect(network.send(0, 2, 1000, 0)).toBe(1000 + 10_000);
  expect(network.send(1, 0, 1000, 0)).toBe(1000 + 10_000);
  expect(network.send(0, 1, 1000, 50_000)).toBe(51_000 + 10_000);
  expect(counts().queued).toBe(1);
});

test("a link's queue is bounded: what does not fit is dropped, and takes no turn", () => {
  const { network, counts } = networkOf({ bytesPerSecond: 1_000_000, queueBytesMax: 10_000 });
  expect(network.send(0, 1, 9000, 0)).toBe(19_000);
  expect(network.send(0, 1, 2000, 0)).toBe(fates.congested);
  expect(network.send(0, 1, 1000, 0)).toBe(20_000);
  expect(network.send(0, 1, 2000, 2000)).toBe(22_000);
  expect(counts().congested).toBe(1);
});

test("a cut link drops in its direction only, until it is joined as often as it was cut", () => {
  const { network, counts } = networkOf({});
  network.cut(0, 1, 1, true);
  network.cut(0, 1, 1, false);
  expect(network.send(0, 1, 1, 0)).toBe(fates.cut);
  expect(network.send(1, 0, 1, 0)).toBe(10_000);
  expect(network.send(0, 2, 1, 0)).toBe(10_000);
  network.cut(0, 1, -1, false);
  expect(network.send(0, 1, 1, 0)).toBe(fates.cut);
  network.cut(0, 1, -1, true);
  expect(network.send(0, 1, 1, 0)).toBe(10_000);
  expect(counts()).toMatchObject({ partitioned: 1, partitionedOneWay: 1 });
});

test("the time between regions comes on top, and the longest way covers every draw", () => {
  const regions = ["tokyo", "ireland", "ireland", null] as const;
  const instances = regions.map((region, seat) => ({ seat, region, driftPpm: 0, aheadMs: 0 }));
  const { network } = networkOf({}, { instances });
  expect(network.send(0, 1, 1, 0)).toBe(101_500 + 10_000);
  expect(network.send(1, 2, 1, 0)).toBe(500 + 10_000);
  expect(network.send(0, 3, 1, 0)).toBe(10_000);
  expect(longestDelayUs(quietConfig(4, { instances }))).toBe(111_500);
});

test("a message heard after a later one of its link was overtaken", () => {
  const { network } = networkOf({});
  expect([0, 2, 1, 2, 3].map((sequence) => network.isOvertaken(0, 1, sequence))).toEqual([
    false,
    false,
    true,
    false,
    false,
  ]);
  expect(network.isOvertaken(1, 0, 0)).toBe(false);
});
