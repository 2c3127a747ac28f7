// A folder is open once at a time, in one process. Node has no `flock`, so whoever has the folder keeps an empty file
// in it whose name says who that is: process, when it began, boot of the machine. Each makes its own file first and
// then looks for others: of two that come at once, at most one stays. A file whose process is gone is stale, and the
// next one removes it; so `kill -9` needs no cleaning up.
//
// Processes of different machines or containers that share a folder do not see each other. The databases below lock
// their own files besides, which the kernel checks.

import { readFileSync } from "node:fs";
import { readdir, unlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { threadId } from "node:worker_threads";
import { StorageError } from "./errors.ts";
import { createFolder } from "./files.ts";

const prefix = "lock.";
/** Locks of this thread; part of the name, since one process may try twice. */
let count = 0;

export interface FolderLock {
  release(): Promise<void>;
}

export async function lockFolder(folder: string): Promise<FolderLock> {
  await createFolder(folder);
  const own = join(folder, `${prefix}${process.pid}.${startOf(process.pid)}.${boot()}.${uniquePart()}`);
  await writeFile(own, "", { flag: "wx" });
  try {
    await checkOthers(folder, basename(own));
  } catch (error) {
    await unlink(own);
    throw error;
  }
  return { release: () => unlink(own) };
}

/** In these folders, of a thread of this process that was ended in the midst of its work: it has let go of its files. */
export async function dropLocks(folders: readonly string[], thread: number): Promise<void> {
  const isOfThread = new RegExp(`^lock\\.${process.pid}\\..*-${thread}-\\d+$`);
  for (const folder of folders) {
    const names = await readdir(folder).catch(() => []);
    for (const name of names) if (isOfThread.test(name)) await unlink(join(folder, name)).catch(() => undefined);
  }
}

async function checkOthers(folder: string, own: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix) || name === own) continue;
    const [pid, start, bootOfHolder] = name.slice(prefix.length).split(".");
    if (bootOfHolder === boot() && startOf(Number(pid)) === start) throw lockedBy(folder, Number(pid));
    await unlink(join(folder, name)).catch(() => undefined);
  }
}

function lockedBy(folder: string, pid: number): StorageError {
  const who = pid === process.pid ? "this process" : `process ${pid}`;
  return new StorageError(
    "store-locked",
    `The folder ${folder} is open in ${who}. Stop the node that uses it, or give this one a folder of its own.`,
  );
}

/** When the process began, in ticks since the boot; empty if there is none. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // Behind the name of the program, which is in brackets and may hold anything.
    const [state, ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // A process that is dead and not collected yet has let go of its files.
    return state === "Z" || state === "X" ? "" : (fields[18] ?? "");
  } catch {
    return isAlive(pid) ? "unknown" : "";
  }
}

/** Where there is no /proc. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function boot(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").slice(0, 8);
  } catch {
    return "unknown";
  }
}

function uniquePart(): string {
  count++;
  // Threads of one process can have the same origin.
  return `${performance.timeOrigin.toString(36).replace(".", "-")}-${threadId}-${count}`;
}
