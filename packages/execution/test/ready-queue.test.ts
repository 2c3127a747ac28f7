// A heap gives what sorting gives.

import fc from "fast-check";
import { expect, test } from "vitest";
import { ReadyQueue } from "../src/schedule/ready-queue.ts";

const newQueue = () => new ReadyQueue<number>((a, b) => a < b);

function drain(queue: ReadyQueue<number>): readonly number[] {
  const out: number[] = [];
  for (let first = queue.pop(); first !== undefined; first = queue.pop()) out.push(first);
  return out;
}

test("an empty queue gives nothing", () => {
  const queue = newQueue();
  expect([queue.first, queue.pop(), queue.pop()]).toEqual([undefined, undefined, undefined]);
});

test("what went in comes out sorted", () => {
  const given = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 200 });
  fc.assert(
    fc.property(given, (numbers) => {
      const queue = newQueue();
      for (const each of numbers) queue.push(each);
      expect(drain(queue)).toEqual(numbers.toSorted((a, b) => a - b));
    }),
    { seed: 1, numRuns: 300 },
  );
});

test("the first is always the least of what is in it, as things come and go", () => {
  const given = fc.array(fc.option(fc.integer({ min: 0, max: 50 }), { freq: 3 }), { maxLength: 200 });
  fc.assert(
    fc.property(given, (moves) => {
      const queue = newQueue();
      const held: number[] = [];
      for (const move of moves) {
        if (move === null) expect(queue.pop()).toBe(held.shift());
        else queue.push(move);
        if (move !== null) held.push(move);
        held.sort((a, b) => a - b);
        expect(queue.first).toBe(held[0]);
      }
    }),
    { seed: 2, numRuns: 300 },
  );
});
