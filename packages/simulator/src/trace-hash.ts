// A hash over everything that happened, in order: 64 bits in two words, a few operations a value. It tells two runs
// apart; it does not withstand an adversary.

import { scramble } from "./random.ts";

export class TraceHash {
  #a = 0x243f6a88;
  #b = 0x85a308d3 | 0;

  /** Given the value, no two states become one. */
  mix(value: number): void {
    const a = Math.imul(this.#a ^ value, 0x9e3779b1);
    this.#a = (((a << 15) | (a >>> 17)) + this.#b) | 0;
    const b = Math.imul(this.#b ^ this.#a, 0x85ebca77);
    this.#b = (b << 13) | (b >>> 19);
  }

  /** 16 hexadecimal digits. */
  get hex(): string {
    const a = scramble(this.#a ^ scramble(this.#b));
    return word(a) + word(scramble(this.#b ^ a));
  }
}

function word(value: number): string {
  return (value >>> 0).toString(16).padStart(8, "0");
}
