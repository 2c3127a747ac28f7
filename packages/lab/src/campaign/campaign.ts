// A campaign: many runs, over as many threads as are given. Which thread runs what changes no result.

import { Worker } from "node:worker_threads";
import type { RunReport } from "../report.ts";
import type { Plan, Task } from "./worker.ts";

export interface CampaignOptions extends Task {
  /** Seeds to draw from, or what would be drawn. */
  readonly plans: readonly Plan[];
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
  take: () => Plan | undefined,
  keep: (report: RunReport) => void,
): Promise<void> {
  const workerData = { ...(entry && { entry }), ...(overrides && { overrides }) };
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData });
  return new Promise((resolve, reject) => {
    const next = () => {
      const plan = take();
      worker.postMessage(plan ?? "end");
    };
    worker.on("message", (report: RunReport) => {
      keep(report);
      next();
    });
    worker.on("error", reject);
    worker.on("exit", () => resolve());
    next();
  });
}
