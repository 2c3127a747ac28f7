// The figures of best and worst loads, from real replicas, with few programs.

import { useNative } from "@tandem/native";
import { describe, expect, test } from "vitest";
import { type LoadFigures, type Pattern, runHops } from "../src/experiments/hops.ts";

useNative();

const { chains, loads } = runHops({ seed: 1, programs: 3 });

const load = (pattern: Pattern, shards: number) =>
  loads.find((each) => each.pattern === pattern && each.shards === shards) as LoadFigures;

describe.each(chains)("R7: chains of hops, $traffic", ({ chains: figures, delay }) => {
  test("every step ran in the round that the citations say (R2, R3)", () => {
    expect(figures).toHaveLength(9 + 8);
    expect(figures.filter(({ unexplained }) => unexplained > 0)).toEqual([]);
  });

  test("without hops a program runs at its own height", () => {
    for (const { hops, rounds } of figures) if (hops === 0) expect(rounds.max).toBe(0);
  });

  test("a chain takes between so many of the shortest and of the longest citations", () => {
    for (const { turns, rounds } of figures) {
      expect(rounds.max).toBeLessThanOrEqual(turns * delay.max);
      expect(rounds.p50).toBeGreaterThanOrEqual(turns);
    }
  });

  test("hops cost rounds and time; a group takes one citation more", () => {
    const plain = figures.filter(({ isGroup }) => !isGroup);
    // Citations differ, so one hop more can be as long; two are not.
    for (const [at, { rounds, ms }] of plain.slice(2).entries()) {
      expect(rounds.p50).toBeGreaterThan(plain[at]?.rounds.p50 as number);
      expect(ms.p50).toBeGreaterThan(plain[at]?.ms.p50 as number);
    }
    for (const { hops, isGroup, rounds } of figures) {
      if (!isGroup || hops === 0) continue;
      const longer = plain[hops + 1]?.rounds.p50 as number;
      expect(Math.abs(rounds.p50 - longer)).toBeLessThanOrEqual(delay.p50);
    }
  });
});

describe("loads", () => {
  test("calls apart run in the round of their block, and each shard adds to what is done in a second", () => {
    for (const shards of [1, 2, 4, 8]) expect(load("apart", shards).rounds.max).toBe(0);
    expect(load("apart", 8).throughput).toBeGreaterThan(3 * load("apart", 1).throughput);
  });

  test("programs that go through all shards take a citation for each, and go side by side", () => {
    for (const shards of [2, 4, 8]) expect(load("through all", shards).span).toBeGreaterThanOrEqual(shards);
    expect(load("through all", 8).parallelism).toBeGreaterThan(load("hand to hand", 8).parallelism);
  });

  test("where each takes on what the one before brought, more shards help nothing", () => {
    const [few, many] = [load("hand to hand", 2), load("hand to hand", 8)];
    expect(many.span).toBe(few.span);
    expect(many.parallelism).toBeLessThan(2);
  });

  test("groups that all want the same keys settle one after the other", () => {
    for (const shards of [2, 4, 8]) {
      const { span, turns } = load("groups over all", shards);
      expect(span).toBeGreaterThan(turns);
    }
  });
});
