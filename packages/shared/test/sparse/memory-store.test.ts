// The store in memory against a plain map, over writes that overwrite, delete and come back.

import fc from "fast-check";
import { expect, test } from "vitest";
import { MemoryStore, type StoreBatch } from "../../src/sparse/index.ts";
import { Random } from "../support/hostile.ts";
import { hex } from "./support.ts";

const bytes = (text: string) => new Uint8Array(Buffer.from(text, "hex"));

function writeBoth(store: MemoryStore, plain: Map<string, Uint8Array>, { puts, deletes }: StoreBatch): void {
  store.write({ puts, deletes });
  for (const key of deletes) plain.delete(hex(key));
  for (const { key, value } of puts) plain.set(hex(key), value);
}

test("any writes: reads and lists as a sorted map", async () => {
  const key = fc.uint8Array({ maxLength: 2, max: 3 });
  const record = fc.record({ key, value: fc.uint8Array({ maxLength: 40 }) });
  const batch = fc.record({ puts: fc.array(record), deletes: fc.array(key) });
  const range = fc.record({
    from: key,
    until: key,
    countMax: fc.integer({ min: 1, max: 10 }),
    isReverse: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(batch), fc.array(key), range, async (batches, keys, wanted) => {
      const store = new MemoryStore();
      const plain = new Map<string, Uint8Array>();
      for (const each of batches) writeBoth(store, plain, each);
      expect(store.size).toBe(plain.size);
      expect(await store.read(keys)).toEqual(keys.map((each) => plain.get(hex(each))));
      const inRange = [...plain.keys()].sort().filter((each) => each >= hex(wanted.from) && each < hex(wanted.until));
      if (wanted.isReverse) inRange.reverse();
      const want = inRange.slice(0, wanted.countMax).map((each) => ({ key: bytes(each), value: plain.get(each) }));
      expect(await store.list(wanted)).toEqual(want);
    }),
    { seed: 1, numRuns: 300 },
  );
});

test("stays right while it grows, is rebuilt and shrinks, and what was read stays as it was", async () => {
  const random = new Random(1);
  const store = new MemoryStore();
  const plain = new Map<string, Uint8Array>();
  const kept: { value: Uint8Array; copy: string }[] = [];
  for (let round = 0; round < 60; round++) {
    const keys = Array.from({ length: 400 }, () => bytes(random.below(5000).toString(16).padStart(4, "0")));
    const isPut = () => random.below(60) >= round;
    const puts = keys.filter(isPut).map((key) => ({ key, value: random.bytes(random.below(60)) }));
    writeBoth(store, plain, { puts, deletes: keys.filter((key) => !puts.some((put) => put.key === key)) });
    const found = await store.read(keys);
    expect(found).toEqual(keys.map((key) => plain.get(hex(key))));
    for (const value of found) if (value !== undefined) kept.push({ value, copy: hex(value) });
  }
  expect(store.size).toBe(plain.size);
  for (const { value, copy } of kept) expect(hex(value)).toBe(copy);
});
