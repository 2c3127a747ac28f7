// Demanding progress of a healed world: again and again, what had arrived by some time has to be ordered at every
// honest node within the bound that progress.ts states, counted from when it reached everybody who may propose it.

import type { Instance } from "@tandem/simulator";
import type { Progress } from "./checkers/progress.ts";
import type { Work } from "./work/work.ts";

type DemandedWork = Pick<Work, "last" | "isWaiting" | "spreadMs" | "honestViews">;

interface Demand {
  /** Work up to this one. */
  readonly last: number;
  readonly sinceMs: number;
  /** When it has reached everybody who may propose it. */
  readonly spreadAtMs: number;
  /** Unknown while it spreads: views go on, and what comes next has to be the view of an honest leader. */
  readonly deadlineMs: number | undefined;
}

export class Demands {
  readonly #progress: Progress;
  readonly #work: DemandedWork;
  #open: Demand | undefined;
  /** Met so far. */
  met = 0;
  /** Of its bound, what the slowest of these took, in percent. */
  slowestPercent = 0;

  constructor(progress: Progress, work: DemandedWork) {
    this.#progress = progress;
    this.#work = work;
  }

  /** What is wrong, if something is. `instances` are those that are held to it. */
  look(nowMs: number, instances: readonly Instance[]) {
    const open = this.#timed(this.#open ?? this.#begin(nowMs), nowMs);
    const isNew = this.#open === undefined;
    this.#open = open;
    if (isNew) return undefined;
    const late = instances.find((instance) => this.#work.isWaiting(instance, open.last));
    if (late === undefined) return this.#meet(open, nowMs);
    if (open.deadlineMs === undefined || nowMs <= open.deadlineMs) return undefined;
    const what = `work of ${open.sinceMs} ms is not ordered at ${nowMs} ms`;
    return { checker: "progress", what, instance: late } as const;
  }

  #begin(nowMs: number): Demand {
    const { last } = this.#work;
    return { last, sinceMs: nowMs, spreadAtMs: nowMs + this.#work.spreadMs(nowMs), deadlineMs: undefined };
  }

  #timed(demand: Demand, nowMs: number): Demand {
    if (demand.deadlineMs !== undefined || nowMs < demand.spreadAtMs) return demand;
    return { ...demand, deadlineMs: nowMs + this.#progress.boundMs(this.#work.honestViews()) };
  }

  #meet({ sinceMs, spreadAtMs, deadlineMs }: Demand, nowMs: number): undefined {
    this.met++;
    const untilMs = deadlineMs ?? spreadAtMs + this.#progress.boundMs(this.#work.honestViews());
    const percent = Math.ceil((100 * (nowMs - sinceMs)) / (untilMs - sinceMs));
    this.slowestPercent = Math.max(this.slowestPercent, percent);
    this.#open = undefined;
  }
}
