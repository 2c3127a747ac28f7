// Encrypting takes the main thread about 4 ms a megabyte, and a socket that takes everything at once would let one link
// go on without end. So all links together have a number of bytes for each turn of the event loop; the others wait for
// the next turn, first come first served.

import { turnBytesMax } from "./network-config.ts";

export class Turns {
  #bytesLeft = turnBytesMax;
  #scheduled = false;
  #waiting: (() => void)[] = [];

  /** Whether more may be sent in this turn. */
  get isOpen(): boolean {
    return this.#bytesLeft > 0;
  }

  /** Counts what was sent, small chunks that did not ask included. */
  take(bytes: number): void {
    this.#bytesLeft -= bytes;
    this.#schedule();
  }

  /** Calls back once, in the next turn. */
  wait(next: () => void): void {
    this.#waiting.push(next);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#begin());
  }

  #begin(): void {
    this.#scheduled = false;
    this.#bytesLeft = turnBytesMax;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const next of waiting) next();
  }
}
