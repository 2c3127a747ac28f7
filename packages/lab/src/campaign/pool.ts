// Processes that run plans, each one at a time, and that are kept: to start one takes longer than most runs. Processes, not
// threads: hundreds of threads that load native code and end have taken the whole run along.

import { type ChildProcess, fork } from "node:child_process";
import type { RunReport } from "../report.ts";
import type { Plan, Task } from "./process.ts";

/** Copies of the machine that one process loads: it keeps them all until it ends. */
const copiesMax = 24;

export class Pool {
  readonly size: number;
  #started = 0;
  readonly #idle: RunnerProcess[] = [];
  readonly #waiting: ((process: RunnerProcess) => void)[] = [];
  readonly #all = new Set<RunnerProcess>();
  #isEnded = false;

  /** So many, each from when it is first needed. */
  constructor(size: number) {
    this.size = size;
  }

  /**
   * The report of one plan, as soon as a process is free for it. Our code cannot raise a signal: if one ends a process,
   * the plan is given to a fresh one, which must give the same report, and a second time it is an error.
   */
  async run(task: Task, plan: Plan): Promise<RunReport> {
    let process = await this.#take();
    try {
      return await process.run(task, plan);
    } catch (error) {
      if (this.#isEnded) throw error;
      this.#drop(process);
      process = this.#start();
      if (!(error instanceof LostProcessError)) throw error;
      console.error(`${error.message}; its run is given to another process`);
      return await process.run(task, plan);
    } finally {
      this.#give(process);
    }
  }

  /** Whatever they still run. */
  end(): void {
    this.#isEnded = true;
    for (const process of this.#all) this.#drop(process);
  }

  async #take(): Promise<RunnerProcess> {
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    if (this.#started === this.size) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#started++;
    return this.#start();
  }

  #give(process: RunnerProcess): void {
    if (this.#isEnded) return;
    const isFull = process.copies >= copiesMax;
    if (isFull) this.#drop(process);
    const next = isFull ? this.#start() : process;
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#idle.push(next);
    else waiting(next);
  }

  #start(): RunnerProcess {
    const process = new RunnerProcess();
    this.#all.add(process);
    return process;
  }

  #drop(process: RunnerProcess): void {
    process.end();
    this.#all.delete(process);
  }
}

class LostProcessError extends Error {}

class RunnerProcess {
  readonly #child: ChildProcess;
  readonly #entries = new Set<string>();

  constructor() {
    this.#child = fork(new URL("./process.ts", import.meta.url), { serialization: "advanced", execArgv: [] });
  }

  /** Copies of the machine that it loaded. */
  get copies(): number {
    return this.#entries.size;
  }

  run(task: Task, plan: Plan): Promise<RunReport> {
    const child = this.#child;
    if (task.entry !== undefined) this.#entries.add(task.entry);
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        child.off("message", onReport).off("exit", onExit).off("error", onError);
        act();
      };
      const onReport = (report: unknown) => settle(() => resolve(report as RunReport));
      const onError = (error: Error) => settle(() => reject(error));
      const onExit = (code: number | null, signal: string | null) =>
        settle(() => reject(signal === null ? endedEarly(code) : new LostProcessError(`a run was ended by ${signal}`)));
      child.on("message", onReport).on("exit", onExit).on("error", onError);
      child.send({ task, plan });
    });
  }

  /** It holds nothing that has to be put in order. */
  end(): void {
    this.#child.kill("SIGKILL");
  }
}

function endedEarly(code: number | null): Error {
  return new Error(`a process of the campaign ended with code ${code}: what it printed says why`);
}
