// Work that needs records of a store and does no I/O itself: it yields the keys of a batch and goes on with their
// values. Whoever has the store drives it: a shell with `readFrom`, the simulator with `readNow`, a machine by
// asking its shell for each batch. A `StoreFault` comes out of the step that was given the bad records.

import { concatBytes } from "../bytes.ts";
import type { SparseStore } from "./store.ts";

/** One value for each key, or `undefined` where there is none. */
export type Records = readonly (Uint8Array | undefined)[];

/** It never yields an empty batch. */
export type Reading<T> = Generator<readonly Uint8Array[], T, Records>;

export async function readFrom<T>(store: SparseStore, reading: Reading<T>): Promise<T> {
  let step = reading.next();
  while (step.done !== true) step = reading.next(await store.read(step.value));
  return step.value;
}

/** At once, for records that are in memory. */
export function readNow<T>(read: (keys: readonly Uint8Array[]) => Records, reading: Reading<T>): T {
  let step = reading.next();
  while (step.done !== true) step = reading.next(read(step.value));
  return step.value;
}

/** Several readings side by side: what they ask for at the same time is one batch. */
export function* readTogether<T>(readings: readonly Reading<T>[]): Reading<readonly T[]> {
  const steps = readings.map((reading) => ({ reading, step: reading.next() }));
  for (;;) {
    if (steps.every(({ step }) => step.done === true)) return steps.map(({ step }) => step.value as T);
    const records = yield steps.flatMap(({ step }) => (step.done === true ? [] : step.value));
    let at = 0;
    for (const each of steps) {
      if (each.step.done === true) continue;
      const count = each.step.value.length;
      each.step = each.reading.next(records.slice(at, at + count));
      at += count;
    }
  }
}

/** T2: a reading of a map whose records lie under a prefix. */
export function* readUnder<T>(prefix: Uint8Array, reading: Reading<T>): Reading<T> {
  let step = reading.next();
  while (step.done !== true) step = reading.next(yield step.value.map((key) => concatBytes(prefix, key)));
  return step.value;
}
