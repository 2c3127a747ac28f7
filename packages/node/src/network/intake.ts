// What one peer has given in one lane and the receiver still works on. Beyond the bound the lane's stream is paused, so
// that the peer has to wait and no memory is spent on it but a window.

import { frameOverheadBytes } from "./network-config.ts";

export class Intake {
  readonly #bytesMax: number;
  #bytes = 0;
  /** Whoever reads the stream now; called when there is room again. */
  onRoom: () => void = () => undefined;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get isFull(): boolean {
    return this.#bytes > this.#bytesMax;
  }

  hold(frameBytes: number, done: Promise<void>): void {
    const cost = frameBytes + frameOverheadBytes;
    this.#bytes += cost;
    const free = () => {
      const wasFull = this.isFull;
      this.#bytes -= cost;
      if (wasFull && !this.isFull) this.onRoom();
    };
    // Done with it is done with it, well or not: who made the promise answers for its failure.
    done.then(free, free);
  }
}
