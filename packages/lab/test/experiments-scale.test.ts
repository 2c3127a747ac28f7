// What both chains cost with many validators: here with few.

import { useNative } from "@tandem/native";
import { expect, test } from "vitest";
import { runWholeScale } from "../src/experiments/whole-scale.ts";

useNative();

test("7 validators and 3 shards: every program is attested, all agree, and the cost is counted", () => {
  const heights: number[] = [];
  const scale = runWholeScale({
    validators: 7,
    shards: 3,
    seats: 4,
    blocks: 3,
    onBlock: (height) => heights.push(height),
  });
  expect(scale).toMatchObject({ validators: 7, shards: 3, seats: 4, violation: null });
  expect(heights.at(-1)).toBe(3);
  expect(scale.programs).toBeGreaterThan(0);
  expect(scale.orderBlocks).toBeGreaterThanOrEqual(3);
  expect(scale.claims).toBeGreaterThan(3);
  expect(scale.attestBlocks).toBeGreaterThan(0);
  // Everybody votes twice on each block of each chain, and tells all others.
  expect(scale.messages).toBeGreaterThan((scale.orderBlocks + scale.attestBlocks) * 2 * 7 * 6 * (2 / 3));
  expect(scale.bytes).toBeGreaterThan(100 * scale.messages);
});
