// Why a call was reverted or trapped is said in words beside the claim, and changes nothing of it.

import { asShardName } from "@tandem/shared";
import { expect, test } from "vitest";
import { probe } from "./support/probe.ts";
import { call, keys, literal, program, whole } from "./support/programs.ts";
import { World } from "./support/world.ts";

test("each refused call is told with its contract, its code and a sentence", () => {
  const world = new World({
    shards: ["a"],
    environments: [probe],
    contracts: { "a/x": ["probe", 1n] },
    creators: { rule: "nobody", keys: [] },
  });
  const steps = [
    call("a/x", "fail", [], keys([])),
    call("a/x", "throw", [], keys([])),
    call("a/x", "nosuch", [], keys([])),
    call("a/x", "create", [literal("probe")], whole),
    call("a/new", "create", [literal("probe")], whole),
    call("a/x", "add", [literal("a"), literal(1n)], keys([])),
    call("a/x", "add", [literal("a"), literal(1n)], keys([], ["a"])),
  ];
  const made = world.block([program(steps)]).get(asShardName("a"));
  const told = made?.refusals.map(({ node, contract, refusal }) => [node.step, contract, refusal.code]);
  expect(told).toEqual([
    [4, "a/new", "no-creator"],
    [0, "a/x", "refused"],
    [1, "a/x", "trapped"],
    [2, "a/x", "no-method"],
    [3, "a/x", "exists"],
  ]);
  expect(made?.refusals.every(({ refusal }) => refusal.message.length > 3)).toBe(true);
});
