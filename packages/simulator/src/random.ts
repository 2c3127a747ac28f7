// All chance in a world comes from its seed, split into streams by name. A stream depends on the seed and its own
// name alone, not on what others drew: leaving out a fault leaves the network's draws as they were.

import { assert } from "@tandem/shared";

/** A generator (sfc32) whose four words are hashed from seed and name. */
export class Random {
  readonly #seed: number;
  readonly #name: string;
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number, name = "") {
    assert(Number.isSafeInteger(seed) && seed >= 0, "a seed is a whole number from 0 to 2^53 - 1");
    this.#seed = seed;
    this.#name = name;
    this.#a = hashName(seed, name, 1);
    this.#b = hashName(seed, name, 2);
    this.#c = hashName(seed, name, 3);
    for (let i = 0; i < 12; i++) this.uint32();
  }

  /** A stream of its own, the same whatever was drawn here. */
  fork(name: string): Random {
    return new Random(this.#seed, `${this.#name}/${name}`);
  }

  uint32(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** A whole number from 0 to below `bound`, which is at most 2^32. */
  below(bound: number): number {
    return Math.floor((this.uint32() * bound) / 2 ** 32);
  }

  /** A whole number from `first` to `last`, both included. */
  between(first: number, last: number): number {
    return first + this.below(last - first + 1);
  }

  chance(ppm: number): boolean {
    return this.below(1_000_000) < ppm;
  }

  pick<T>(items: readonly T[]): T {
    assert(items.length > 0, "there is something to pick from");
    return items[this.below(items.length)] as T;
  }

  /** So many of the items, each at most once, in a random order. */
  pickSome<T>(items: readonly T[], count: number): T[] {
    const rest = [...items];
    const picked: T[] = [];
    while (picked.length < count && rest.length > 0) picked.push(...rest.splice(this.below(rest.length), 1));
    return picked;
  }
}

function hashName(seed: number, name: string, lane: number): number {
  let hash = scramble(lane ^ scramble(seed | 0) ^ scramble(Math.floor(seed / 2 ** 32) + 0x5bd1e995));
  for (let i = 0; i < name.length; i++) hash = scramble((hash ^ name.charCodeAt(i)) + 0x9e3779b9);
  return hash;
}

/** Spreads each bit of a word over all of it; no two words become one. */
export function scramble(word: number): number {
  let z = word | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return z ^ (z >>> 15);
}

/** The draw of that number from the stream of two keys: for streams too many to keep a generator each. */
export function drawAt(keyA: number, keyB: number, number: number): number {
  let z = (keyA + Math.imul(number, 0x9e3779b9)) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad) ^ keyB;
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}
