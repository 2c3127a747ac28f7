// A campaign: many runs, over as many processes as are given. Which process runs what changes no result. Processes, not
// threads: hundreds of threads that load native code and end have taken the whole run along.

import { fork } from "node:child_process";
import type { RunReport } from "../report.ts";
import type { Plan, Task } from "./process.ts";

export interface CampaignOptions extends Task {
  /** Seeds to draw from, or what would be drawn. */
  readonly plans: readonly Plan[];
  readonly processes: number;
  /** Called after each run. */
  readonly onRun?: (report: RunReport, done: number) => void;
  /** No more runs are begun after so many violations. */
  readonly violationsMax?: number;
}

/** The reports, in order of their seeds. */
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
  const { entry, overrides } = options;
  const task = { ...(entry && { entry }), ...(overrides && { overrides }) };
  const processes = Math.max(1, Math.min(options.processes, plans.length));
  await Promise.all(Array.from({ length: processes }, () => runProcess(task, take, keep)));
  return reports.sort((a, b) => a.seed - b.seed);
}

/**
 * Plans one after the other in processes of their own, one at a time. Our code cannot raise a signal: if one ends a
 * process, the plan is given to a fresh one, which must give the same report, and a second time it is an error.
 */
async function runProcess(task: Task, take: () => Plan | undefined, keep: (report: RunReport) => void): Promise<void> {
  let process = startProcess(task);
  try {
    for (let plan = take(); plan !== undefined; plan = take()) {
      try {
        keep(await process.run(plan));
      } catch (error) {
        if (!(error instanceof LostProcessError)) throw error;
        console.error(`${error.message}; its run is given to another process`);
        process = startProcess(task);
        keep(await process.run(plan));
      }
    }
  } finally {
    process.end();
  }
}

class LostProcessError extends Error {}

interface RunnerProcess {
  run(plan: Plan): Promise<RunReport>;
  end(): void;
}

function startProcess(task: Task): RunnerProcess {
  const child = fork(new URL("./process.ts", import.meta.url), { serialization: "advanced", execArgv: [] });
  child.send(task);
  return {
    run: (plan) =>
      new Promise((resolve, reject) => {
        const settle = (act: () => void) => {
          child.off("message", onReport).off("exit", onExit).off("error", onError);
          act();
        };
        const onReport = (report: unknown) => settle(() => resolve(report as RunReport));
        const onError = (error: Error) => settle(() => reject(error));
        const onExit = (code: number | null, signal: string | null) =>
          settle(() =>
            reject(signal === null ? endedEarly(code) : new LostProcessError(`a run was ended by ${signal}`)),
          );
        child.on("message", onReport).on("exit", onExit).on("error", onError);
        child.send(plan);
      }),
    // It holds nothing that has to be put in order.
    end: () => void child.kill("SIGKILL"),
  };
}

function endedEarly(code: number | null): Error {
  return new Error(`a process of the campaign ended with code ${code}: what it printed says why`);
}
