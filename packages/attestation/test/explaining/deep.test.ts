// S11: trees so deep as nobody finds keys for are bounded too. Here a key can say what its path is.

import { useHasher } from "@tandem/shared";
import { expect, test } from "vitest";
import { keyAtBits, steeredHasher } from "../../../shared/test/support/steered-hasher.ts";
import { explainLimits } from "../../src/explaining/types.ts";
import { disputedOf, explain, servesFrom, sidesOf, textOf, usualWorld } from "../support/two-states.ts";

useHasher(steeredHasher);

/** Pairs of keys that share all bits but the last; each pair begins with bits of its own. */
function deepKeys(count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => at.toString(2).padStart(7, "0")).flatMap((bits) =>
    ["0", "1"].map((last) => textOf(keyAtBits(`${bits.padEnd(255, "0")}${last}`))),
  );
}

async function explained(pairs: number) {
  const world = usualWorld();
  const values = (value: bigint) => Object.fromEntries(deepKeys(pairs).map((key) => [key, value]));
  const sides = await sidesOf(world, { states: { "a/z": values(1n) } }, { states: { "a/z": values(2n) } });
  const disputed = disputedOf(sides.own.contentAt(2), sides.theirs.contentAt(2));
  const { explanation, asked } = explain(world, sides.own, disputed, new Map([[1, servesFrom(sides.theirs)]]));
  return { count: explanation.keys.length, end: explanation.end, asked: asked.get(1) };
}

test("a pair at the end of its path is found", async () => {
  expect(await explained(2)).toMatchObject({ count: 4, end: "all" });
});

test("so many parts are asked for, and it is said that there is more", async () => {
  const { count, end, asked } = await explained(8);
  expect([end, asked]).toEqual(["more", explainLimits.partsMax]);
  expect(count).toBeGreaterThan(8);
});
