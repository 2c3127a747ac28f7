// P3, P4: what a step is given, what it yields when it is given nothing, and what it must yield.

import { type Program, success, type Value } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { ownEnvironment } from "./support/environments.ts";
import { twoShards, withEnvironment, yielded } from "./support/outcomes.ts";
import { call, either, keys, literal, outcomeOf, program } from "./support/programs.ts";

const at = "a/x";
const put = (given: Parameters<typeof call>[2][number], ...more: Parameters<typeof call>[2]) =>
  call(at, "put", [literal("k"), given, ...more], keys([], ["k"]));
const fail = call(at, "fail", [], keys([]));
const outcomes = (...steps: Program["steps"]) => yielded(twoShards(), program(steps));

describe("P3: a step that yields nothing", () => {
  test("gives nothing to those that use it, and each names the first cause", () => {
    expect(outcomes(fail, put(0), put(1), put(2))).toEqual(["reverted@0", "input@0", "input@0", "input@0"]);
  });

  test("the lowest argument is named first", () => {
    expect(outcomes(fail, fail, put(1, 0), put(0, 1), put(2, 0))).toEqual([
      "reverted@0",
      "reverted@1",
      "input@1",
      "input@0",
      "input@1",
    ]);
  });

  test("does not hinder those that do not", () => {
    expect(outcomes(fail, put(literal(1n)), put(1))).toEqual(["reverted@0", 1n, 1n]);
  });

  test("has no effects, whatever it wrote before", () => {
    const environment = ownEnvironment({
      writes: (_, host) => {
        host.set(Uint8Array.of(1), 5n);
        return { ok: false, error: { code: "refused", message: "after all" } };
      },
      reads: (_, host) => success(host.get(Uint8Array.of(1)) ?? "absent"),
    });
    const world = withEnvironment(environment);
    const footprint = { kind: "keys", reads: [], writes: [Uint8Array.of(1)] } as const;
    const steps = [call("a/e", "writes", [], footprint), call("a/e", "reads", [], footprint)];
    expect(yielded(world, program(steps))).toEqual(["reverted@0", "absent"]);
  });

  test("is the same across shards", () => {
    const across = call("b/x", "put", [literal("k"), outcomeOf(0)], keys([], ["k"]));
    expect(outcomes(fail, across, put(1))).toEqual(["reverted@0", "input@0", "input@0"]);
  });
});

describe("P3: an argument that says what to use instead", () => {
  test("is not looked at where there is a value", () => {
    expect(outcomes(put(literal(1n)), fail, put(either(0, literal(2n))), put(either(0, outcomeOf(1))))).toEqual([
      1n,
      "reverted@1",
      1n,
      1n,
    ]);
  });

  test("gives a literal, or an earlier outcome", () => {
    expect(outcomes(fail, put(literal(7n)), put(either(0, literal(2n))), put(either(0, outcomeOf(1))))).toEqual([
      "reverted@0",
      7n,
      2n,
      7n,
    ]);
  });

  test("stands in for a step of a group that failed, as for any other (P5)", () => {
    const steps = [put(literal(1n)), fail, put(either(0, literal(2n))), put(0)];
    expect(yielded(twoShards(), program(steps, [[0, 2]]))).toEqual([1n, "reverted@1", 2n, "input@1"]);
  });

  test("names the cause of the alternative if that is nothing too", () => {
    expect(outcomes(fail, fail, put(either(0, outcomeOf(1))))).toEqual(["reverted@0", "reverted@1", "input@1"]);
  });
});

describe("P4: a step that must yield a value", () => {
  const expecting = (value: Value, expected: Value) =>
    call(at, "put", [literal("k"), literal(value)], keys([], ["k"]), { expect: expected });
  const read = call(at, "read", [literal("k")], keys(["k"]));

  test.each<[Value, Value, boolean]>([
    [5n, 5n, true],
    [5n, 6n, false],
    [0n, false, false],
    [null, null, true],
    [[1n, "x"], [1n, "x"], true],
    [[1n, "x"], ["x", 1n], false],
    [Uint8Array.of(1), Uint8Array.of(1), true],
    ["", new Uint8Array(), false],
  ])("%s where %s is expected", (value, expected, holds) => {
    const [first, second] = outcomes(expecting(value, expected), read);
    expect(first).toEqual(holds ? value : "expected@0");
    expect(second).toEqual(holds ? value : null);
  });

  test("a nothing stays what it is", () => {
    expect(outcomes(call(at, "fail", [], keys([]), { expect: 1n }))).toEqual(["reverted@0"]);
  });
});

describe("P9: what an environment does to what it is given", () => {
  const spoil = ownEnvironment({
    spoil: (given, host) => {
      const [list, bytes] = given.args.map(({ value }) => value) as [Value[], Uint8Array];
      const kept = host.get(Uint8Array.of(1)) as Value[] | undefined;
      list.push("spoilt");
      bytes.fill(9);
      kept?.push("spoilt");
      given.payer.fill(9);
      return success([[...list], bytes, given.payer]);
    },
    keep: (given, host) => {
      const value = given.args[0]?.value as Value[];
      host.set(Uint8Array.of(1), value);
      value.push("later");
      return success(value);
    },
    look: (given, host) =>
      success([...given.args.map(({ value }) => value), host.get(Uint8Array.of(1)) ?? null, given.payer]),
  });
  const footprint = { kind: "keys", reads: [], writes: [Uint8Array.of(1)] } as const;
  const own = (name: string, ...args: Parameters<typeof call>[2]) => call("a/e", name, args, footprint);

  test("changes nothing for others: neither arguments, nor state, nor the payer", () => {
    const steps = [
      own("keep", literal([1n])),
      put(literal(Uint8Array.of(1, 2))),
      own("spoil", 0, 1),
      own("look", 0, 1),
    ];
    const results = yielded(withEnvironment(spoil), program(steps));
    expect(results[3]).toEqual([[1n, "later"], Uint8Array.of(1, 2), [1n], new Uint8Array(32).fill(7)]);
  });

  test("nor does a literal that two steps are given change", () => {
    const shared = literal([1n]);
    const bytes = literal(Uint8Array.of(1, 2));
    const steps = [own("spoil", shared, bytes), own("look", shared, bytes)];
    const [, looked] = yielded(withEnvironment(spoil), program(steps));
    expect(looked).toEqual([[1n], Uint8Array.of(1, 2), null, new Uint8Array(32).fill(7)]);
  });
});
