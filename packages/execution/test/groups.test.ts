// P5: groups, which are all or nothing across shards.

import { decodeValue, type EncodedOutcome } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { probe } from "./support/probe.ts";
import { call, keys, literal, program } from "./support/programs.ts";
import { World } from "./support/world.ts";

function twoShards(): World {
  return new World({
    shards: ["a", "b"],
    environments: [probe],
    contracts: { "a/x": ["probe", 10n], "b/y": ["probe", 20n] },
  });
}

function shown(outcome: EncodedOutcome | undefined) {
  if (outcome === undefined) return undefined;
  if (outcome.kind === "nothing") return outcome.value;
  const value = decodeValue(outcome.value.bytes);
  return value.ok ? value.value : value.error;
}

const add = (at: string, amount: bigint) => call(at, "add", [literal("a"), literal(amount)], keys([], ["a"]));
const read = (at: string) => call(at, "read", [literal("a")], keys(["a"]));

describe("P5: a group across two shards", () => {
  test("writes in both when it holds, after one hop", () => {
    const world = twoShards();
    world.block([program([add("a/x", 1n), add("b/y", 2n)], [[0, 2]])]);
    world.block([program([read("a/x")]), program([read("b/y")])]);
    expect([shown(world.outcomesOf(2, 0).get(0)), shown(world.outcomesOf(2, 1).get(0))]).toEqual([11n, 22n]);
  });

  test("writes nothing when a step fails", () => {
    const world = twoShards();
    world.block([program([add("a/x", 1n), call("b/y", "fail", [], keys([], ["a"]))], [[0, 2]])]);
    world.block([program([read("a/x")])]);
    expect(shown(world.outcomesOf(2, 0).get(0))).toBe(10n);
  });

  test("holds back whoever reads what it may write, until it is settled", () => {
    const world = twoShards();
    world.block([program([add("a/x", 1n), add("b/y", 2n)], [[0, 2]])]);
    world.block([program([read("a/x")])], world.citeAll(["b"]));
    expect(world.outcomesOf(2, 0).size).toBe(0);
    world.block([]);
    expect(shown(world.outcomesOf(2, 0).get(0))).toBe(11n);
  });
});
