// P12: pure steps. They are no nodes of the schedule: whoever needs their outcome computes it, and all get the same.

import { asBudget, asMethodName, type Meter, type PureFunction, type Reply, success, type Value } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { anything } from "./support/environments.ts";
import { shown, twoShards, yielded } from "./support/outcomes.ts";
import { call, either, keys, literal, outcomeOf, program, pure } from "./support/programs.ts";

let calls = 0;

function named(name: string, run: (args: readonly Value[], meter: Meter) => Reply): PureFunction {
  const counted = (args: readonly Value[], meter: Meter) => {
    calls++;
    return run(args, meter);
  };
  return { name: asMethodName(name), run: counted };
}

const refused: Reply = { ok: false, error: { code: "refused", message: "told to" } };
const functions = [
  named("sum", (args) => success((args as bigint[]).reduce((sum, each) => sum + each, 0n))),
  named("refuse", () => refused),
  named("throw", () => {
    throw new Error("told to");
  }),
  named("fraction", () => success(anything(1.5))),
  named("work", ([units], meter) => {
    meter.charge(Number(units));
    return success(null);
  }),
  named("catch", (_, meter) => {
    try {
      meter.charge(1e12);
    } catch {
      return success("gained");
    }
    return refused;
  }),
  named("spoil", ([list]) => {
    (list as Value[]).push("spoilt");
    return success(list as Value);
  }),
];

type Given = Parameters<typeof call>[2];
const put = (at: string, ...args: Given) => call(at, "put", [literal("k"), ...args], keys([], ["k"]));
const fail = call("a/x", "fail", [], keys([]));
const outcomes = (...steps: Parameters<typeof program>[0]) => yielded(twoShards({ functions }), program(steps));

describe("P12: a pure step", () => {
  test("is computed for whoever uses it, in any shard", () => {
    const steps = [put("a/x", literal(1n)), pure("sum", [0, literal(2n)]), put("a/x", 1), put("b/x", 1)];
    expect(outcomes(...steps)).toEqual([1n, undefined, 3n, 3n]);
  });

  test("is computed once in each shard that needs it, and not where nobody does", () => {
    calls = 0;
    outcomes(pure("sum", [literal(1n)]), put("a/x", 0), put("a/x", 0), put("b/x", 0), pure("sum", [0]));
    expect(calls).toBe(2);
  });

  test("takes no round: who uses it waits for what it uses, as if there were none", () => {
    const world = twoShards({ functions });
    world.block([program([put("a/x", literal(1n)), pure("sum", [0]), pure("sum", [1]), put("b/x", 2)])]);
    expect(world.outcomesOf(1, 0).size).toBe(1);
    world.block([]);
    expect(shown(world.outcomesOf(1, 0).get(3))).toBe(1n);
    expect(world.outcomesOf(1, 0).size).toBe(2);
  });

  test("cannot change what others are given", () => {
    const steps = [put("a/x", literal([1n])), pure("spoil", [0]), put("a/x", 0), put("a/x", 1), put("a/x", 1)];
    expect(outcomes(...steps)).toEqual([[1n], undefined, [1n], [1n, "spoilt"], [1n, "spoilt"]]);
  });
});

describe("P3, P4, P12: a pure step that comes to nothing", () => {
  // Who uses it says that it was given nothing, and names the step that it comes from.
  test.each<[string, Parameters<typeof program>[0], string]>([
    ["unknown", [pure("unknown", []), put("a/x", 0)], "input@0"],
    ["refusing", [pure("refuse", []), put("a/x", 0)], "input@0"],
    ["throwing", [pure("throw", []), put("a/x", 0)], "input@0"],
    ["without a value", [pure("fraction", []), put("a/x", 0)], "input@0"],
    ["not what was expected", [pure("sum", [literal(1n)], { expect: 2n }), put("a/x", 0)], "input@0"],
    ["given nothing: it names the first cause", [fail, pure("sum", [0]), pure("sum", [1]), put("a/x", 2)], "input@0"],
    ["given nothing second", [fail, pure("refuse", []), pure("sum", [literal(1n), 1, 0]), put("a/x", 2)], "input@1"],
  ])("%s", (_what, steps, reason) => {
    expect(outcomes(...steps).at(-1)).toBe(reason);
  });

  test("has an alternative like any other", () => {
    expect(outcomes(pure("refuse", []), put("a/x", either(0, literal(5n))))).toEqual([undefined, 5n]);
    const another = either(0, outcomeOf(1));
    expect(outcomes(pure("refuse", []), pure("sum", [literal(6n)]), put("a/x", another)).at(-1)).toBe(6n);
  });

  test("what was expected is what it must yield", () => {
    expect(outcomes(pure("sum", [literal(2n)], { expect: 2n }), put("a/x", 0)).at(-1)).toBe(2n);
  });

  test("one that catches its fault gains nothing", () => {
    expect(outcomes(pure("catch", []), put("a/x", 0)).at(-1)).toBe("input@0");
  });
});

describe("P7, P12: the budget of a pure step", () => {
  const long = "x".repeat(100);
  test.each<[string, string, Given, number]>([
    ["nothing but itself and an outcome of a byte", "sum", [], 1_000 + 1],
    ["two arguments of a byte", "sum", [literal(1n), literal(2n)], 1_000 + 2 + 1],
    ["an argument of 103 bytes and an outcome of 110", "spoil", [literal([long])], 1_000 + 103 + 110],
    ["its own work", "work", [literal(20n)], 1_000 + 1 + 20 + 1],
  ])("%s", (_what, name, args, cost) => {
    const withBudget = (budget: number) =>
      outcomes(pure(name, args, { budget: asBudget(budget) }), put("a/x", 0)).at(-1);
    expect(withBudget(cost)).not.toBe("input@0");
    expect(withBudget(cost - 1)).toBe("input@0");
  });

  test("counts for itself alone: not for the call that uses it", () => {
    const scant = call("a/x", "put", [literal("k"), outcomeOf(0)], keys([], ["k"]), { budget: asBudget(29_000) });
    expect(outcomes(pure("work", [literal(900_000n)]), scant).at(-1)).toBe(null);
  });
});

describe("P5, P12: a pure step sees its arguments from its own place", () => {
  const failing = (...rest: Parameters<typeof program>[0]) =>
    yielded(
      twoShards({ functions }),
      program(
        [put("a/x", literal(1n)), pure("sum", [0, literal(1n)]), call("b/x", "fail", [], keys([], ["k"])), ...rest],
        [[0, 3]],
      ),
    );

  test("outside of a group that failed it is given nothing", () => {
    expect(failing(pure("sum", [0]), put("a/x", 3)).at(-1)).toBe("input@2");
  });

  test("and so is whoever uses a pure step of that group", () => {
    expect(failing(put("a/x", 1)).at(-1)).toBe("input@2");
  });

  test("inside it sees tentative outcomes", () => {
    const steps = [put("a/x", literal(1n)), pure("sum", [0, literal(1n)]), put("b/x", 1)];
    expect(yielded(twoShards({ functions }), program(steps, [[0, 3]]))).toEqual([1n, undefined, 2n]);
  });

  test("a pure step that comes to nothing fails its group (P5)", () => {
    const steps = [put("a/x", literal(1n)), pure("refuse", []), call("a/x", "read", [literal("k")], keys(["k"]))];
    expect(yielded(twoShards({ functions }), program(steps, [[0, 2]])).at(-1)).toBe(null);
  });
});
