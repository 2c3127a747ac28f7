// R4: what a round does not hold waits for the next, at the first node that does not fit. And R4's other side: a
// schedule holds what is pending, and nothing else.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { asBudget, asShardName, asStepIndex, encodeProgram, limits, type Program } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { laneMaterialCodec, type RoundBounds, roundBounds, roundMaterialCodec, Schedule } from "../src/index.ts";
import { inLine, sourceOf, taken, wide } from "./support/line.ts";
import { call, keys, program, whole } from "./support/programs.ts";

const free = (contract: string, ...args: readonly number[]) => call(contract, "anything", args, keys([]));

function scheduleWith(bounds: Partial<RoundBounds>, ...programs: readonly Program[]): Schedule {
  const schedule = new Schedule(asShardName("a"), { ...wide, ...bounds });
  for (const [index, each] of programs.entries()) schedule.add(inLine(each, 1, index, asBudget(10)));
  return schedule;
}

function rounds(schedule: Schedule): readonly (readonly string[])[] {
  const all: (readonly string[])[] = [];
  while (schedule.isReady) all.push(taken(schedule));
  return all;
}

describe("R4: a round runs what fits", () => {
  const x = program([free("a/x")]);
  const y = program([free("a/y")]);

  test("nodes", () => {
    expect(rounds(scheduleWith({ nodesMax: 2 }, x, x, x, y, y))).toEqual([
      ["1/0.0", "1/1.0"],
      ["1/2.0", "1/3.0"],
      ["1/4.0"],
    ]);
  });

  test("contracts: a contract that is in may go on, until one does not fit", () => {
    const z = program([free("a/z")]);
    expect(rounds(scheduleWith({ contractsMax: 2 }, x, y, x, z, x, y))).toEqual([
      ["1/0.0", "1/1.0", "1/2.0"],
      ["1/3.0", "1/4.0"],
      ["1/5.0"],
    ]);
  });

  test("the budgets of the programs that have a node in the round, each once", () => {
    const two = program([free("a/x"), free("a/y")]);
    expect(rounds(scheduleWith({ budgetMax: asBudget(29) }, two, two, two))).toEqual([
      ["1/0.0", "1/0.1", "1/1.0", "1/1.1"],
      ["1/2.0", "1/2.1"],
    ]);
    expect(rounds(scheduleWith({ budgetMax: asBudget(30) }, two, two, two))).toHaveLength(1);
  });

  test("the bytes of the same programs, each once with 512 for the rest of its blob", () => {
    const two = program([free("a/x"), free("a/y")]);
    const bytes = 2 * (encodeProgram(two).length + 512);
    expect(rounds(scheduleWith({ bytesMax: bytes - 1 }, two, two))).toEqual([
      ["1/0.0", "1/0.1"],
      ["1/1.0", "1/1.1"],
    ]);
    expect(rounds(scheduleWith({ bytesMax: bytes }, two, two))).toEqual([["1/0.0", "1/0.1", "1/1.0", "1/1.1"]]);
  });

  test("what comes with one block fits, however its bytes are shared out", () => {
    const { bytesMax } = roundBounds({ shardBudget: asBudget(limits.shardBudgetMax) });
    expect(limits.blockBytesMax + limits.blockBlobsMax * 512).toBeLessThanOrEqual(bytesMax);
  });

  test("a blob takes at most four times what it counts for, so material has room for those of a full round", () => {
    const { bytesMax } = roundBounds({ shardBudget: asBudget(limits.shardBudgetMax) });
    expect(limits.blobBytesMax - limits.payloadBytesMax).toBeLessThanOrEqual(4 * 512);
    expect(limits.witnessBytesMax + 2 * limits.laneBytesMax + 4 * bytesMax).toBeLessThan(laneMaterialCodec.bytesMax);
    expect(laneMaterialCodec.bytesMax).toBeLessThan(roundMaterialCodec.bytesMax);
  });

  test("sources: claims whose exports are used, each once", () => {
    const uses = program([free("b/i"), free("c/j"), free("a/x", 0), free("a/y", 1)]);
    const schedule = scheduleWith({ sourcesMax: 2 }, uses, uses, uses);
    const see = (index: number, step: number, shard: string, round: number) =>
      schedule.see(inLine(uses, 1, index), asStepIndex(step), sourceOf(shard, round));
    see(0, 0, "b", 1);
    see(0, 1, "c", 1);
    see(1, 0, "b", 1);
    see(1, 1, "c", 2);
    see(2, 0, "b", 2);
    expect(rounds(schedule)).toEqual([
      ["1/0.2", "1/0.3", "1/1.2"],
      ["1/1.3", "1/2.2"],
    ]);
  });

  test("the first always fits, whatever it takes", () => {
    const bounds = { nodesMax: 0, contractsMax: 0, sourcesMax: 0, budgetMax: asBudget(0), bytesMax: 0 };
    expect(rounds(scheduleWith(bounds, x, y))).toEqual([["1/0.0"], ["1/1.0"]]);
  });

  test("nobody passes the first that does not fit, and what is left comes before what is new", () => {
    const schedule = scheduleWith({ contractsMax: 1 }, x, y, x);
    expect(taken(schedule)).toEqual(["1/0.0"]);
    schedule.add(inLine(y, 2));
    expect(rounds(schedule)).toEqual([["1/1.0"], ["1/2.0"], ["2/0.0"]]);
  });

  test("who waits for what did not fit waits with it", () => {
    const writes = program([call("a/x", "anything", [], keys([], ["k"]))]);
    expect(rounds(scheduleWith({ nodesMax: 1 }, writes, writes))).toEqual([["1/0.0"], ["1/1.0"]]);
  });
});

function heapBytes(): number {
  setFlagsFromString("--expose-gc");
  for (let i = 0; i < 3; i++) runInNewContext("gc")();
  return process.memoryUsage().heapUsed;
}

describe("a schedule holds what is pending, and nothing else", () => {
  const batch = 4_000;
  const fresh = (round: number, index: number) =>
    program([
      call("a/x", "anything", [], keys([`${round} r ${index}`], [`${round} w ${index}`])),
      call(`a/c-${round}-${index}`, "anything", [0], index % 2 === 0 ? whole : keys([], ["k"])),
    ]);

  function churn(schedule: Schedule, round: number): void {
    for (let index = 0; index < batch; index++) schedule.add(inLine(fresh(round, index), 2 + round, index));
    expect(schedule.take()).toHaveLength(2 * batch);
  }

  test("keys, contracts and programs go with the nodes that ran, though one node in their contract stays", () => {
    const schedule = new Schedule(asShardName("a"), wide);
    const stays = program([free("b/held"), call("a/x", "anything", [0], keys([], ["stays"]))]);
    schedule.add(inLine(stays, 1));
    churn(schedule, 0);
    const before = heapBytes();
    churn(schedule, 1);
    churn(schedule, 2);
    // 16,000 nodes, 16,000 keys and 8,000 contracts: if a line of each key or contract stayed, it were over a megabyte.
    expect(heapBytes() - before).toBeLessThan(700_000);
    expect(schedule.pendingCount).toBe(1);
  });
});
