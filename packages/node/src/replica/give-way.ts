// Threads that work in bulk give way to the main thread where cores are scarce: it keeps links and the API alive, has
// little to do, and must not wait for a turn behind work that can. Measured with four nodes on two cores, this halves the
// delay of the main threads' event loops under full load, and costs no throughput.

import { getPriority, setPriority } from "node:os";

/**
 * Niceness above that of the process. The machine's thread comes before those that check signatures for it, and these before
 * programs, whose results nobody waits for to order anything.
 */
export const niceness = { machine: 8, verify: 10, execute: 12 } as const;

const nicestPriority = 19;

/**
 * Of the calling thread, below the main thread, whose number is the process's. Linux alone has a priority for each thread;
 * elsewhere it would be the whole process's.
 */
export function giveWay(by: number): void {
  if (process.platform !== "linux") return;
  setPriority(0, Math.min(nicestPriority, getPriority(process.pid) + by));
}
