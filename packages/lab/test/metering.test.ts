// P7: metering is the same whatever does the hashing: the same programs, with budgets around what they need, make the same
// claims on portable and on native code.

import { asBudget, limits, type Program } from "@tandem/shared";
import { expect, test } from "vitest";
import { probe } from "../../execution/test/support/probe.ts";
import { call, keys, literal, program } from "../../execution/test/support/programs.ts";
import { runAll } from "../../execution/test/support/rounds.ts";
import { World } from "../../execution/test/support/world.ts";
import { useNative } from "../src/index.ts";

/** A program that is paid for from some way below what it takes to some way above. */
function paid(budget: number): Program {
  const add = (at: string) => call(at, "add", [literal("a"), literal(1n)], keys([], ["a"]), { budget: asBudget(budget) });
  return program([add("a/x"), add("b/x")], budget % 2 === 0 ? [[0, 2]] : []);
}

function claims(): readonly string[] {
  const contracts = { "a/x": ["probe", 10n], "b/x": ["probe", 10n] } as const;
  const world = new World({ shards: ["a", "b"], environments: [probe], contracts });
  const budgets = Array.from({ length: 60 }, (_, at) => 3 * limits.placeCost + 173 * at);
  runAll(
    world,
    budgets.map((budget) => [{ program: paid(budget) }]),
    1,
  );
  const results = [...world.shards.values()].flatMap((shard) => shard.results);
  const outcomes = results.flatMap(({ lanes }) => lanes.flatMap(({ content }) => content.exports));
  const failed = outcomes.filter(({ content }) => content.kind === "outcome" && content.value.kind === "nothing").length;
  expect(failed).toBeGreaterThan(5);
  expect(outcomes.length - failed).toBeGreaterThan(20);
  return results.map(({ root }) => Buffer.from(root).toString("hex"));
}

test("programs with scant budgets make the same claims with portable and with native hashing", () => {
  const portable = claims();
  useNative();
  expect(claims()).toEqual(portable);
});
