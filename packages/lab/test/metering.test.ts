// P7: metering is the same whatever does the hashing: the same programs, with budgets around what they need, make the same
// claims on portable and on native code.

import { asBudget, limits, type Program } from "@tandem/shared";
import { expect, test } from "vitest";
import { probe } from "../../execution/test/support/probe.ts";
import { call, keys, literal, program } from "../../execution/test/support/programs.ts";
import { runAll } from "../../execution/test/support/rounds.ts";
import { World } from "../../execution/test/support/world.ts";
import { useNative } from "../src/index.ts";

/** Two calls, each paid for: grouped, or each by itself. */
function paid(budget: number, isGrouped: boolean): Program {
  const add = (at: string) =>
    call(at, "add", [literal("a"), literal(1n)], keys([], ["a"]), { budget: asBudget(budget) });
  return program([add("a/x"), add("b/x")], isGrouped ? [[0, 2]] : []);
}

function claims(): readonly string[] {
  const contracts = { "a/x": ["probe", 10n], "b/x": ["probe", 10n] } as const;
  const world = new World({ shards: ["a", "b"], environments: [probe], contracts });
  // From what places and keys cost to more than enough: three places in a group, one without, and a key.
  const programs = Array.from({ length: 120 }, (_, at) => {
    return paid((at % 2 === 0 ? 3 : 1) * limits.placeCost + 8_000 + 211 * at, at % 2 === 0);
  });
  runAll(
    world,
    programs.map((each) => [{ program: each }]),
    1,
  );
  const results = [...world.shards.values()].flatMap((shard) => shard.results);
  const outcomes = results.flatMap(({ lanes }) => lanes.flatMap(({ content }) => content.exports));
  const made = outcomes.flatMap(({ content }) => {
    if (content.kind === "verdict") return [];
    return content.kind === "outcome" ? [content.value.kind] : [content.value.outcome.kind];
  });
  expect(made).toHaveLength(2 * programs.length);
  for (const kind of ["value", "nothing"] as const)
    expect(made.filter((each) => each === kind).length).toBeGreaterThan(40);
  return results.map(({ root }) => Buffer.from(root).toString("hex"));
}

test("programs with scant budgets make the same claims with portable and with native hashing", () => {
  const portable = claims();
  useNative();
  expect(claims()).toEqual(portable);
});
