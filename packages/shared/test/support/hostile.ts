// What a peer could send: arbitrary bytes, and valid encodings with something changed.

import { assert, expect } from "vitest";
import type { Failure, Result } from "../../src/result.ts";

/** How many times as long as usual an attack lasts: `TANDEM_RUNS`, for campaigns. */
export const runsFactor = Number(process.env["TANDEM_RUNS"] ?? 1);
assert(runsFactor > 0 && runsFactor < 1e6, "TANDEM_RUNS is a number of times");

/** A small deterministic generator (splitmix32), so that a failure names the run that shows it. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  #next(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    let z = this.#state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  }

  /** A whole number from 0 to below `bound`. */
  below(bound: number): number {
    return this.#next() % bound;
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    // What lies beyond the end is dropped.
    for (let at = 0; at < length; at += 4) {
      const word = this.#next();
      bytes[at] = word;
      bytes[at + 1] = word >>> 8;
      bytes[at + 2] = word >>> 16;
      bytes[at + 3] = word >>> 24;
    }
    return bytes;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
}

/** `bytes` with `removed` of them at `at` replaced by others. */
function splice(bytes: Uint8Array, at: number, removed: number, inserted: Uint8Array): Uint8Array {
  const after = bytes.subarray(Math.min(bytes.length, at + removed));
  const spliced = new Uint8Array(at + inserted.length + after.length);
  spliced.set(bytes.subarray(0, at));
  spliced.set(inserted, at);
  spliced.set(after, at + inserted.length);
  return spliced;
}

const nothing = new Uint8Array(0);

/** One change to a valid encoding, of a kind that the generator chooses. */
export function mutate(random: Random, valid: Uint8Array): Uint8Array {
  const at = random.below(valid.length + 1);
  const replaced = (byte: number) => splice(valid, at, 1, Uint8Array.of(byte)).subarray(0, valid.length);
  switch (random.below(8)) {
    case 0: // a bit
      return replaced((valid[at] ?? 0) ^ (1 << random.below(8)));
    case 1: // a byte
      return replaced(random.below(256));
    case 2: // an extreme byte
      return replaced(random.pick([0, 1, 0x7f, 0x80, 0xff]));
    case 3: // cut short
      return valid.slice(0, at);
    case 4: // something after the end
      return splice(valid, valid.length, 0, random.bytes(1 + random.below(8)));
    case 5: // something in the middle
      return splice(valid, at, 0, random.bytes(1 + random.below(4)));
    case 6: // something left out
      return splice(valid, at, 1 + random.below(4), nothing);
    default: {
      // an extreme 32-bit number, where an offset or length may be
      const copy = valid.slice();
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
  /** Default 100,000; times `runsFactor`. */
  readonly runs?: number;
  readonly seed?: number;
}

/** Every other one a mutation; the rest arbitrary bytes, half of them as many as a valid encoding has. */
function nextBytes(random: Random, run: number, valid: readonly Uint8Array[]): Uint8Array {
  const original = random.pick(valid);
  if (run % 2 === 0) return random.bytes(run % 4 === 0 ? random.below(200) : Math.min(1000, original.length));
  let mutated = mutate(random, original);
  // Some changes change nothing, and would count as mutations that decode.
  while (Buffer.compare(mutated, original) === 0) mutated = mutate(random, original);
  return mutated;
}

function isTypedError({ code, message, path }: Failure): boolean {
  return typeof code === "string" && typeof message === "string" && typeof path === "string";
}

/**
 * Feeds byte strings to a decoder, half of them mutations of valid encodings. Whatever decodes must encode
 * to the same bytes (one encoding a value); whatever does not must give a typed error; nothing may throw.
 * Some mutations must decode, for otherwise the attack stopped at the door and shows little.
 */
export function attackDecoder<T>(attack: Attack<T>): void {
  const random = new Random(attack.seed ?? 1);
  const runs = Math.ceil((attack.runs ?? 100_000) * runsFactor);
  const refused = new Map<string, number>();
  const decoded = { arbitrary: 0, mutated: 0 };
  const fail = (run: number, what: string, bytes: Uint8Array) =>
    expect.fail(`${attack.name}, run ${run}: ${what}: ${Buffer.from(bytes).toString("hex")}`);
  for (let run = 0; run < runs; run++) {
    const bytes = nextBytes(random, run, attack.valid);
    const result = attack.decode(bytes);
    if (result.ok) {
      decoded[run % 2 === 1 ? "mutated" : "arbitrary"]++;
      if (Buffer.compare(attack.encode(result.value), bytes) !== 0) fail(run, "two encodings of one value", bytes);
    } else {
      if (!isTypedError(result.error)) fail(run, "not a typed error", bytes);
      refused.set(result.error.code, (refused.get(result.error.code) ?? 0) + 1);
    }
  }
  const codes = [...refused].sort().map(([code, count]) => `${code} ${count}`);
  console.log(
    `${attack.name}: ${runs} byte strings; decoded: ${decoded.mutated} mutations of valid ones, ` +
      `${decoded.arbitrary} arbitrary ones; refused: ${codes.join(", ")}`,
  );
  expect(decoded.mutated, "mutations that decode").toBeGreaterThan(0);
  expect(refused.size, "codes of refusals").toBeGreaterThan(0);
}
