// Every small thing that can be done to the encoding of a proof. A proof that still verifies after one of
// them is a second proof of the same statement, or proof of a wrong one.

import { expect } from "vitest";

interface Tampered {
  readonly how: string;
  readonly bytes: Uint8Array;
}

/** Each byte in turn takes each other value that `values` gives for it. */
function* changedBytes(valid: Uint8Array, values: (byte: number) => Iterable<number>): Generator<Tampered> {
  for (let at = 0; at < valid.length; at++) {
    for (const value of values(valid[at] as number)) {
      const bytes = valid.slice();
      bytes[at] = value;
      yield { how: `byte ${at} is ${value}, not ${valid[at]}`, bytes };
    }
  }
}

function* cut(valid: Uint8Array): Generator<Tampered> {
  for (let length = 0; length < valid.length; length++) {
    yield { how: `cut to ${length} bytes`, bytes: valid.slice(0, length) };
    yield { how: `the first ${valid.length - length} bytes cut off`, bytes: valid.slice(valid.length - length) };
  }
}

function* extended(valid: Uint8Array): Generator<Tampered> {
  for (const count of [1, 2, 4, 32, 90, 91]) {
    for (const fill of [0x00, 0x01, 0xff]) {
      const more = new Uint8Array(count).fill(fill);
      yield { how: `${count} times ${fill} after it`, bytes: Uint8Array.from([...valid, ...more]) };
      yield { how: `${count} times ${fill} before it`, bytes: Uint8Array.from([...more, ...valid]) };
    }
  }
}

function everyOther(byte: number): number[] {
  return Array.from({ length: 255 }, (_, i) => (byte + i + 1) % 256);
}

function everyBit(byte: number): number[] {
  return Array.from({ length: 8 }, (_, bit) => byte ^ (1 << bit));
}

/** How much is tried on each byte: all other values, or all its bits where a proof is long. */
export type Thoroughness = "values" | "bits";

export function expectNoneAccepted(
  valid: Uint8Array,
  thoroughness: Thoroughness,
  accepts: (bytes: Uint8Array) => boolean,
): void {
  expect(accepts(valid), "the untouched proof").toBe(true);
  const changes = changedBytes(valid, thoroughness === "values" ? everyOther : everyBit);
  for (const variants of [changes, cut(valid), extended(valid)]) {
    for (const { how, bytes } of variants) if (accepts(bytes)) expect.fail(`accepted: ${how}`);
  }
}

/** All lists that differ from `items` by one dropped, one doubled, or two exchanged. */
export function rearranged<Item>(items: readonly Item[]): Item[][] {
  const lists: Item[][] = [];
  for (let i = 0; i < items.length; i++) {
    lists.push(items.filter((_, at) => at !== i));
    lists.push([...items.slice(0, i), items[i] as Item, ...items.slice(i)]);
    for (let j = i + 1; j < items.length; j++) {
      const exchanged = [...items];
      [exchanged[i], exchanged[j]] = [items[j] as Item, items[i] as Item];
      lists.push(exchanged);
    }
  }
  return lists;
}
