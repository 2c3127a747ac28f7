// The pure functions, by examples.

import { integerMax, integerMin, type PureFunction, type Value } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { pureFunctions, std } from "../src/index.ts";

function run(called: PureFunction, ...args: readonly Value[]): unknown {
  const reply = called.run(args, { charge: () => undefined });
  return reply.ok ? reply.value : { code: reply.error.code };
}

function units(called: PureFunction, ...args: readonly Value[]): number {
  let charged = 0;
  called.run(args, {
    charge(more) {
      charged += more;
    },
  });
  return charged;
}

const refused = (code: string) => ({ code });
const mapping = (entries: Record<string, Value>): Value => new Map(Object.entries(entries));

type Row = readonly [called: PureFunction, args: readonly Value[], result: unknown];

function table(rows: readonly Row[]): void {
  for (const [called, args, result] of rows)
    expect([called.name, args, run(called, ...args)]).toEqual([called.name, args, result]);
}

describe("arithmetic", () => {
  test("is exact", () => {
    table([
      [std.add, [2n, -3n], -1n],
      [std.subtract, [2n, -3n], 5n],
      [std.multiply, [-4n, 5n], -20n],
      [std.divide, [7n, 2n], 3n],
      [std.divide, [-7n, 2n], -3n],
      [std.remainder, [7n, 2n], 1n],
      [std.remainder, [-7n, 2n], -1n],
      [std.min, [2n, -3n], -3n],
      [std.max, [2n, -3n], 2n],
      [std.max, [2n, 2n], 2n],
      [std.add, [integerMax, integerMin], integerMax + integerMin],
    ]);
  });

  test("is refused where the result is no integer of 256 bits", () => {
    table([
      [std.add, [integerMax, 1n], refused("out-of-range")],
      [std.subtract, [integerMin, 1n], refused("out-of-range")],
      [std.multiply, [integerMax, 2n], refused("out-of-range")],
      [std.multiply, [integerMin, -2n], refused("out-of-range")],
      [std.multiply, [integerMax, integerMax], refused("out-of-range")],
      [std.divide, [integerMin, -1n], -integerMin],
    ]);
  });

  test("does not divide by zero", () => {
    table([
      [std.divide, [1n, 0n], refused("by-zero")],
      [std.remainder, [0n, 0n], refused("by-zero")],
    ]);
  });
});

describe("comparison and logic", () => {
  test("of integers, and equality of any values", () => {
    table([
      [std.less, [1n, 2n], true],
      [std.less, [2n, 2n], false],
      [std.atMost, [2n, 2n], true],
      [std.atMost, [3n, 2n], false],
      [
        std.equal,
        [
          [1n, mapping({ a: "x", b: null })],
          [1n, mapping({ b: null, a: "x" })],
        ],
        true,
      ],
      [std.equal, [1n, "1"], false],
      [std.equal, [new Uint8Array(1), new Uint8Array(2)], false],
    ]);
  });

  test("of truths", () => {
    table([
      [std.not, [true], false],
      [std.and, [true, false], false],
      [std.and, [true, true], true],
      [std.or, [true, false], true],
      [std.or, [false, false], false],
      [std.choose, [true, 1n, "two"], 1n],
      [std.choose, [false, 1n, "two"], "two"],
      [std.when, [true, "value"], "value"],
      [std.when, [false, "value"], refused("not-so")],
    ]);
  });
});

describe("lists", () => {
  test("are made, read and joined", () => {
    table([
      [std.listOf, [], []],
      [std.listOf, [1n, "b", [null]], [1n, "b", [null]]],
      [std.item, [["a", "b"], 1n], "b"],
      [std.item, [["a", "b"], 2n], refused("no-item")],
      [std.item, [["a", "b"], -1n], refused("no-item")],
      [std.item, [["a", "b"], integerMax], refused("no-item")],
      [std.append, [["a"], "b"], ["a", "b"]],
      [std.concat, [["a"], ["b"]], ["a", "b"]],
      [std.concat, ["a", "b"], "ab"],
      [std.concat, [Uint8Array.of(1), Uint8Array.of(2)], Uint8Array.of(1, 2)],
      [std.concat, ["a", ["b"]], refused("bad-arguments")],
      [std.length, [["a", "b"]], 2n],
      [std.length, [new Uint8Array(3)], 3n],
      [std.length, [mapping({ a: 1n })], 1n],
      [std.length, ["text"], refused("bad-arguments")],
    ]);
  });
});

