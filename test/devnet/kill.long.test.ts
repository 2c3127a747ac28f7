// Fifty kills under load, every tenth of all nodes at once; and a node that was away for thousands of blocks.

import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { dice, Ordeal } from "./support/ordeal.ts";

const blows = 50;
const awayBlocks = 2000;

let ordeal: Ordeal;
afterEach(() => ordeal.end());

test("fifty kills lose and contradict nothing", async () => {
  ordeal = new Ordeal({ accounts: 8, deltaMs: 200 });
  const roll = dice(11);
  await ordeal.begin();
  for (let blow = 1; blow <= blows; blow++) {
    await sleep(200 + roll(3000));
    if (blow % 10 === 0) await ordeal.strikeAll();
    else await ordeal.strike(roll(ordeal.fleet.size), roll(2000));
  }
  console.log(`  ${await ordeal.judge()}`);
});

test("a node that was away for thousands of blocks catches up", async () => {
  // One leader of four is away: a short Δ, so that thousands of blocks come in minutes.
  ordeal = new Ordeal({ accounts: 2, deltaMs: 60 });
  await ordeal.begin();
  const { fleet } = ordeal;
  await fleet.kill(3);
  const goal = (await fleet.height(0)) + awayBlocks;
  while ((await fleet.height(0)) < goal) await sleep(1000);
  const startMs = performance.now();
  fleet.start(3);
  while ((await fleet.height(3)) < goal) await sleep(50);
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  expect(await fleet.height(3)).toBeGreaterThanOrEqual(goal);
  console.log(`  ${awayBlocks} blocks in ${seconds} s; ${await ordeal.judge()}`);
});
