// What each thread of a process has had of the processors, as Linux counts it: nanoseconds, by the name of the thread.
// Elsewhere nothing is known.

import { readdirSync, readFileSync } from "node:fs";

/** The threads of a node by what they do. */
export const parts = ["main", "replica", "verify", "disk", "engine"] as const;
export type Part = (typeof parts)[number];

export type CpuSeconds = Readonly<Record<Part, number>>;

export function readCpu(pids: readonly number[]): CpuSeconds {
  const seconds: Record<Part, number> = { main: 0, replica: 0, verify: 0, disk: 0, engine: 0 };
  for (const pid of pids) {
    for (const thread of threadsOf(pid)) seconds[partOf(pid, thread)] += secondsOf(pid, thread);
  }
  return seconds;
}

export function since(start: CpuSeconds, end: CpuSeconds): CpuSeconds {
  const difference = (part: Part) => [part, end[part] - start[part]] as const;
  return Object.fromEntries(parts.map(difference)) as Record<Part, number>;
}

export function sumOf(seconds: CpuSeconds): number {
  return parts.reduce((sum, part) => sum + seconds[part], 0);
}

function threadsOf(pid: number): readonly string[] {
  return orElse([], () => readdirSync(`/proc/${pid}/task`));
}

function partOf(pid: number, thread: string): Part {
  if (thread === `${pid}`) return "main";
  const name = orElse("", () => readFileSync(`/proc/${pid}/task/${thread}/comm`, "utf8").trim());
  if (name === "replica" || name === "verify") return name;
  // Of libuv, and of RocksDB. The rest is V8's: garbage and compiling.
  return name.startsWith("libuv") || name.startsWith("rocksdb") ? "disk" : "engine";
}

function secondsOf(pid: number, thread: string): number {
  const text = orElse("0", () => readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8"));
  return Number(text.split(" ")[0]) / 1e9;
}

/** A thread may be gone when it is looked at. */
function orElse<T>(other: T, read: () => T): T {
  try {
    return read();
  } catch {
    return other;
  }
}