describe("maps", () => {
  test("are made, read and changed", () => {
    const one = mapping({ a: 1n });
    table([
      [std.mapOf, [], mapping({})],
      [std.mapOf, ["a", 1n, "b", 2n, "a", 3n], mapping({ a: 3n, b: 2n })],
      [std.mapOf, ["a"], refused("bad-arguments")],
      [std.mapOf, [1n, "a"], refused("bad-arguments")],
      [std.field, [one, "a"], 1n],
      [std.field, [one, "b"], refused("no-field")],
      [std.field, [one, "__proto__"], refused("no-field")],
      [std.hasField, [one, "a"], true],
      [std.hasField, [one, "b"], false],
      [std.withField, [one, "a", 2n], mapping({ a: 2n })],
      [std.withField, [one, "b", 2n], mapping({ a: 1n, b: 2n })],
      [std.withoutField, [one, "a"], mapping({})],
      [std.withoutField, [one, "b"], one],
    ]);
  });

  test("that go in stay as they were", () => {
    const one = mapping({ a: 1n });
    run(std.withField, one, "b", 2n);
    run(std.withoutField, one, "a");
    expect(one).toEqual(mapping({ a: 1n }));
  });
});

describe("P8: what would be no value is refused", () => {
  const nested = (depth: number): Value => (depth === 1 ? [] : [nested(depth - 1)]);
  const large = new Uint8Array(40_000);

  test("too deep, too large, too many items", () => {
    const many = Array(10_000).fill(0n);
    table([
      [std.listOf, [nested(16)], refused("too-large")],
      [std.append, [[], nested(16)], refused("too-large")],
      [std.mapOf, ["a", nested(16)], refused("too-large")],
      [std.withField, [mapping({}), "a", nested(16)], refused("too-large")],
      [std.concat, [large, large], refused("too-large")],
      [std.concat, ["x".repeat(40_000), "x".repeat(40_000)], refused("too-large")],
      [std.concat, [many, many], refused("too-large")],
      [std.listOf, [large, large], refused("too-large")],
    ]);
  });
});

describe("P7: larger work costs more, before it is done", () => {
  const rows: readonly Row[] = [
    [std.equal, ["x".repeat(1000), ""], ["x".repeat(2000), ""]],
    [std.equal, [Array(100).fill(0n), 0n], [Array(200).fill(0n), 0n]],
    [std.listOf, ["a"], ["a", "b"]],
    [std.append, [Array(100).fill(0n), 0n], [Array(200).fill(0n), 0n]],
    [std.concat, [new Uint8Array(100), new Uint8Array(1)], [new Uint8Array(200), new Uint8Array(1)]],
    [std.mapOf, ["a", "b"], ["a", "bbbbbbbbbbbbbbbbb"]],
    [std.withField, [mapping({}), "a", 1n], [mapping({ b: 1n }), "a", 1n]],
    [std.withoutField, [mapping({}), "a"], [mapping({ b: 1n }), "a"]],
    [std.field, [mapping({}), "a"], [mapping({}), "a".repeat(100)]],
  ];

  test.each(rows.map((row) => [row[0].name, ...row] as const))("%s", (_, called, smaller, larger) => {
    expect(units(called, ...(larger as Value[]))).toBeGreaterThan(units(called, ...smaller));
  });
});

test("wrong arguments are refused by every function, whatever they are", () => {
  const values: readonly Value[] = [0n, "a", true, null, new Uint8Array(1), [], new Map()];
  for (const called of pureFunctions) {
    for (const args of [
      [],
      values,
      ...values.map((value) => [value]),
      ...values.map((value) => [value, value, value]),
    ]) {
      const reply = called.run(args, { charge: () => undefined });
      if (!reply.ok) expect(reply.error.code).toMatch(/^[a-z-]+$/);
    }
  }
});

test("no two functions have one name", () => {
  expect(new Set(pureFunctions.map(({ name }) => name)).size).toBe(pureFunctions.length);
});
