// The whole campaign: `npm run test:long`.

import { availableParallelism } from "node:os";
import { expect, test } from "vitest";
import { allSchedules, runCampaign, ScopeSettings, summarize } from "../src/index.ts";
import { commit, firstSeeds, seedsFrom } from "./support/seeds.ts";

const processes = availableParallelism();

test("2,000 seeds, and no checker fires", async () => {
  const plans = firstSeeds(2000);
  const summary = summarize(await runCampaign({ plans, processes }));
  expect(summary.violations.map(({ seed, violation }) => ({ seed, violation }))).toEqual([]);
  expect(summary.unfelt).toEqual([]);
});

test.each([
  ["order", 500],
  ["whole", 500],
] as const)("%s stage: %i seeds, and no checker fires", async (stage, seeds) => {
  const plans = firstSeeds(seeds);
  const summary = summarize(await runCampaign({ plans, processes, overrides: { stage } }));
  expect(summary.violations.map(({ seed, violation }) => ({ seed, violation }))).toEqual([]);
  expect(summary.unfelt).toEqual([]);
});

test.each([
  ["consensus", 300],
  ["order", 100],
  ["whole", 200],
  ["rounds", 2000],
] as const)("%s stage: %i seeds that this commit decides, and no checker fires", async (stage, count) => {
  const plans = seedsFrom(commit(), count);
  const summary = summarize(await runCampaign({ plans, processes, overrides: { stage } }));
  expect(summary.violations.map(({ seed, violation }) => ({ seed, violation }))).toEqual([]);
});

test("every schedule of three views", async () => {
  const settings = new ScopeSettings(3);
  const plans = [...allSchedules(3)].map((schedule, index) => settings.settingOf(schedule, index));
  const summary = summarize(await runCampaign({ plans, processes }));
  expect(summary.violations.map(({ seed, violation }) => ({ seed, violation }))).toEqual([]);
});

test("20,000 logs of the rounds stage", async () => {
  const plans = firstSeeds(20_000);
  const summary = summarize(await runCampaign({ plans, processes, overrides: { stage: "rounds" } }));
  expect(summary.violations.map(({ seed, violation }) => ({ seed, violation }))).toEqual([]);
  expect(summary.unfelt).toEqual([]);
});
