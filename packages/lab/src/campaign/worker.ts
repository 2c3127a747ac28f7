// One thread of a campaign: it is sent seeds or settings, and answers each with a report.

import { parentPort, workerData } from "node:worker_threads";
import { useNative } from "@tandem/native";
import { assert } from "@tandem/shared";
import { drawSetting } from "../draw-setting.ts";
import { runSetting } from "../run.ts";
import { type Overrides, override, type Setting } from "../setting.ts";
import { loadStage } from "../stages/load.ts";

/** What all runs of a campaign have in common. Plain data: it goes to the threads. */
export interface Task {
  /** Path of the entry file of another copy of the machine (stages/load.ts). */
  readonly entry?: string;
  /** What is other than drawn. */
  readonly overrides?: Overrides;
}

assert(parentPort !== null, "a worker has a parent");
const port = parentPort;
const { entry, overrides = {} } = workerData as Task;
useNative();
port.on("message", async (plan: number | Setting) => {
  const setting = override(typeof plan === "number" ? drawSetting(plan, overrides.stage) : plan, overrides);
  port.postMessage(runSetting(setting, await loadStage(setting.stage, entry)));
});
