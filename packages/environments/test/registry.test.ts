// A registry, as its first lines promise it.

import type { Value } from "@tandem/shared";
import { beforeEach, describe, expect, test } from "vitest";
import { literal, MemoryContract } from "../src/compliance/index.ts";
import { registryFootprints as footprints, registry } from "../src/index.ts";
import { alice, bob } from "./support/people.ts";

let contract: MemoryContract;

beforeEach(() => {
  contract = new MemoryContract(registry, "a/names");
  expect(contract.create(null)).toEqual({ kind: "value", value: null });
});

const changing =
  (method: string) =>
  (payer: Uint8Array, name: string, ...args: readonly Value[]) =>
    contract.call({ method, payer, footprint: footprints.update(name), args: [name, ...args].map(literal) });
const [register, update, transfer, end] = ["register", "update", "transfer", "end"].map(changing);
const lookup = (name: string) =>
  contract.call({ method: "lookup", payer: bob, footprint: footprints.lookup(name), args: [literal(name)] });

const done = { kind: "value", value: null };
const refused = (code: string) => ({ kind: "nothing", why: "reverted", code });
const entry = (name: string, owner: Uint8Array, value: Value) => ({
  kind: "value",
  value: new Map<string, Value>(Object.entries({ name, owner, value })),
});

describe("a name", () => {
  test("goes to who registers it first", () => {
    expect(register?.(alice, "bakery", "Main Street 1")).toEqual(done);
    expect(lookup("bakery")).toEqual(entry("bakery", alice, "Main Street 1"));
    expect(register?.(bob, "bakery", "elsewhere")).toMatchObject(refused("name-taken"));
    expect(register?.(alice, "bakery", "elsewhere")).toMatchObject(refused("name-taken"));
    expect(lookup("bakery")).toEqual(entry("bakery", alice, "Main Street 1"));
  });

  test("is changed by its owner alone", () => {
    register?.(alice, "bakery", 1n);
    expect(update?.(bob, "bakery", 2n)).toMatchObject(refused("no-right"));
    expect(update?.(alice, "bakery", 2n)).toEqual(done);
    expect(lookup("bakery")).toEqual(entry("bakery", alice, 2n));
  });

  test("goes to another with its value, and then is the other's", () => {
    register?.(alice, "bakery", 1n);
    expect(transfer?.(bob, "bakery", bob)).toMatchObject(refused("no-right"));
    expect(transfer?.(alice, "bakery", bob)).toEqual(done);
    expect(lookup("bakery")).toEqual(entry("bakery", bob, 1n));
    expect(update?.(alice, "bakery", 2n)).toMatchObject(refused("no-right"));
    expect(update?.(bob, "bakery", 2n)).toEqual(done);
  });

  test("that ended is nobody's, for ever", () => {
    register?.(alice, "bakery", 1n);
    expect(end?.(bob, "bakery")).toMatchObject(refused("no-right"));
    expect(end?.(alice, "bakery")).toEqual(done);
    expect(lookup("bakery")).toMatchObject(refused("ended"));
    expect(register?.(alice, "bakery", 2n)).toMatchObject(refused("ended"));
    expect(update?.(alice, "bakery", 2n)).toMatchObject(refused("ended"));
    expect(end?.(alice, "bakery")).toMatchObject(refused("ended"));
  });

  test("that was never registered is not there", () => {
    expect(lookup("bakery")).toMatchObject(refused("no-name"));
    expect(update?.(alice, "bakery", 2n)).toMatchObject(refused("no-name"));
  });

  test("has 1 to 64 bytes of text, and holds any value of at most 4,096 bytes, 8 deep", () => {
    const nested = (depth: number): Value => (depth === 1 ? 0n : [nested(depth - 1)]);
    expect(register?.(alice, "ü".repeat(32), nested(8))).toEqual(done);
    expect(register?.(alice, "ü".repeat(33), 0n)).toMatchObject(refused("bad-arguments"));
    expect(register?.(alice, "deep", nested(9))).toMatchObject(refused("bad-arguments"));
    expect(register?.(alice, "large", new Uint8Array(5000))).toMatchObject(refused("bad-arguments"));
    expect(register?.(alice, "fits", new Uint8Array(4000))).toEqual(done);
  });
});

test("names do not wait for each other (P6)", () => {
  expect(footprints.register("bakery")).not.toEqual(footprints.register("butcher"));
});

test("a registry is created with null and nothing else", () => {
  for (const config of [0n, "", [], new Map()]) {
    expect(new MemoryContract(registry, "a/names").create(config)).toMatchObject(refused("bad-arguments"));
  }
});
