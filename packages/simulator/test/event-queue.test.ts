import fc from "fast-check";
import { expect, test } from "vitest";
import { EventQueue } from "../src/event-queue.ts";

interface Said {
  timeUs: number;
  readonly target: number;
  readonly name: number;
}

/** What the queue must do, the slow way: a list sorted by time, and of one time by when it was said. */
class NaiveQueue {
  said: Said[] = [];

  pop(): number | undefined {
    const first = this.said.reduce<Said | undefined>(
      (best, one) => (best && best.timeUs <= one.timeUs ? best : one),
      undefined,
    );
    this.said = this.said.filter((one) => one !== first);
    return first?.name;
  }
}

const operation = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("push" as const), timeUs: fc.nat(50), target: fc.nat(2) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("pop" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("move" as const),
      target: fc.nat(2),
      byUs: fc.integer({ min: -30, max: 30 }),
    }),
  },
);

test("events come in the order of a sorted list, also after some were moved", () => {
  const property = fc.property(fc.array(operation, { maxLength: 300 }), (operations) => {
    const queue = new EventQueue(4);
    const naive = new NaiveQueue();
    for (const [name, step] of operations.entries()) {
      if (step.kind === "push") {
        queue.push(step.timeUs, 1, step.target, 0, 0, name);
        naive.said.push({ timeUs: step.timeUs, target: step.target, name });
      } else if (step.kind === "pop") {
        expect(popped(queue)).toBe(naive.pop());
      } else {
        const affected = naive.said.filter(({ target }) => target === step.target);
        for (const one of affected) one.timeUs = Math.max(0, one.timeUs + step.byUs);
        const moved = queue.move(1, step.target, (timeUs) => Math.max(0, timeUs + step.byUs));
        expect(moved).toBe(affected.length);
      }
    }
    for (const _ of [...naive.said]) expect(popped(queue)).toBe(naive.pop());
    expect(queue.length).toBe(0);
  });
  fc.assert(property, { seed: 1, numRuns: 500 });
});

function popped(queue: EventQueue): unknown {
  if (queue.length === 0) return undefined;
  const slot = queue.pop();
  const name = queue.payloadOf(slot);
  queue.release(slot);
  return name;
}

test("an event keeps all that was said of it, also while its slot waits and others come and go", () => {
  const queue = new EventQueue(2);
  queue.push(5, 3, 7, 11, 13, "kept");
  const slot = queue.pop();
  for (let i = 0; i < 100; i++) queue.push(i, 1, 1, 1, 1, "other");
  for (let i = 0; i < 50; i++) queue.release(queue.pop());
  for (let i = 0; i < 100; i++) queue.push(i, 2, 2, 2, 2, "another");
  expect([queue.kindOf(slot), queue.targetOf(slot), queue.sourceOf(slot), queue.markOf(slot)]).toEqual([3, 7, 11, 13]);
  expect(queue.payloadOf(slot)).toBe("kept");
});

test("an empty queue has nothing next", () => {
  expect(new EventQueue().nextUs).toBe(Number.POSITIVE_INFINITY);
});

test("moving leaves events of other kinds where they are", () => {
  const queue = new EventQueue();
  queue.push(10, 0, 1, 0, 0, "message");
  queue.push(20, 1, 1, 0, 0, "timer");
  expect(queue.move(1, 1, () => 5)).toBe(1);
  expect([popped(queue), popped(queue)]).toEqual(["timer", "message"]);
});
