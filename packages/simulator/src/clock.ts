// An instance's own clock: it drifts, and faults set it forward and back.

export class Clock {
  readonly #driftPpm: number;
  #aheadUs: number;

  constructor(driftPpm: number, aheadMs: number) {
    this.#driftPpm = driftPpm;
    this.#aheadUs = aheadMs * 1000;
  }

  /** What it shows, in whole milliseconds; never less than 0. */
  nowMs(worldUs: number): number {
    const ownUs = worldUs + Math.floor((worldUs * this.#driftPpm) / 1e6) + this.#aheadUs;
    return Math.max(0, Math.floor(ownUs / 1000));
  }

  /** The world's time that passes while this clock goes on by `ownUs` or a little more. */
  worldUs(ownUs: number): number {
    if (this.#driftPpm === 0) return ownUs;
    // One more, because `nowMs` rounds down at both ends.
    return Math.ceil((ownUs * 1e6) / (1e6 + this.#driftPpm)) + 1;
  }

  set(byMs: number): void {
    this.#aheadUs += byMs * 1000;
  }
}
