// One thread of a campaign: it is sent plans, and answers each with a report.

import { parentPort, workerData } from "node:worker_threads";
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

/** What all runs of a campaign have in common. Plain data: it goes to the threads. */
export interface Task {
  /** Path of the entry file of another copy of the machine (stages/load.ts). */
  readonly entry?: string;
  /** What is other than drawn. */
  readonly overrides?: Overrides;
}

/** A seed, or what is drawn from one. */
export type Plan = number | Setting | Log;

assert(parentPort !== null, "a worker has a parent");
const port = parentPort;
const { entry, overrides = {} } = workerData as Task;
useNative();
port.on("message", async (plan: Plan | "end") => {
  // It ends by itself: to stop a thread from outside while native code may be at work in it can take the process along.
  if (plan === "end") port.close();
  else port.postMessage(await runPlan(plan));
});

async function runPlan(plan: Plan): Promise<RunReport> {
  const isOfRounds = typeof plan === "number" ? overrides.stage === "rounds" : plan.stage === "rounds";
  if (isOfRounds) return runLog(typeof plan === "number" ? drawLog(plan) : (plan as Log), await loadExecution(entry));
  const drawn = typeof plan === "number" ? drawSetting(plan, worldStage()) : (plan as Setting);
  const setting = override(drawn, overrides);
  return runSetting(setting, await loadStage(setting.stage, entry));
}

function worldStage(): WorldStage | undefined {
  return worldStages.find((stage) => stage === overrides.stage);
}
