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
  /** Consecutive nullified views. */
  #nullified = 0;
  #isRunning = false;
  #isSettling = false;
  #beat = 0;
  /** The room above has something to propose. */
  isLocal = false;
  /** Told by a peer, by its votes or proposal, or by the heartbeat; for this view. */
  isStirred = false;
  /** The heartbeat asks for a block even if it is empty. */
  isBeat = false;
  /** Our reason was forwarded in this view. */
  isForwarded = false;
  /** The leader has waited for the finalization of what is notarized. */
  hasWaited = false;
  /** Something happened since the last beat. */
  isAlive = false;

  constructor(config: PaceConfig) {
    this.#config = config;
  }

  enter(afterNullified: boolean): void {
    this.#nullified = afterNullified ? this.#nullified + 1 : 0;
    this.#isRunning = false;
    this.#isSettling = false;
    this.isStirred = false;
    this.isBeat = false;
    this.isForwarded = false;
    this.hasWaited = false;
    this.isAlive = true;
  }

  /** Starts the timers of `view` unless they run. */
  start(view: View): Effect<Block>[] {
    if (this.#isRunning) return [];
    this.#isRunning = true;
    const delta = this.#config.deltaMs * 2 ** Math.min(this.#nullified, growthMax);
    return [
      { kind: "set-timer", timer: { name: "leader", view }, afterMs: 2 * delta },
      { kind: "set-timer", timer: { name: "advance", view }, afterMs: 3 * delta },
    ];
  }

  /** The view's timers are over, or nothing is left to wait for. */
  stop(): void {
    this.#isRunning = false;
  }

  /** A leader with no reason but an unfinal block waits for Δ, once a view. */
  settle(view: View): Effect<Block>[] {
    if (this.#isSettling) return [];
    this.#isSettling = true;
    return [{ kind: "set-timer", timer: { name: "settle", view }, afterMs: this.#config.deltaMs }];
  }

  repeat(view: View): Effect<Block>[] {
    const afterMs = 2 * this.#config.deltaMs * 2 ** Math.min(this.#nullified, growthMax);
    return [{ kind: "set-timer", timer: { name: "repeat", view }, afterMs }];
  }

  /** Whether this is the running heartbeat. */
  isCurrent(beat: number): boolean {
    return beat === this.#beat;
  }

  beat(): Effect<Block>[] {
    this.#beat++;
    this.isAlive = false;
    return [{ kind: "set-timer", timer: { name: "heartbeat", beat: this.#beat }, afterMs: this.#config.heartbeatMs }];
  }
}
