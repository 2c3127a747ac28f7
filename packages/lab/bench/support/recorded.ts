// What some work hashes, so that the same hashing can be done without the work: as many calls, of the same sizes.

import { nativeHasher, useNative } from "@tandem/native";
import { type Hasher, useHasher } from "@tandem/shared";
import type { Work } from "../../../../scripts/bench/measure.ts";

/** Sizes of messages and of runs of blocks, in the order of the calls. */
export interface Hashed {
  readonly messages: readonly number[];
  readonly blocks: readonly number[];
}

export function hashedBy(work: () => void): Hashed {
  const messages: number[] = [];
  const blocks: number[] = [];
  const recorder: Hasher = {
    name: "recorder",
    sha256(message) {
      messages.push(message.length);
      return nativeHasher.sha256(message);
    },
    hashPairs(pairs, output) {
      blocks.push(pairs.length);
      nativeHasher.hashPairs(pairs, output);
    },
  };
  useHasher(recorder);
  work();
  useNative();
  return { messages, blocks };
}

/** Of blocks alone: those of `all` that are not in `some`. */
export function blocksBeside(all: Hashed, some: Hashed): Hashed {
  const left = new Map<number, number>();
  for (const size of some.blocks) left.set(size, (left.get(size) ?? 0) + 1);
  const blocks = all.blocks.filter((size) => {
    const count = left.get(size) ?? 0;
    left.set(size, count - 1);
    return count <= 0;
  });
  return { messages: [], blocks };
}

export function hashingAgain(items: number, { messages, blocks }: Hashed): Work {
  const inputs = messages.map((length) => new Uint8Array(length));
  const pairs = blocks.map((length) => new Uint8Array(length));
  const output = new Uint8Array(blocks.reduce((most, length) => Math.max(most, length / 2), 0));
  const run = () => {
    for (const input of inputs) nativeHasher.sha256(input);
    for (const each of pairs) nativeHasher.hashPairs(each, output.subarray(0, each.length / 2));
  };
  return { items, run };
}
