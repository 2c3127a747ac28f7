// A campaign: many runs, over as many processes as are given. Which process runs what changes no result.

import type { RunReport } from "../report.ts";
import { Pool } from "./pool.ts";
import type { Plan, Task } from "./process.ts";

export interface CampaignOptions extends Task {
  /** Seeds to draw from, or what would be drawn. */
  readonly plans: readonly Plan[];
  readonly processes: number;
  /** Processes that are there already, and stay; without them it starts its own. */
  readonly pool?: Pool;
  /** Called after each run. */
  readonly onRun?: (report: RunReport, done: number) => void;
  /** No more runs are begun after so many violations. */
  readonly violationsMax?: number;
}

/** The reports, in order of their seeds. */
export async function runCampaign(options: CampaignOptions): Promise<RunReport[]> {
  const { plans, entry, overrides, violationsMax = Number.POSITIVE_INFINITY } = options;
  const task: Task = { ...(entry && { entry }), ...(overrides && { overrides }) };
  const processes = Math.max(1, Math.min(options.processes, plans.length));
  const pool = options.pool ?? new Pool(processes);
  const reports: RunReport[] = [];
  const queue = plans.values();
  let violations = 0;
  const runSome = async () => {
    for (const plan of queue) {
      const report = await pool.run(task, plan);
      reports.push(report);
      if (report.violation !== null) violations++;
      options.onRun?.(report, reports.length);
      if (violations >= violationsMax) return;
    }
  };
  try {
    await Promise.all(Array.from({ length: processes }, runSome));
  } finally {
    if (options.pool === undefined) pool.end();
  }
  return reports.sort((a, b) => a.seed - b.seed);
}
