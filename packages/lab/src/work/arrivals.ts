// When work arrives, from the setting alone: item i arrives at one time, and reaches each node a little later, as
// blobs do that validators push to each other (O6).

import type { Random } from "@tandem/simulator";
import type { Workload } from "../setting.ts";

export interface Arrival {
  readonly item: number;
  readonly atMs: number;
}

/** Arrivals in rising order, as far as they are asked for. */
export class Arrivals {
  readonly #workload: Workload;
  readonly #random: Random;
  #next = 1;
  #atMs = 0;

  constructor(workload: Workload, random: Random) {
    this.#workload = workload;
    this.#random = random;
  }

  /** Those before `untilMs` that were not taken yet. */
  take(untilMs: number): Arrival[] {
    const taken: Arrival[] = [];
    while (this.#atMs < untilMs) {
      taken.push({ item: this.#next++, atMs: this.#atMs });
      this.#atMs = this.#after(this.#atMs);
    }
    return taken;
  }

  #after(atMs: number): number {
    const { kind, itemsPerSecond, burstMs, silenceMs } = this.#workload;
    const gapMs = Math.floor(1000 / itemsPerSecond);
    const next = atMs + 1 + this.#random.below(2 * gapMs);
    if (kind === "busy") return next;
    const cycleMs = burstMs + silenceMs;
    if (next % cycleMs < burstMs) return next;
    return kind === "idle" ? Number.POSITIVE_INFINITY : next - (next % cycleMs) + cycleMs;
  }
}
