// A campaign: many runs, over as many threads as are given. Which thread runs what changes no result.

import { Worker } from "node:worker_threads";
import type { RunReport } from "../report.ts";
import type { Setting } from "../setting.ts";
import type { Task } from "./worker.ts";

export interface CampaignOptions extends Task {
  /** Seeds to draw settings from, or settings themselves. */
  readonly plans: readonly (number | Setting)[];
  readonly threads: number;
  /** Called after each run. */
  readonly onRun?: (report: RunReport, done: number) => void;
  /** No more runs are begun after so many violations. */
  readonly violationsMax?: number;
}

/** The reports, in order of their seeds. A thread that dies takes the campaign with it. */
export async function runCampaign(options: CampaignOptions): Promise<RunReport[]> {
  const { plans, violationsMax = Number.POSITIVE_INFINITY } = options;
  const reports: RunReport[] = [];
  const queue = plans.values();
  let violations = 0;
  const take = () => (violations < violationsMax ? queue.next().value : undefined);
  const keep = (report: RunReport) => {
    reports.push(report);
    if (report.violation !== null) violations++;
    options.onRun?.(report, reports.length);
  };
  const threads = Math.max(1, Math.min(options.threads, plans.length));
  await Promise.all(Array.from({ length: threads }, () => runThread(options, take, keep)));
  return reports.sort((a, b) => a.seed - b.seed);
}

function runThread(
  { entry, overrides }: Task,
  take: () => number | Setting | undefined,
  keep: (report: RunReport) => void,
): Promise<void> {
  const workerData = { ...(entry && { entry }), ...(overrides && { overrides }) };
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData });
  return new Promise((resolve, reject) => {
    const next = () => {
      const plan = take();
      if (plan === undefined) worker.terminate().then(() => resolve(), reject);
      else worker.postMessage(plan);
    };
    worker.on("message", (report: RunReport) => {
      keep(report);
      next();
    });
    worker.on("error", reject);
    next();
  });
}
