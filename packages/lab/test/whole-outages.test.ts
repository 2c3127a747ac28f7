// Shards that stood still for want of a quorum, counted (R8).

import { expect, test } from "vitest";
import type { WholeWatch } from "../src/checkers/whole/whole-watch.ts";
import { drawSetting } from "../src/index.ts";
import type { Setting } from "../src/setting.ts";
import { Outages } from "../src/whole/outages.ts";
import { shardNamesOf } from "../src/work/blobs.ts";

const drawn = drawSetting(1, "whole");
const [shard = ""] = shardNamesOf(drawn.blobs);

/** One shard, of a committee of three; the second member is down from 1000 to 2000 ms. */
function settingOf(more: Partial<Setting> = {}): Setting {
  const committee = [0, 1, 2].map((seat) => ({ seat, weight: 1 }));
  const instances = [0, 1, 2, 3].map((seat) => ({ seat, region: null, driftPpm: 0, aheadMs: 0 }));
  const crash = { kind: "crash", instance: 1, moment: "at-once", fromMs: 1000, toMs: 2000 } as const;
  return {
    ...drawn,
    habits: [],
    world: { ...drawn.world, instances, faults: [crash], healAtMs: 5000 },
    blobs: { ...drawn.blobs, shards: 1 },
    whole: { ...(drawn.whole as NonNullable<Setting["whole"]>), committees: [committee], lost: null },
    ...more,
  };
}

/** What the outage looks at: the round that the shard has to claim, and the one that is attested. */
function watchOf(rounds: { owed: number; attested: number }): WholeWatch {
  return {
    truth: { lastRoundOf: () => rounds.owed },
    final: { frontiers: { get: () => ({ round: rounds.attested }) } },
  } as unknown as WholeWatch;
}

const counted = (below: number, caughtUp: number) => ({
  "shards below quorum": below,
  "shards below quorum, caught up": caughtUp,
});

test("a shard that has something to claim while members are down, and not when that is over, is counted", () => {
  expect(shard).not.toBe("");
  const rounds = { owed: 3, attested: 3 };
  const outages = new Outages(settingOf(), watchOf(rounds));
  outages.look(900);
  rounds.owed = 4;
  outages.look(1500);
  outages.look(2100);
  expect(outages.counts).toEqual(counted(1, 0));
  rounds.attested = 4;
  expect(outages.counts).toEqual(counted(1, 1));
});

test("what was on its way when they went down is no outage, nor is one with nothing to claim", () => {
  const rounds = { owed: 4, attested: 3 };
  const outages = new Outages(settingOf(), watchOf(rounds));
  outages.look(1500);
  rounds.attested = 4;
  outages.look(2100);
  expect(outages.counts).toEqual(counted(0, 0));
  const idle = new Outages(settingOf(), watchOf({ owed: 3, attested: 3 }));
  for (const atMs of [1500, 2100]) idle.look(atMs);
  expect(idle.counts).toEqual(counted(0, 0));
});

test("a member that is silent by habit is not there, until the end of the sick time", () => {
  const silent = settingOf({ habits: [{ seat: 2, habit: "silent-follower" }] as never });
  const outages = new Outages({ ...silent, world: { ...silent.world, faults: [] } }, watchOf({ owed: 4, attested: 3 }));
  for (const atMs of [100, 5100]) outages.look(atMs);
  expect(outages.counts).toEqual(counted(1, 0));
});
