// A short campaign on every change: all seeds that ever found something, and a hundred more, always the same. Each commit's
// own are tried by campaign.long.test.ts.

import { expect, test } from "vitest";
import { runCampaign, summarize } from "../src/index.ts";
import { foundSeeds } from "./found-seeds.ts";
import { firstSeeds } from "./support/seeds.ts";

const processes = 2;
/** Generous: other work on the machine must not fail a campaign. */
const timeoutMs = 600_000;

test(
  "no checker fires, in seeds that found something and in the first hundred",
  async () => {
    const plans = [...foundSeeds.map(({ seed }) => seed), ...firstSeeds(100)];
    const summary = summarize(await runCampaign({ plans, processes }));
    expect(summary.violations.map(({ seed, violation }) => ({ seed, violation }))).toEqual([]);
    expect(summary.runs).toBe(plans.length);
    expect(summary.unfelt).toEqual([]);
  },
  timeoutMs,
);

test(
  "a seed gives the same trace again, on one thread or two",
  async () => {
    const plans = [1, 2, 3, 4];
    const [one, two] = await Promise.all([runCampaign({ plans, processes: 1 }), runCampaign({ plans, processes })]);
    expect(one.map(({ hash }) => hash)).toEqual(two.map(({ hash }) => hash));
    expect(new Set(one.map(({ hash }) => hash)).size).toBe(plans.length);
  },
  timeoutMs,
);

test(
  "native BLS signatures, as nodes use them",
  async () => {
    const overrides = { scheme: "native", blocksMax: 8 } as const;
    const reports = await runCampaign({ plans: [11, 12, 13, 14], processes, overrides });
    expect(reports.map(({ violation }) => violation)).toEqual([null, null, null, null]);
  },
  timeoutMs,
);

test(
  "the whole replica over real blobs, and the same traces on one thread or two",
  async () => {
    const overrides = { stage: "order", blocksMax: 40 } as const;
    const plans = [1, 2, 3, 4, 5, 6];
    const reports = await runCampaign({ plans, processes, overrides });
    expect(reports.map(({ violation }) => violation)).toEqual(plans.map(() => null));
    const again = await runCampaign({ plans: [1, 2], processes: 1, overrides });
    expect(again.map(({ hash }) => hash)).toEqual(reports.slice(0, 2).map(({ hash }) => hash));
  },
  timeoutMs,
);
