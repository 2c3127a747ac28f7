// P10: contracts begin and end, once. And P3: which reason is given where there are several.

import type { Argument, Footprint, Step, Value } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { twoShards, yielded } from "./support/outcomes.ts";
import { type CallOptions, call, keys, literal, program, whole } from "./support/programs.ts";
import { defaultPayer, type World, type WorldPlan } from "./support/world.ts";

const fresh = "a/new";
type Given = readonly (number | Argument)[];
const create = (
  args: Given = [literal("probe")],
  footprint: Footprint = whole,
  options: CallOptions = {},
  at = fresh,
) => call(at, "create", args, footprint, options);
const read = (at = fresh) => call(at, "read", [literal("a")], keys(["a"]));
const end = (at = fresh) => call(at, "end", [], whole);
const only = (...steps: readonly Step[]) => yielded(twoShards(), program(steps));

/** In a block each: what their last steps yield. */
function oneByOne(world: World, ...programs: readonly ReturnType<typeof program>[]): readonly (Value | undefined)[] {
  return programs.map((each) => yielded(world, each).at(-1));
}

describe("P10: a contract's life", () => {
  test("begins with `create`, which gets the arguments after the environment's name", () => {
    expect(only(create([literal("probe"), literal(5n)]), read())).toEqual([null, 5n]);
  });

  test("goes on in later rounds, and ends for good", () => {
    const later = oneByOne(
      twoShards(),
      program([create()]),
      program([read()]),
      program([create()]),
      program([end()]),
      program([read()]),
      program([create()]),
      program([end()]),
    );
    expect(later).toEqual([null, null, "reverted@0", null, "no-contract@0", "no-contract@0", "no-contract@0"]);
  });

  test("begins and ends in one program, in its order", () => {
    expect(only(read(), create(), read(), end(), read(), create())).toEqual([
      "no-contract@0",
      null,
      null,
      null,
      "no-contract@4",
      "no-contract@5",
    ]);
  });

  test("does not begin if its environment refuses, or if it is not what was expected", () => {
    expect(only(create([literal("probe"), literal("refuse")]), read())).toEqual(["reverted@0", "no-contract@1"]);
    expect(only(create([literal("probe")], whole, { expect: 1n }), read())).toEqual(["expected@0", "no-contract@1"]);
  });

  test("does not end if the call that ends it comes to nothing", () => {
    const wrong = call("a/x", "end", [], whole, { expect: 1n });
    expect(only(wrong, read("a/x"))).toEqual(["expected@0", 10n]);
  });
});

describe("P5, P10: in a group", () => {
  const groupOf = (...steps: readonly Step[]) => program(steps, [[0, steps.length]]);
  const fail = call("b/x", "fail", [], keys([], ["a"]));
  const hold = call("b/x", "put", [literal("a"), literal(1n)], keys([], ["a"]));

  test("its steps see what it created or ended; others when it holds", () => {
    const world = twoShards();
    expect(yielded(world, groupOf(create(), read(), hold))).toEqual([null, null, 1n]);
    expect(oneByOne(world, program([read()]))).toEqual([null]);
    expect(yielded(world, groupOf(end(), read()))).toEqual([null, "no-contract@1"]);
    expect(oneByOne(world, program([read()]))).toEqual([null]);
    expect(yielded(world, groupOf(end(), hold))).toEqual([null, 1n]);
    expect(oneByOne(world, program([read()]))).toEqual(["no-contract@0"]);
  });

  test("what a group that fails created never was, and its name is free", () => {
    const world = twoShards();
    expect(yielded(world, groupOf(create([literal("probe"), literal(5n)]), read(), fail))).toEqual([
      null,
      5n,
      "reverted@2",
    ]);
    expect(oneByOne(world, program([read()]), program([create()]), program([read()]))).toEqual([
      "no-contract@0",
      null,
      null,
    ]);
  });

  test("what a group that fails ended lives", () => {
    const world = twoShards();
    expect(yielded(world, groupOf(end("a/x"), fail))).toEqual([null, "reverted@1"]);
    expect(oneByOne(world, program([read("a/x")]))).toEqual([10n]);
  });
});

describe("P10: who may create", () => {
  const other = new Uint8Array(32).fill(1);
  test.each<[WorldPlan["creators"] & {}, Uint8Array, Value]>([
    [{ rule: "anyone", keys: [] }, other, "live"],
    [{ rule: "nobody", keys: [] }, defaultPayer, "reverted@0"],
    [{ rule: "listed", keys: [other, defaultPayer] }, defaultPayer, "live"],
    [{ rule: "listed", keys: [other] }, defaultPayer, "reverted@0"],
  ])("%o", (creators, payer, result) => {
    const [outcome] = yielded(twoShards({ creators }), { program: program([create()]), payer });
    expect(outcome ?? "live").toBe(result);
  });

  test("what genesis creates needs no right", () => {
    expect(yielded(twoShards({ creators: { rule: "nobody", keys: [] } }), program([read("a/x")]))).toEqual([10n]);
  });
});

describe("P10: the environment's name", () => {
  test.each<[string, Given]>([
    ["none", []],
    ["unknown", [literal("unknown")]],
    ["no text", [literal(5n)]],
    ["no name", [literal("No Name")]],
    ["too long", [literal("x".repeat(29))]],
  ])("%s", (_what, args) => {
    expect(only(create(args), read())).toEqual(["reverted@0", "no-contract@1"]);
  });
});

describe("P3: the first reason is given, where there are several", () => {
  const fails = call("a/x", "fail", [], keys([]));
  const scant = 10_240;
  const long = literal("x".repeat(100));
  const options = { budget: scant } as CallOptions;

  test.each<[string, readonly Step[], string]>([
    ["input before budget", [fails, call("a/x", "add", [0, long], keys([]), options)], "input@0"],
    ["budget before no contract", [call(fresh, "read", [long], keys([]), options)], "budget@0"],
    ["budget before `create` on a live contract", [create([long], whole, options, "a/x")], "budget@0"],
    ["`create` on a live contract before footprint", [create([literal("probe")], keys([]), {}, "a/x")], "reverted@0"],
    ["no contract before unknown method", [call(fresh, "unknown", [], keys([]))], "no-contract@0"],
    ["no contract before footprint", [call(fresh, "read", [literal("a")], whole)], "no-contract@0"],
    ["unknown method before footprint", [call("a/x", "unknown", [], whole)], "reverted@0"],
    ["footprint before what the run gives", [call("a/x", "fail", [], whole)], "footprint@0"],
    ["footprint of a creation before its environment", [create([literal("unknown")], keys([]))], "footprint@0"],
    ["what the run gives before what was expected", [call("a/x", "fail", [], keys([]), { expect: 1n })], "reverted@0"],
    [
      "budget for the outcome before what was expected",
      [call("a/x", "work", [literal(0n)], keys([]), { budget: 10_250, expect: 1n } as CallOptions)],
      "budget@0",
    ],
  ])("%s", (_what, steps, reason) => {
    expect(only(...steps).at(-1)).toBe(reason);
  });

  test("footprint of a creation before the right to it", () => {
    const world = twoShards({ creators: { rule: "nobody", keys: [] } });
    expect(yielded(world, program([create([literal("probe")], keys([]))]))).toEqual(["footprint@0"]);
  });
});
