// A short campaign of both chains on every change: seeds that found something, and the first sixty.

import { expect, test } from "vitest";
import { runCampaign, summarize } from "../src/index.ts";
import { foundWholes } from "./found-seeds.ts";
import { firstSeeds } from "./support/seeds.ts";

const processes = 2;
/** Generous: other work on the machine must not fail a campaign. */
const timeoutMs = 600_000;
const overrides = { stage: "whole" } as const;

test(
  "no checker fires, and all that was submitted is attested, in seeds that found something and in the first sixty",
  async () => {
    const plans = [...foundWholes.map(({ seed }) => seed), ...firstSeeds(60)];
    const summary = summarize(await runCampaign({ plans, processes, overrides }));
    expect(summary.violations.map(({ seed, violation }) => ({ seed, violation }))).toEqual([]);
    expect(summary.unfelt).toEqual([]);
    expect(summary.coverage.find(({ name }) => name === "drained")?.felt).toBeGreaterThan(0.8 * plans.length);
  },
  timeoutMs,
);

test(
  "a seed gives the same trace again, on one process or two; with native signatures too",
  async () => {
    const plans = [1, 2, 3, 4];
    const one = await runCampaign({ plans, processes: 1, overrides });
    const two = await runCampaign({ plans, processes, overrides });
    expect(one.map(({ hash }) => hash)).toEqual(two.map(({ hash }) => hash));
    const native = await runCampaign({ plans: [2], processes: 1, overrides: { ...overrides, scheme: "native" } });
    expect(native.map(({ violation }) => violation)).toEqual([null]);
  },
  timeoutMs,
);
