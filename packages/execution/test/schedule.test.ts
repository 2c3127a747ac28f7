// R1, R3, R4: which nodes of a shard are due, and in which round. Names of nodes are `height/index.step`, settles have
// an `s`.

import { asBlobIndex, asHeight, asShardName, asStepIndex, type Footprint, limits, type Program } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { type RanNodes, Schedule } from "../src/index.ts";
import { inLine, sourceOf, taken, wide } from "./support/line.ts";
import { call, either, keys, literal, program, pure, whole } from "./support/programs.ts";

const at = (contract: string, footprint: Footprint, ...args: Parameters<typeof call>[2]) =>
  call(contract, "anything", args, footprint);

/** Something that holds back whoever comes after it: it uses an outcome of another shard. */
function held(footprint: Footprint, contract = "a/x"): Program {
  return program([at("b/held", keys([])), at(contract, footprint, 0)]);
}

function scheduleOf(...programs: readonly Program[]): Schedule {
  const schedule = new Schedule(asShardName("a"), wide);
  for (const [index, each] of programs.entries()) schedule.add(inLine(each, 1, index));
  return schedule;
}

function release(schedule: Schedule, index = 0): boolean {
  return schedule.see(inLine(program([at("a/x", keys([]))]), 1, index), asStepIndex(0), sourceOf("b", 1));
}

const one = (footprint: Footprint, contract = "a/x") => program([at(contract, footprint)]);

describe("R1: nodes of one contract wait for those that they conflict with", () => {
  const reads = keys(["k"]);
  const writes = keys([], ["k"]);
  const nothing = keys([]);
  test.each<[string, Footprint, Footprint, boolean]>([
    ["a read after a write", writes, reads, true],
    ["a write after a read", reads, writes, true],
    ["a write after a write", writes, writes, true],
    ["a read after a read", reads, reads, false],
    ["another key", writes, keys(["l"], ["m"]), false],
    ["the second of several keys", keys([], ["j", "k"]), keys(["i", "k"]), true],
    ["a key that one writes and the other reads beside others", keys(["i"], ["k"]), keys(["k"], ["l"]), true],
    ["the whole contract after a read", reads, whole, true],
    ["the whole contract after a write", writes, whole, true],
    ["the whole contract after nothing but existence", nothing, whole, true],
    ["a read after the whole contract", whole, reads, true],
    ["nothing but existence after the whole contract", whole, nothing, true],
    ["the whole contract after the whole contract", whole, whole, true],
    ["nothing but existence twice", nothing, nothing, false],
  ])("%s", (_what, first, second, waits) => {
    const schedule = scheduleOf(held(first), one(second));
    expect(taken(schedule)).toEqual(waits ? [] : ["1/1.0"]);
    release(schedule);
    expect(taken(schedule)).toEqual(waits ? ["1/0.1", "1/1.0"] : ["1/0.1"]);
  });

  test("and not for those of another contract", () => {
    expect(taken(scheduleOf(held(whole), one(whole, "a/y")))).toEqual(["1/1.0"]);
  });

  test("who writes waits for every reader since the last writer", () => {
    const schedule = scheduleOf(held(reads), held(reads), one(writes));
    expect(taken(schedule)).toEqual([]);
    release(schedule, 0);
    expect(taken(schedule)).toEqual(["1/0.1"]);
    release(schedule, 1);
    expect(taken(schedule)).toEqual(["1/1.1", "1/2.0"]);
  });

  test("who takes the whole contract waits for every one before, whatever it touched", () => {
    const schedule = scheduleOf(held(keys(["i"])), held(keys([], ["j"])), one(whole), one(keys(["z"])));
    release(schedule, 1);
    expect(taken(schedule)).toEqual(["1/1.1"]);
    release(schedule, 0);
    expect(taken(schedule)).toEqual(["1/0.1", "1/2.0", "1/3.0"]);
  });

  test("a chain of conflicts runs in one round, in line order", () => {
    expect(taken(scheduleOf(one(writes), one(reads), one(whole), one(reads), one(writes)))).toEqual([
      "1/0.0",
      "1/1.0",
      "1/2.0",
      "1/3.0",
      "1/4.0",
    ]);
  });

  test("a key that is written and read by one node does not make it wait for itself", () => {
    expect(taken(scheduleOf(program([at("a/x", writes), at("a/x", writes, 0), at("a/x", whole, 1)])))).toHaveLength(3);
  });
});

