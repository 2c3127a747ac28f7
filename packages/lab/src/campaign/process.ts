// One process of a campaign: it is sent plans, each with its task, one at a time, and answers each with a report.

import { useNative } from "@tandem/native";
import { assert } from "@tandem/shared";
import { drawSetting } from "../draw-setting.ts";
import type { RunReport } from "../report.ts";
import { drawLog } from "../rounds/draw/draw-log.ts";
import type { Log } from "../rounds/log.ts";
import { runLog } from "../rounds/run-log.ts";
import { runSetting } from "../run.ts";
import { type Overrides, override, type Setting, type WorldStage, worldStages } from "../setting.ts";
import { loadExecution, loadStage } from "../stages/load.ts";

/** What runs of a campaign have in common. Plain data: it goes to the processes. */
export interface Task {
  /** Path of the entry file of another copy of the machine (stages/load.ts). */
  readonly entry?: string;
  /** What is other than drawn. */
  readonly overrides?: Overrides;
}

/** A seed, or what is drawn from one. */
export type Plan = number | Setting | Log;

assert(process.send !== undefined, "it is started by a campaign");
const answer = process.send.bind(process);
useNative();
process.on("disconnect", () => process.exit());
process.on("message", async ({ task, plan }: { readonly task: Task; readonly plan: Plan }) => {
  answer(await runPlan(task, plan));
});

async function runPlan({ entry, overrides = {} }: Task, plan: Plan): Promise<RunReport> {
  const isOfRounds = typeof plan === "number" ? overrides.stage === "rounds" : plan.stage === "rounds";
  if (isOfRounds) return runLog(typeof plan === "number" ? drawLog(plan) : (plan as Log), await loadExecution(entry));
  const drawn = typeof plan === "number" ? drawSetting(plan, worldStage(overrides)) : (plan as Setting);
  const setting = override(drawn, overrides);
  return runSetting(setting, await loadStage(setting.stage, entry));
}

function worldStage(overrides: Overrides): WorldStage | undefined {
  return worldStages.find((stage) => stage === overrides.stage);
}
