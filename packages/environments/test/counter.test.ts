// The smallest environment, as its first lines promise it.

import { type Footprint, integerMax, integerMin, type Value } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { literal, MemoryContract } from "../src/compliance/index.ts";
import { counter, counterFootprints } from "../src/index.ts";

const payer = new Uint8Array(32).fill(1);

function opened(start: Value = 5n): MemoryContract {
  const contract = new MemoryContract(counter, "a/counter");
  contract.create(start);
  return contract;
}

function call(contract: MemoryContract, method: string, footprint: Footprint, ...args: readonly Value[]) {
  return contract.call({ method, payer, footprint, args: args.map(literal) });
}

const add = (contract: MemoryContract, added: Value) => call(contract, "add", counterFootprints.add(), added);
const read = (contract: MemoryContract) => call(contract, "read", counterFootprints.read());

describe("a counter", () => {
  test("begins at what it is created with", () => {
    expect(read(opened(-7n))).toEqual({ kind: "value", value: -7n });
  });

  test("replies to add with the new total", () => {
    const contract = opened();
    expect(add(contract, 2n)).toEqual({ kind: "value", value: 7n });
    expect(add(contract, -10n)).toEqual({ kind: "value", value: -3n });
    expect(read(contract)).toEqual({ kind: "value", value: -3n });
  });

  test("stays among integers, and as it was where a sum does not", () => {
    for (const [start, added] of [
      [integerMax, 1n],
      [integerMin, -1n],
    ] as const) {
      const contract = opened(start);
      expect(add(contract, added)).toMatchObject({ why: "reverted", code: "out-of-range" });
      expect(read(contract)).toEqual({ kind: "value", value: start });
    }
  });

  test("goes back to zero, and says from where", () => {
    const contract = opened();
    expect(call(contract, "reset", counterFootprints.reset())).toEqual({ kind: "value", value: 5n });
    expect(read(contract)).toEqual({ kind: "value", value: 0n });
  });

  test("P10: closed, it is no contract any more", () => {
    const contract = opened();
    expect(call(contract, "close", counterFootprints.close())).toEqual({ kind: "value", value: 5n });
    expect(read(contract)).toMatchObject({ why: "no-contract" });
    expect(contract.create(0n)).toMatchObject({ why: "no-contract" });
  });

  test("P6: reset and close take the whole contract, add and read do not", () => {
    expect(call(opened(), "reset", counterFootprints.add())).toMatchObject({ kind: "value" });
    expect(call(opened(), "close", counterFootprints.add())).toMatchObject({ why: "footprint" });
    expect(call(opened(), "add", { kind: "whole" }, 1n)).toMatchObject({ why: "footprint" });
  });

  test("is created with an integer and nothing else", () => {
    for (const config of [null, "5", true, [5n], new Map()]) {
      expect(new MemoryContract(counter, "a/counter").create(config)).toMatchObject({ code: "bad-arguments" });
    }
  });
});
