// O8: where nothing is to be ordered there is a block each heartbeat nevertheless. So a node can know that ordering stands
// still, however many links it has: validators that lost the record of what they signed are linked and do not vote (S8).

import type { NetworkLimits } from "@tandem/shared";

export interface FinalityStatus {
  /** Since a block of the order chain last became final here; since the start of the node before there was one. */
  readonly sinceMs: number;
  /** It should not take longer. */
  readonly withinMs: number;
  readonly isStalled: boolean;
}

/**
 * Twice the pause between two blocks of an idle network, for a beat may fall just after a view that brought none; and Δ for
 * four leaders in a row that are silent, 3 + 6 + 12 + 24 as timers double (S2), and the fifth, whose block takes a few of 16.
 */
export function finalWithinMs({ heartbeatMs, deltaMs }: Pick<NetworkLimits, "heartbeatMs" | "deltaMs">): number {
  return 2 * heartbeatMs + 64 * deltaMs;
}

export class Finality {
  readonly #withinMs: number;
  readonly #nowMs: () => number;
  #height = 0;
  #lastMs: number;

  constructor(withinMs: number, nowMs: () => number = () => performance.now()) {
    this.#withinMs = withinMs;
    this.#nowMs = nowMs;
    this.#lastMs = nowMs();
  }

  /** The node has started: to read what it stored may have taken long. */
  start(): void {
    this.#lastMs = this.#nowMs();
  }

  onFinal(height: number): void {
    if (height <= this.#height) return;
    this.#height = height;
    this.#lastMs = this.#nowMs();
  }

  get status(): FinalityStatus {
    const sinceMs = Math.round(this.#nowMs() - this.#lastMs);
    return { sinceMs, withinMs: this.#withinMs, isStalled: sinceMs > this.#withinMs };
  }
}
