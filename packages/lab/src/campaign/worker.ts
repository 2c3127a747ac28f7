// One thread of a campaign: it is sent seeds or settings, and answers each with a report.

import { parentPort, workerData } from "node:worker_threads";
import { useNative } from "@tandem/native";
import { assert } from "@tandem/shared";
import { loadConsensus } from "../consensus.ts";
import { drawSetting } from "../draw-setting.ts";
import { runSetting } from "../run.ts";
import { type Overrides, override, type Setting } from "../setting.ts";

/** What all runs of a campaign have in common. Plain data: it goes to the threads. */
export interface Task {
  /** Path of the entry file of another copy of the machine (consensus.ts). */
  readonly consensus?: string;
  /** What is other than drawn. */
  readonly overrides?: Overrides;
}

assert(parentPort !== null, "a worker has a parent");
const port = parentPort;
const { consensus: entry, overrides = {} } = workerData as Task;
useNative();
const consensus = await loadConsensus(entry);
port.on("message", (plan: number | Setting) => {
  const setting = typeof plan === "number" ? drawSetting(plan) : plan;
  port.postMessage(runSetting(override(setting, overrides), consensus));
});
