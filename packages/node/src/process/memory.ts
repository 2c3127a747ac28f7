// How the engine collects garbage in a node. What a node holds is mostly bytes of blobs and frames, which lie outside of
// the heap. The engine by itself marks the whole heap anew whenever 64 MB of such bytes have come, freed or not: several
// times a second under load, a third of all CPU, and the main thread stands still for tens of milliseconds.

import { setFlagsFromString } from "node:v8";

export const memoryFlags: readonly string[] = [
  // These bytes and the heap are counted together, beside what was in use after the last collection.
  "--external-memory-accounted-in-global-limit",
  // The next one comes at four times that: a node under load takes some 800 MB instead of 550.
  "--heap-growing-percent=300",
];

/** For the whole process; threads that start later take it over. */
export function tuneMemory(): void {
  for (const flag of memoryFlags) setFlagsFromString(flag);
}
