// What was compiled once is not compiled again, by this process or by those that it starts: a devnet is up in half the time.
//
// Each thread writes what it compiled when it ends, some hundred files. As long as the folder is cold these are all there
// are, and four nodes with four threads each that write them at once, into one folder, take many seconds to stop. So a
// devnet has its first node alone fill a cold folder, and the others do without; what is there says that it was filled.

import { existsSync, writeFileSync } from "node:fs";
import { enableCompileCache, getCompileCacheDir } from "node:module";
import { join } from "node:path";
import { projectFolder } from "./workspace.ts";

/** Node's own word for it. */
const without = "NODE_DISABLE_COMPILE_CACHE";

/** For this process, its threads, and the processes that it starts. */
export function useCompiled(): void {
  if (process.env[without] !== undefined) return;
  const folder = join(projectFolder, ".tandem/compiled");
  enableCompileCache(folder);
  process.env["NODE_COMPILE_CACHE"] ??= folder;
}

/** Nothing where it is not used at all. Of one version of Node: another one has a folder of its own. */
function markOf(folder: string | undefined): string | undefined {
  return folder === undefined ? undefined : join(folder, "filled");
}

export function isCold(folder = getCompileCacheDir()): boolean {
  const mark = markOf(folder);
  return mark !== undefined && !existsSync(mark);
}

/** By whoever knows that a node ended well, and so wrote all that it compiled. */
export function noteFilled(folder = getCompileCacheDir()): void {
  const mark = markOf(folder);
  if (mark !== undefined) writeFileSync(mark, "");
}

/** The environment of a process that is to do without. Threads are told by the folder alone, so that is not named. */
export function withoutCompiled(): NodeJS.ProcessEnv {
  return { ...process.env, [without]: "1", NODE_COMPILE_CACHE: undefined };
}
