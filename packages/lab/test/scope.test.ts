// Small scope: every way to lead and to cut the first views of four validators, one of them twice.

import { expect, test } from "vitest";
import { allSchedules, drawSchedule, Random, runCampaign, ScopeSettings, summarize } from "../src/index.ts";

/** Generous: other work on the machine must not fail a campaign. */
const timeoutMs = 600_000;

/** By Burnside's lemma: of 64 choices a view, each of 12 renamings leaves so many as they are. */
function classes(views: number): number {
  // Renamings of three honest ones (identity, 3 swaps, 2 turns) and of the twins (identity, swap).
  const leaders = [4, 2, 1];
  const orbits = { identity: [5, 4], swap: [4, 3], turn: [3, 2] } as const;
  let sum = 0;
  for (const [index, [times, cycles]] of (
    [
      [1, orbits.identity],
      [3, orbits.swap],
      [2, orbits.turn],
    ] as const
  ).entries())
    for (const count of cycles) sum += times * ((leaders[index] as number) * fixedCuts(count)) ** views;
  return sum / 12;
}

/** Cuts that a renaming with so many cycles leaves: each cycle on one side, and which side is which is nothing. */
function fixedCuts(cycles: number): number {
  return 2 ** (cycles - 1);
}

test("schedules are all there are, up to names", () => {
  expect([...allSchedules(1)].length).toBe(classes(1));
  expect([...allSchedules(2)].length).toBe(classes(2));
  expect([...allSchedules(3)].length).toBe(classes(3));
});

test(
  "every schedule of two views, and some of four, keep one chain and go on",
  async () => {
    const two = new ScopeSettings(2);
    const four = new ScopeSettings(4);
    const random = new Random(1, "scope test");
    const plans = [
      ...[...allSchedules(2)].map((schedule, index) => two.settingOf(schedule, index)),
      ...Array.from({ length: 50 }, (_, index) =>
        four.settingOf(
          drawSchedule(4, (bound) => random.below(bound)),
          1000 + index,
        ),
      ),
    ];
    const summary = summarize(await runCampaign({ plans, processes: 2 }));
    expect(summary.violations.map(({ seed, violation }) => ({ seed, violation }))).toEqual([]);
    expect(summary.coverage.find(({ name }) => name === "twins")?.felt).toBeGreaterThan(plans.length / 2);
  },
  timeoutMs,
);
