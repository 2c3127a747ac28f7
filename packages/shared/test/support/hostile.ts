// What a peer could send: arbitrary bytes, and valid encodings with something changed.

import { expect } from "vitest";
import type { Failure, Result } from "../../src/result.ts";

/** A small deterministic generator (splitmix32), so that a failure names the run that shows it. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** A whole number from 0 to below `bound`. */
  below(bound: number): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    let z = this.#state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) % bound;
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256));
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
}

/** One change to a valid encoding, of a kind that the generator chooses. */
export function mutate(random: Random, valid: Uint8Array): Uint8Array {
  const at = random.below(valid.length + 1);
  const copy = valid.slice();
  switch (random.below(8)) {
    case 0: // a bit
      if (at < copy.length) copy[at] = (copy[at] as number) ^ (1 << random.below(8));
      return copy;
    case 1: // a byte
      if (at < copy.length) copy[at] = random.below(256);
      return copy;
    case 2: // an extreme byte
      if (at < copy.length) copy[at] = random.pick([0, 1, 0x7f, 0x80, 0xff]);
      return copy;
    case 3: // cut short
      return copy.slice(0, at);
    case 4: // something after the end
      return Uint8Array.from([...copy, ...random.bytes(1 + random.below(8))]);
    case 5: // something in the middle
      return Uint8Array.from([...copy.slice(0, at), ...random.bytes(1 + random.below(4)), ...copy.slice(at)]);
    case 6: // something left out
      return Uint8Array.from([...copy.slice(0, at), ...copy.slice(at + 1 + random.below(4))]);
    default: {
      // an extreme 32-bit number, where an offset or length may be
      if (copy.length < 4) return copy;
      new DataView(copy.buffer).setUint32(
        random.below(copy.length - 3),
        random.pick([0, 1, 3, 4, 0x7fffffff, 0x80000000, 0xffffffff]),
        random.below(2) === 0,
      );
      return copy;
    }
  }
}

export interface Attack<T> {
  readonly name: string;
  decode(bytes: Uint8Array): Result<T, Failure>;
  encode(value: T): Uint8Array;
  readonly valid: readonly Uint8Array[];
  /** Default 100,000. */
  readonly runs?: number;
  readonly seed?: number;
}

/**
 * Feeds byte strings to a decoder, half of them mutations of valid encodings. Whatever decodes must encode
 * to the same bytes (one encoding a value); whatever does not must give a typed error; nothing may throw.
 */
export function attackDecoder<T>(attack: Attack<T>): void {
  const random = new Random(attack.seed ?? 1);
  const runs = attack.runs ?? 100_000;
  const refused = new Map<string, number>();
  let decoded = 0;
  for (let run = 0; run < runs; run++) {
    const bytes = run % 2 === 0 ? random.bytes(random.below(200)) : mutate(random, random.pick(attack.valid));
    const result = attack.decode(bytes);
    if (result.ok) {
      decoded++;
      if (Buffer.compare(attack.encode(result.value), bytes) !== 0) {
        expect.fail(`${attack.name}, run ${run}: two encodings of one value: ${Buffer.from(bytes).toString("hex")}`);
      }
    } else {
      const { code, message, path } = result.error;
      if (typeof code !== "string" || typeof message !== "string" || typeof path !== "string") {
        expect.fail(`${attack.name}, run ${run}: not a typed error`);
      }
      refused.set(code, (refused.get(code) ?? 0) + 1);
    }
  }
  const codes = [...refused].sort().map(([code, count]) => `${code} ${count}`);
  console.log(`${attack.name}: ${runs} byte strings, ${decoded} decoded; refused: ${codes.join(", ")}`);
  expect(decoded, "mutations that decode show that the valid ones were near").toBeGreaterThanOrEqual(0);
  expect(refused.size).toBeGreaterThan(0);
}
