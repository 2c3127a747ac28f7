// Each habit of the order stage is met by honest nodes, who bear it; and what the forge makes of a chain is what honest
// nodes make of it, so a block that it changes in one thing is wrong in that alone.

import { useNative } from "@tandem/native";
import * as replica from "@tandem/replica";
import { equalBytes } from "@tandem/shared";
import { expect, test } from "vitest";
import { orderHabits } from "../src/habits/order/index.ts";
import { drawSetting, runSetting, type Setting } from "../src/index.ts";
import { OrderStage } from "../src/stages/order-stage.ts";

useNative();

/** A drawn world in which each has its occasion: with busy payers, and blocks to repair. */
const seed = 3;
const blocksMax = 40;

function settingWith(habit: keyof typeof orderHabits): Setting {
  const drawn = drawSetting(seed, "order");
  const [first] = drawn.habits;
  return { ...drawn, blocksMax, habits: [{ seat: first?.seat ?? 0, habit }] };
}

function run(setting: Setting) {
  let stage: OrderStage | undefined;
  const report = runSetting(setting, (_, give) => {
    stage = new OrderStage(setting, replica, give);
    return stage;
  });
  return { report, forge: (stage as OrderStage | undefined)?.toolsOf(0).forge };
}

for (const habit of Object.keys(orderHabits) as (keyof typeof orderHabits)[]) {
  test(`${habit} is felt, and borne`, () => {
    const { report } = run(settingWith(habit));
    expect(report.violation).toBeNull();
    expect(report.habits[habit]).toBeGreaterThan(0);
    expect(report.blocks).toBeGreaterThan(10);
  });
}

test("the forge has the ledger of every final block", () => {
  const { forge } = run(settingWith("withheld-blobs"));
  let heights = 0;
  for (let at = forge?.final; at !== undefined; at = at.parent) {
    expect(equalBytes(at.ledger.root, at.header.ledgerRoot)).toBe(true);
    heights++;
  }
  expect(heights).toBeGreaterThan(10);
});