describe("R1: a node waits for the calls whose outcomes it uses", () => {
  test("of this shard: they run in one round, in the order of the program", () => {
    expect(taken(scheduleOf(program([at("a/x", keys([])), at("a/y", keys([]), 0)])))).toEqual(["1/0.0", "1/0.1"]);
  });

  test("of this shard: not before the one that waits itself", () => {
    const schedule = scheduleOf(
      program([at("b/held", keys([])), at("a/x", keys([]), 0), at("a/y", keys([]), 1), at("a/z", keys([]))]),
    );
    expect(taken(schedule)).toEqual(["1/0.3"]);
    release(schedule);
    expect(taken(schedule)).toEqual(["1/0.1", "1/0.2"]);
  });

  test("of another shard: when they are visible, whoever else waits", () => {
    const schedule = scheduleOf(held(keys([])), one(keys([])));
    expect(taken(schedule)).toEqual(["1/1.0"]);
    expect(release(schedule)).toBe(true);
    expect(taken(schedule)).toEqual(["1/0.1"]);
  });

  test("every one of them", () => {
    const schedule = scheduleOf(program([at("b/i", keys([])), at("c/j", keys([])), at("a/x", keys([]), 0, 1)]));
    release(schedule);
    expect(taken(schedule)).toEqual([]);
    schedule.see(inLine(one(keys([])), 1), asStepIndex(1), sourceOf("c", 1));
    expect(taken(schedule)).toEqual(["1/0.2"]);
  });

  test("an `or`, though the first may have a value", () => {
    const schedule = scheduleOf(
      program([
        at("a/i", keys([])),
        at("b/j", keys([])),
        at("a/x", keys([]), either(0, { kind: "step", step: asStepIndex(1) })),
      ]),
    );
    expect(taken(schedule)).toEqual(["1/0.0"]);
    expect(schedule.takeWaiting()).toEqual([{ program: { height: 1, index: 0 }, awaited: [{ shard: "b", step: 1 }] }]);
    schedule.see(inLine(one(keys([])), 1), asStepIndex(1), sourceOf("b", 1));
    expect(taken(schedule)).toEqual(["1/0.2"]);
  });

  test("through pure steps, which are no nodes (P12)", () => {
    const schedule = scheduleOf(
      program([at("b/held", keys([])), pure("f", [0]), pure("f", [1]), at("a/x", keys([]), 2), pure("f", [3])]),
    );
    expect(taken(schedule)).toEqual([]);
    release(schedule);
    expect(taken(schedule)).toEqual(["1/0.3"]);
    expect(schedule.pendingCount).toBe(0);
  });

  test("a settled outcome: for every step of its group, and for no settle (P5)", () => {
    const grouped = program(
      [at("a/w", keys([], ["k"])), at("b/v", keys([], ["k"])), at("a/x", keys([]), 0), at("a/y", keys([]))],
      [[0, 2]],
    );
    const schedule = scheduleOf(grouped);
    expect(taken(schedule)).toEqual(["1/0.0", "1/0.3"]);
    schedule.see(inLine(grouped, 1), asStepIndex(1), sourceOf("b", 1));
    expect(taken(schedule)).toEqual(["1/0.1s", "1/0.2"]);
  });
});

describe("R1: a settle writes what its group may write", () => {
  const group = program([at("a/x", keys(["r"], ["w"])), at("b/y", keys([], ["w"]), 0)], [[0, 2]]);

  test("so whoever reads that waits for it; what the group only read is free when it is read", () => {
    const schedule = scheduleOf(group, one(keys(["w"])), one(keys([], ["r"])), one(keys(["other"])));
    expect(taken(schedule)).toEqual(["1/0.0", "1/2.0", "1/3.0"]);
    schedule.see(inLine(group, 1), asStepIndex(1), sourceOf("b", 2));
    expect(taken(schedule)).toEqual(["1/0.1s", "1/1.0"]);
  });

  test("a group inside one shard settles in the same round", () => {
    const inside = program([at("a/x", keys([], ["w"])), at("a/y", keys([], ["w"]), 0)], [[0, 2]]);
    expect(taken(scheduleOf(inside, one(keys(["w"]))))).toEqual(["1/0.0", "1/0.1", "1/0.1s", "1/0.1s", "1/1.0"]);
  });

  test("two groups of one program that write one key stand in line", () => {
    const both = program(
      [at("a/x", keys([], ["w"])), at("b/y", keys([])), at("a/x", keys([], ["w"]))],
      [
        [0, 2],
        [2, 1],
      ],
    );
    const schedule = scheduleOf(both);
    expect(taken(schedule)).toEqual(["1/0.0"]);
    schedule.see(inLine(both, 1), asStepIndex(1), sourceOf("b", 1));
    expect(taken(schedule)).toEqual(["1/0.1s", "1/0.2", "1/0.2s"]);
  });
});

describe("R3: a node is due at the first round that allows it", () => {
  test("what became visible earlier than it stands in line is nobody's news", () => {
    const schedule = scheduleOf();
    expect(release(schedule)).toBe(false);
  });

  test("what is seen twice counts once", () => {
    const schedule = scheduleOf(program([at("b/i", keys([])), at("b/j", keys([])), at("a/x", keys([]), 0, 1)]));
    expect([release(schedule), release(schedule)]).toEqual([true, false]);
    expect(taken(schedule)).toEqual([]);
  });

  test("nodes of other shards are not this shard's", () => {
    const schedule = scheduleOf(program([at("b/x", keys([]))]));
    expect([schedule.pendingCount, taken(schedule)]).toEqual([0, []]);
  });

  test("programs that were added later run later in the round, whenever they became ready", () => {
    const schedule = scheduleOf(held(keys(["k"])), one(keys(["l"])));
    schedule.add(inLine(one(keys(["m"])), 2));
    release(schedule);
    expect(taken(schedule)).toEqual(["1/0.1", "1/1.0", "2/0.0"]);
  });
});

