// P11: each argument comes with the origin of the value that was delivered, and the maker is told how its outcome is used.

import { asMethodName, type PureFunction, success, type Value } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { ownEnvironment } from "./support/environments.ts";
import { twoShards, withEnvironment, yielded } from "./support/outcomes.ts";
import { call, either, keys, literal, outcomeOf, program, pure } from "./support/programs.ts";

const same: PureFunction = { name: asMethodName("same"), run: ([value]) => success(value as Value) };
const plan = { functions: [same] };

type Given = Parameters<typeof call>[2];
const put = (...args: Given) => call("a/x", "put", [literal("k"), literal(1n), ...args], keys([], ["k"]));
const fail = call("a/x", "fail", [], keys([]));
const ask = (...args: Given) => call("b/x", "origins", args, keys([]));
const last = (steps: Parameters<typeof program>[0], groups: Parameters<typeof program>[1] = []) =>
  yielded(twoShards(plan), program(steps, groups)).at(-1);
const made = (step: bigint, uses: bigint, grouped: boolean) => ["a/x", "probe", "put", step, uses, grouped];

describe("P11: the origin of the value actually delivered", () => {
  test("a literal", () => expect(last([ask(literal(1n))])).toEqual(["literal"]));

  test("a pure function, though it only passes on what a contract made", () => {
    expect(last([put(), pure("same", [0]), ask(1)])).toEqual(["pure"]);
  });

  test("a contract, with environment, method and step", () => {
    expect(last([put(), ask(0)])).toEqual([made(0n, 1n, false)]);
  });

  test("of every argument its own", () => {
    expect(last([put(), put(), ask(literal(1n), 1, 0)])).toEqual(["literal", made(1n, 1n, false), made(0n, 1n, false)]);
  });

  test("a fallback literal is a literal, whatever it stands in for", () => {
    expect(last([fail, ask(either(0, literal(1n)))])).toEqual(["literal"]);
  });

  test("a fallback outcome is its maker's, and one not taken leaves the first's", () => {
    expect(last([fail, put(), ask(either(0, outcomeOf(1)))])).toEqual([made(1n, 1n, false)]);
    expect(last([put(), put(), ask(either(0, outcomeOf(1)))])).toEqual([made(0n, 1n, false)]);
    expect(last([put(), ask(either(0, literal(1n)))])).toEqual([made(0n, 1n, false)]);
  });

  test("what a contract only hands on is that contract's own", () => {
    const passing = call("a/x", "put", [literal("k"), outcomeOf(0)], keys([], ["k"]));
    expect(last([put(), passing, ask(1)])).toEqual([made(1n, 1n, false)]);
  });
});

describe("P11: how often a program uses an outcome", () => {
  test("counts every place that names it, taken or not", () => {
    expect(last([put(), ask(0, 0)])).toEqual([made(0n, 2n, false), made(0n, 2n, false)]);
    expect(last([put(), put(), put(either(1, outcomeOf(0))), ask(0)])).toEqual([made(0n, 2n, false)]);
    expect(last([put(), pure("same", [0]), ask(0)])).toEqual([made(0n, 2n, false)]);
    expect(last([put(), fail, put(1, 0), ask(0)])).toEqual([made(0n, 2n, false)]);
  });
});

describe("P11: whether maker and all users share a group", () => {
  test.each<[string, Parameters<typeof program>[0], Parameters<typeof program>[1], readonly Value[]]>([
    ["both in one", [put(), ask(0)], [[0, 2]], [made(0n, 1n, true)]],
    ["the maker alone", [put(), ask(0)], [[0, 1]], [made(0n, 1n, false)]],
    [
      "in two",
      [put(), call("b/x", "put", [literal("k"), outcomeOf(0)], keys([], ["k"])), ask(0)],
      [
        [0, 1],
        [1, 1],
      ],
      [made(0n, 2n, false)],
    ],
    ["one of two users outside", [put(), put(0), ask(0)], [[0, 2]], [made(0n, 2n, false)]],
    ["a pure step of the group", [put(), pure("same", [0]), ask(0)], [[0, 3]], [made(0n, 2n, true)]],
    ["a pure step outside", [put(), ask(0), pure("same", [0])], [[0, 2]], [made(0n, 2n, false)]],
  ])("%s", (_what, steps, groups, origins) => {
    const at = steps.findLastIndex((step) => step.kind === "call" && step.method === "origins");
    expect(yielded(twoShards(plan), program(steps, groups))[at]).toEqual(origins);
  });
});

describe("P11: the maker is told of the uses of its outcome", () => {
  const teller = ownEnvironment({
    tell: ({ uses, grouped }) =>
      success([
        grouped,
        ...uses.map(({ step, argument, contract, method, direct, ...use }): Value => {
          return [BigInt(step), BigInt(argument), contract ?? null, method, direct, use.grouped];
        }),
      ]),
  });
  const tell = call("a/e", "tell", [], keys([], ["k"]));
  const told = (steps: Parameters<typeof program>[0], groups: Parameters<typeof program>[1] = []) =>
    yielded(withEnvironment(teller, plan), program(steps, groups))[0];

  test("nobody", () => expect(told([tell])).toEqual([false]));

  test("as whole arguments, as one with or as an alternative, in a pure step", () => {
    const steps = [
      tell,
      ask(literal(1n), 0),
      put(either(0, literal(1n))),
      put(either(1, outcomeOf(0))),
      pure("same", [0]),
    ];
    expect(told(steps)).toEqual([
      false,
      [1n, 1n, "b/x", "origins", true, false],
      [2n, 2n, "a/x", "put", false, false],
      [3n, 2n, "a/x", "put", false, false],
      [4n, 0n, null, "same", false, false],
    ]);
  });

  test("inside and outside of its group", () => {
    expect(told([tell, put(0), ask(0)], [[0, 2]])).toEqual([
      true,
      [1n, 2n, "a/x", "put", true, true],
      [2n, 0n, "b/x", "origins", true, false],
    ]);
  });
});
