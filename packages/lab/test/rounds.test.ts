// R5 as a property: random logs under random citations give what a serial executor gives, and each node runs when R1-R4
// say. All seeds that ever found something, and the first five hundred.

import { describe, expect, test } from "vitest";
import { drawLog, type Log, loadExecution, runCampaign, runLog, shrinkLog, summarize } from "../src/index.ts";
import { foundLogs } from "./found-seeds.ts";
import { firstSeeds } from "./support/seeds.ts";

const processes = 2;
/** Generous: other work on the machine must not fail a campaign. */
const timeoutMs = 600_000;
const overrides = { stage: "rounds" } as const;

test(
  "no checker fires, in logs that found something and in the first five hundred",
  async () => {
    const plans = [...foundLogs.map(({ seed }) => seed), ...firstSeeds(500)];
    const summary = summarize(await runCampaign({ plans, processes, overrides }));
    expect(summary.violations.map(({ seed, violation }) => ({ seed, violation }))).toEqual([]);
    expect(summary.runs).toBe(plans.length);
    expect(summary.unfelt).toEqual([]);
  },
  timeoutMs,
);

test("a seed gives the same log and the same claims again", async () => {
  expect(drawLog(5)).toEqual(drawLog(5));
  const [first, again] = await Promise.all([1, 2].map(() => runCampaign({ plans: [5, 6], processes, overrides })));
  expect(first?.map(({ hash }) => hash)).toEqual(again?.map(({ hash }) => hash));
});

describe("a log is plain data", () => {
  test("that can be printed, and runs the same", async () => {
    const room = await loadExecution();
    const log = drawLog(7);
    const read = JSON.parse(JSON.stringify(log)) as Log;
    expect(runLog(read, room).hash).toBe(runLog(log, room).hash);
  });

  test("and nothing of it is left where it does not fail", async () => {
    expect(shrinkLog(drawLog(8), await loadExecution())).toBeUndefined();
  });
});

test("what fails is made small, and fails still", async () => {
  const room = await loadExecution();
  // A follower that never learns what became visible.
  const deaf = { ...room, ShardExecution: deafen(room.ShardExecution) };
  const shrunk = shrinkLog(drawLog(2), deaf);
  const left = shrunk?.config as Log;
  expect(runLog(left, deaf).violation?.checker).toBe("due");
  const blobs = left.blocks.flatMap((block) => block.blobs);
  expect(blobs).toHaveLength(1);
  expect(left.shards).toHaveLength(2);
});

type ShardExecution = Awaited<ReturnType<typeof loadExecution>>["ShardExecution"];

function deafen(Execution: ShardExecution): ShardExecution {
  return class extends Execution {
    override round(input: Parameters<InstanceType<ShardExecution>["round"]>[0]) {
      return super.round({ ...input, visible: [] });
    }
  };
}
