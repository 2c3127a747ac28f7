// Draws from a seed: the same seed gives the same calls on every machine (mulberry32, a counter and a mixing of 32 bits).

import { integerMax, integerMin, type Value } from "@tandem/shared";

const edges: readonly bigint[] = [
  0n,
  1n,
  -1n,
  23n,
  24n,
  1n << 64n,
  (1n << 128n) - 1n,
  1n << 128n,
  integerMin,
  integerMax,
];
const texts = ["", "a", "seat-1", "a/tokens", "__proto__", "\u0000", "ü", "x".repeat(64), "x".repeat(200)];
const lengths = [0, 1, 31, 32, 33, 128, 129, 1000];

export class Draw {
  private state: number;

  constructor(seed: number) {
    this.state = seed | 0;
  }

  /** A whole number from 0 on, less than `count`. */
  below(count: number): number {
    this.state = (this.state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % count;
  }

  /** True once in so many times. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }

  /** Mostly small, at times at an edge of some range. */
  integer(): bigint {
    return this.oneIn(4) ? this.pick(edges) : BigInt(this.below(40));
  }

  bytes(): Uint8Array {
    return new Uint8Array(this.pick(lengths)).fill(this.below(4));
  }

  /** Any value, small or not. */
  value(depth = 3): Value {
    switch (this.below(depth > 0 ? 8 : 6)) {
      case 0:
        return null;
      case 1:
        return this.oneIn(2);
      case 2:
        return this.pick(texts);
      case 3:
        return this.bytes();
      case 6:
        return this.values(depth);
      case 7:
        return new Map(this.values(depth).map((value) => [this.pick(texts), value]));
      default:
        return this.integer();
    }
  }

  private values(depth: number): Value[] {
    return Array.from({ length: this.below(4) }, () => this.value(depth - 1));
  }
}
