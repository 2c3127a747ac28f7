// S2, O8: when a view's timers run. They start when a reason to propose is known, in this view, and a view in which
// no reason is left goes quiet: a timer that fires then does nothing.

import type { View } from "@tandem/shared";
import type { Effect } from "./types.ts";

export interface PaceConfig {
  readonly deltaMs: number;
  readonly heartbeatMs: number;
}

/** Timers grow to 2^4 times their length (S2). */
const growthMax = 4;

export class Pace<Block> {
  readonly #config: PaceConfig;
  /** Δ, grown. */
  #deltaMs: number;
  #run = 0;
  #isRunning = false;
  #isSettling = false;
  #beat = 0;
  /** The room above has something to propose. */
  isLocal = false;
  /** Told by a peer, or by its votes or proposal; for this view. */
  isStirred = false;
  /** The heartbeat asks for a block even if it is empty. */
  isBeat = false;
  /** Our reason was forwarded in this view. */
  isForwarded = false;
  /** The leader has waited for the finalization of what is notarized. */
  hasWaited = false;

  constructor(config: PaceConfig) {
    this.#config = config;
    this.#deltaMs = config.deltaMs;
  }

  /** A view begins, after so many that were nullified in a row. */
  enter(nullified: number): Effect<Block>[] {
    this.#deltaMs = this.#config.deltaMs * 2 ** Math.min(nullified, growthMax);
    this.#isRunning = false;
    this.#isSettling = false;
    this.isStirred = false;
    // What the heartbeat asked for is still to be made while no view brought a block.
    if (nullified === 0) this.isBeat = false;
    this.isForwarded = false;
    this.hasWaited = false;
    return this.beat();
  }

  /** Starts the timers of `view` unless they run. */
  start(view: View): Effect<Block>[] {
    if (this.#isRunning) return [];
    this.#isRunning = true;
    const run = ++this.#run;
    return [
      { kind: "set-timer", timer: { name: "leader", view, run }, afterMs: 2 * this.#deltaMs },
      { kind: "set-timer", timer: { name: "advance", view, run }, afterMs: 3 * this.#deltaMs },
    ];
  }

  /** Nothing is left to wait for: what was set is over, and a new reason starts anew. */
  stop(): void {
    this.#isRunning = false;
  }

  /** Whether a timer is of the run that is on. */
  isOn(run: number): boolean {
    return this.#isRunning && run === this.#run;
  }

  /** A leader with no reason but an unfinal block waits for Δ, once a view. */
  settle(view: View): Effect<Block>[] {
    if (this.#isSettling) return [];
    this.#isSettling = true;
    return [{ kind: "set-timer", timer: { name: "settle", view }, afterMs: this.#config.deltaMs }];
  }

  repeat(view: View): Effect<Block>[] {
    return [{ kind: "set-timer", timer: { name: "repeat", view, run: this.#run }, afterMs: 2 * this.#deltaMs }];
  }

  /** Whether this is the running heartbeat. */
  isCurrent(beat: number): boolean {
    return beat === this.#beat;
  }

  /**
   * The heartbeat, counted from the last entry into a view: all enter within Δ, so all beat together, and the leader
   * knows the reason by itself.
   */
  beat(): Effect<Block>[] {
    this.#beat++;
    return [{ kind: "set-timer", timer: { name: "heartbeat", beat: this.#beat }, afterMs: this.#config.heartbeatMs }];
  }
}
