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
  #isResting = false;
  /** The room above has something to propose. */
  isLocal = false;
  /** Told by a peer, or by its votes or proposal; for this view. */
  isStirred = false;
  /** The heartbeat asks for a block even if it is empty, until a view brings one. */
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
  enter(nullified: number): void {
    this.#deltaMs = this.#config.deltaMs * 2 ** Math.min(nullified, growthMax);
    this.#isRunning = false;
    this.#isSettling = false;
    this.isStirred = false;
    this.isForwarded = false;
    this.hasWaited = false;
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

  /** The heartbeat, counted from the start or from the last view that brought a block. */
  rest(): Effect<Block>[] {
    this.isBeat = false;
    this.#isResting = false;
    return this.#setBeat();
  }

  /**
   * A part of the heartbeat is over. After half of it another's beat is believed: those who beat first need not lead,
   * and one validator alone can at most double the number of empty blocks. After the whole we beat ourselves.
   */
  onBeat(beat: number): Effect<Block>[] {
    if (beat !== this.#beat || this.isBeat) return [];
    if (this.#isResting) {
      this.isBeat = true;
      return [];
    }
    this.#isResting = true;
    return this.#setBeat();
  }

  hearBeat(): void {
    if (this.#isResting) this.isBeat = true;
  }

  #setBeat(): Effect<Block>[] {
    const afterMs = Math.ceil(this.#config.heartbeatMs / 2);
    return [{ kind: "set-timer", timer: { name: "heartbeat", beat: ++this.#beat }, afterMs }];
  }
}
