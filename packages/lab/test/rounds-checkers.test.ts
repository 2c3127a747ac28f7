// Checkers of the rounds stage that no bug of execution sets off, because the oracle has the same environments.

import { encodeValue, toHex, utf8, type Value } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { conserved } from "../src/rounds/checkers/conserved.ts";
import type { SerialContract } from "../src/rounds/oracle/serial.ts";

function contract(environment: string, state: Readonly<Record<string, Value>>): SerialContract {
  const entries = Object.entries(state).map(([key, value]) => [toHex(utf8(key)), encodeValue(value)] as const);
  return { life: { environment, status: "live" }, state: new Map(entries) };
}

const before = new Map([
  ["a/gold", contract("token", { "balance/x": 5n, supply: 5n })],
  ["b/deals", contract("escrow", {})],
]);

describe("P11: money is neither made nor lost", () => {
  test("where it moves to an account, or into a deal", () => {
    const after = new Map([
      ["a/gold", contract("token", { "balance/x": 1n, supply: 5n })],
      ["b/deals", contract("escrow", { "balance/y": 1n, "deal/y": new Map([["amount", 3n]]) })],
    ]);
    expect(conserved(before, after, [])).toBeUndefined();
  });

  test("nor is what is no money counted", () => {
    const after = new Map([...before, ["a/probe", contract("probe", { "balance/x": 5n })]]);
    expect(conserved(before, after, [])).toBeUndefined();
  });

  test.each([
    ["made", 6n],
    ["lost", 4n],
  ])("but not where it is %s", (_, held) => {
    const after = new Map([...before, ["a/gold", contract("token", { "balance/x": held })]]);
    expect(conserved(before, after, [])).toMatch(`accounts hold ${held}, where 5 is all there is`);
  });
});
