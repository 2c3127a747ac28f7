// What the pool's orders rest on, against sorting; and that it costs what is looked at, not what is held.

import fc from "fast-check";
import { expect, test } from "vitest";
import { IndexedHeap, Walk } from "../src/pool/heap.ts";

interface Item {
  readonly rank: number;
  readonly id: number;
}

let compared = 0;
function before(a: Item, b: Item): boolean {
  compared += 1;
  return a.rank === b.rank ? a.id < b.id : a.rank < b.rank;
}

function heapOf(items: readonly Item[]): IndexedHeap<Item> {
  const heap = new IndexedHeap(before);
  for (const item of items) heap.add(item);
  return heap;
}

function sorted(items: readonly Item[]): readonly Item[] {
  return items.toSorted((a, b) => a.rank - b.rank || a.id - b.id);
}

function drain(source: { next(): Item | undefined }): readonly Item[] {
  const all: Item[] = [];
  for (let next = source.next(); next !== undefined; next = source.next()) all.push(next);
  return all;
}

const anyItems = fc
  .array(fc.nat(40), { maxLength: 60, size: "max" })
  .map((ranks) => ranks.map((rank, id) => ({ rank, id })));

test("whatever is taken out, the rest comes in order", () => {
  fc.assert(
    fc.property(anyItems, fc.array(fc.nat(59), { maxLength: 40, size: "max" }), (items, taken) => {
      const heap = heapOf(items);
      const left = new Set(items);
      for (const index of taken) {
        const item = items[index];
        if (item !== undefined && left.delete(item)) heap.remove(item);
      }
      expect(drain(new Walk([heap], before, () => false))).toEqual(sorted([...left]));
      expect(drain({ next: () => heap.pop() })).toEqual(sorted([...left]));
      expect(heap.size).toBe(0);
    }),
    { seed: 3, numRuns: 400 },
  );
});

test("a walk leads through several heaps in one order, with what turns up, and leaves them as they are", () => {
  fc.assert(
    fc.property(anyItems, (items) => {
      const [left, right] = [
        heapOf(items.filter(({ id }) => id % 3 === 0)),
        heapOf(items.filter(({ id }) => id % 3 === 1)),
      ];
      const walk = new Walk([left, right], before, ({ id }) => id % 7 === 0);
      for (const item of items) if (item.id % 3 === 2) walk.offer(item);
      const wanted = items.filter(({ id }) => id % 3 === 2 || id % 7 !== 0);
      expect(drain(walk)).toEqual(sorted(wanted));
      expect([left.size, right.size]).toEqual([0, 1].map((part) => items.filter(({ id }) => id % 3 === part).length));
    }),
    { seed: 3, numRuns: 400 },
  );
});

test("the best ten of 10,000 cost some hundred comparisons", () => {
  const heap = heapOf(Array.from({ length: 10_000 }, (_, id) => ({ rank: (id * 7919) % 10_007, id })));
  const walk = new Walk([heap], before, () => false);
  compared = 0;
  for (let count = 0; count < 10; count++) walk.next();
  expect(compared).toBeLessThan(300);
});
