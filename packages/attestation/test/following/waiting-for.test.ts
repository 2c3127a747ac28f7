// R6: what is told piece by piece of who waits comes to the same as looking through all of them.

import type { WaitingProgram } from "@tandem/execution";
import { asBlobIndex, asContractName, asHeight, asShardName, asStepIndex } from "@tandem/shared";
import fc from "fast-check";
import { expect, test } from "vitest";
import { seenHeight } from "../../src/following/start.ts";
import { WaitingFor } from "../../src/following/waiting-for.ts";

const shards = ["b", "c", "d"].map(asShardName);

/** Which of the shards it waits for, each by a step of its own; `undefined` for a program that is done. */
const told = fc.record({
  height: fc.integer({ min: 1, max: 4 }),
  index: fc.integer({ min: 0, max: 2 }),
  awaited: fc.option(fc.subarray([0, 1, 2, 1]), { nil: undefined }),
});

function programOf({ height, index, awaited }: { height: number; index: number; awaited: number[] | undefined }) {
  const steps = awaited?.map((at, step) => ({ shard: shards[at] as (typeof shards)[number], step: asStepIndex(step) }));
  return { program: { height: asHeight(height), index: asBlobIndex(index) }, awaited: steps };
}

function lowest(known: Iterable<WaitingProgram>, shard: string): number | undefined {
  const waiting = [...known].filter(({ awaited = [] }) =>
    awaited.some((each) => "step" in each && each.shard === shard),
  );
  return waiting.map(({ program }) => program.height as number).sort((a, b) => a - b)[0];
}

test("the lowest round that matters is that of the lowest program that waits, whatever changed in whatever order", () => {
  fc.assert(
    fc.property(fc.array(fc.array(told, { maxLength: 4 }), { maxLength: 12 }), (rounds) => {
      const known = new Map<string, WaitingProgram>();
      const waiting = new WaitingFor([]);
      for (const round of rounds) {
        for (const each of round) known.set(`${each.height}/${each.index}`, programOf(each));
        waiting.learn(round.map(programOf));
        for (const shard of shards) expect(waiting.from(shard)).toBe(lowest(known.values(), shard));
      }
    }),
    { seed: 13, numRuns: 300 },
  );
});

test("whose turn comes after others here waits for no other shard", () => {
  const { program: at } = programOf({ height: 3, index: 1, awaited: undefined });
  const turn = { contract: asContractName("a/x"), behind: { height: asHeight(1), index: asBlobIndex(0) } };
  const waiting = [{ program: at, awaited: [turn] }];
  expect(new WaitingFor(waiting).from(asShardName("a"))).toBeUndefined();
  expect(seenHeight(asHeight(9), waiting)).toBe(9);
});

test("where an execution begins, any number of programs may wait", () => {
  const waiting = Array.from({ length: 200_000 }, (_, at) => {
    return programOf({ height: 5 + Math.floor(at / 1_000), index: at % 1_000, awaited: at < 2_500 ? [] : [0] });
  });
  expect(seenHeight(asHeight(300), waiting)).toBe(7);
  expect(seenHeight(asHeight(6), waiting)).toBe(6);
  expect(seenHeight(asHeight(300), waiting.slice(0, 2_500))).toBe(300);
});