describe("C3: a schedule that begins in the middle", () => {
  const group = program([at("a/x", keys([], ["w"])), at("b/y", keys([], ["w"]), 0), at("a/z", keys([]))], [[0, 2]]);
  const ran = (steps: readonly number[], settled = false): RanNodes => ({
    steps: new Set(steps.map(asStepIndex)),
    hasSettled: () => settled,
  });

  test("does not run again what ran, and holds others back by what is left", () => {
    const schedule = new Schedule(asShardName("a"), wide);
    schedule.add(inLine(group, 1), ran([0, 2]));
    schedule.add(inLine(one(keys(["w"])), 2));
    expect(schedule.leftOf(inLine(group, 1))).toEqual([2]);
    expect(taken(schedule)).toEqual([]);
    schedule.see(inLine(group, 1), asStepIndex(1), sourceOf("b", 1));
    expect(taken(schedule)).toEqual(["1/0.1s", "2/0.0"]);
  });

  test("knows which settles ran", () => {
    const schedule = new Schedule(asShardName("a"), wide);
    schedule.add(inLine(group, 1), ran([0], true));
    expect([taken(schedule), schedule.pendingCount]).toEqual([["1/0.2"], 0]);
  });

  test("has nothing of a program of which everything ran", () => {
    const schedule = new Schedule(asShardName("a"), wide);
    schedule.add(inLine(group, 1), ran([0, 2], true));
    expect([schedule.pendingCount, schedule.isReady]).toEqual([0, false]);
  });
});

describe("what a schedule says of itself", () => {
  test("who waits, for what", () => {
    const waiting = program([at("b/held", keys([])), at("a/x", keys([]), 0), at("a/y", keys([]), 0, literal(1n))]);
    const schedule = scheduleOf(one(keys([])), waiting);
    expect([schedule.pendingCount, schedule.isReady]).toEqual([2, true]);
    taken(schedule);
    expect([schedule.pendingCount, schedule.isReady]).toEqual([1, false]);
    const position = inLine(waiting, 1, 1);
    expect(schedule.pending().map(({ index }) => index)).toEqual([1]);
    expect(schedule.leftOf(position)).toEqual([1, 2]);
    expect(schedule.isPending(position)).toBe(true);
    const told = { program: { height: 1, index: 1 }, awaited: [{ shard: "b", step: 0 }] };
    expect(schedule.takeWaiting()).toEqual([told]);
    release(schedule, 1);
    expect([schedule.isReady, schedule.takeWaiting()]).toEqual([true, [{ ...told, awaited: [] }]]);
    taken(schedule);
    expect([schedule.isPending(position), schedule.leftOf(position)]).toEqual([false, []]);
    expect(schedule.takeWaiting()).toEqual([{ ...told, awaited: undefined }]);
  });

  test("what moved in a round, however many wait on", () => {
    const schedule = new Schedule(asShardName("a"), wide);
    for (let index = 0; index < 1_000; index++) schedule.add(inLine(held(keys([])), 1, index));
    expect(schedule.takeWaiting()).toHaveLength(1_000);
    schedule.add(inLine(one(keys([])), 2));
    release(schedule, 7);
    expect(taken(schedule)).toEqual(["1/7.1", "2/0.0"]);
    expect(schedule.takeWaiting()).toEqual([{ program: { height: 1, index: 7 }, awaited: undefined }]);
    expect(schedule.takeWaiting()).toEqual([]);
  });

  test("a program by its own place, however a claim of liars names it", () => {
    const schedule = scheduleOf(held(keys([])));
    schedule.takeWaiting();
    const alias = { height: asHeight(0), index: asBlobIndex(limits.blockBlobsMax) };
    expect(schedule.see(alias, asStepIndex(0), sourceOf("b", 1))).toBe(true);
    expect(schedule.takeWaiting()).toEqual([{ program: { height: 1, index: 0 }, awaited: [] }]);
  });
});

test.each([
  ["writes the key", keys([], ["k"])],
  ["takes the whole contract", whole],
])("R1: more nodes than a call takes arguments, read, and whoever %s waits for all of them", (_, footprint) => {
  const count = 3_000;
  const { program: read, analysis, ...rest } = inLine(program(Array(64).fill(at("a/x", keys(["k"])))), 1);
  const schedule = scheduleOf(held(keys([], ["k"])));
  for (let index = 1; index <= count; index++) {
    schedule.add({ ...rest, program: read, analysis, index: index as typeof rest.index });
  }
  schedule.add(inLine(one(footprint), 1, count + 1));
  expect(schedule.take()).toEqual([]);
  release(schedule);
  expect(schedule.take().map(({ program: { index } }) => index)).toEqual([
    0,
    ...Array.from({ length: 64 * count }, (_, node) => 1 + Math.floor(node / 64)),
    count + 1,
  ]);
});
