// Four validators as processes, under load, killed as a power cut would: single ones, then all at once. What was accepted is
// ordered, nobody signs twice, and all have the same blocks. `kill.long.test.ts` does the same for longer.

import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { dice, Ordeal } from "./support/ordeal.ts";

const ordeal = new Ordeal({ accounts: 8, deltaMs: 200 });
afterAll(() => ordeal.end());

test("three kills of single nodes and one of all lose and contradict nothing", async () => {
  const roll = dice(7);
  await ordeal.begin();
  for (let blow = 0; blow < 3; blow++) {
    await sleep(300 + roll(700));
    await ordeal.strike(roll(ordeal.fleet.size), roll(500));
  }
  await sleep(500);
  await ordeal.strikeAll();
  await sleep(500);
  const said = await ordeal.judge();
  expect(said).toMatch(/^[1-9]\d* blobs accepted, [1-9]\d* blocks/);
  console.log(`  ${said}`);
});
