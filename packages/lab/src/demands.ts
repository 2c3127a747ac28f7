// Demanding progress of a healed world: again and again, what had arrived by some time has to be ordered at every
// honest node within the bound that progress.ts states.

import type { Progress } from "./checkers/progress.ts";
import type { Node } from "./nodes/node.ts";

interface Demand {
  /** Items up to this one. */
  readonly item: number;
  readonly sinceMs: number;
  readonly deadlineMs: number;
}

export class Demands {
  readonly #progress: Progress;
  #open: Demand | undefined;
  /** Met so far. */
  met = 0;
  /** Of its bound, what the slowest of these took, in percent. */
  slowestPercent = 0;

  constructor(progress: Progress) {
    this.#progress = progress;
  }

  /** `item` is the last that was given to all nodes before `nowMs`. What is wrong, if something is. */
  look(nowMs: number, item: number, nodes: readonly (readonly [instance: number, node: Node])[]) {
    const open = this.#open;
    if (open === undefined) {
      this.#open = { item, sinceMs: nowMs, deadlineMs: nowMs + this.#progress.boundMs() };
      return undefined;
    }
    const late = nodes.find(([, { room }]) => isWaiting(room.waiting, open.item));
    if (late === undefined) {
      this.met++;
      const percent = Math.ceil((100 * (nowMs - open.sinceMs)) / (open.deadlineMs - open.sinceMs));
      this.slowestPercent = Math.max(this.slowestPercent, percent);
      this.#open = undefined;
      return undefined;
    }
    if (nowMs <= open.deadlineMs) return undefined;
    const [instance, node] = late;
    const what = `work of ${open.sinceMs} ms is not ordered at ${nowMs} ms, at height ${node.finals.length}`;
    return { checker: "progress", what, instance } as const;
  }
}

/** Items wait in the order in which they came, so an old one is among the first. */
function isWaiting(waiting: ReadonlySet<number>, last: number): boolean {
  for (const item of waiting) if (item <= last) return true;
  return false;
}
