// How the engine collects garbage in a node. What a node holds is mostly bytes of blobs and frames, which lie outside of
// the heap. The engine by itself marks the whole heap anew whenever 64 MB of such bytes have come, freed or not: several
// times a second under load, a third of all CPU, and the main thread stands still for tens of milliseconds. Counted
// together with the heap, they lead to a collection when they are much beside what is in use.

import { setFlagsFromString } from "node:v8";

/** For the whole process; threads that start later take it over. */
export function tuneMemory(): void {
  setFlagsFromString("--external-memory-accounted-in-global-limit");
}
