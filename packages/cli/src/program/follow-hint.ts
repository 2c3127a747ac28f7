// What to type to see what became of a program.

import { relative } from "node:path";
import { callerPath } from "../flags.ts";

/** In lines that can be pasted as they are; without an address it is the usual one. */
export function followHint(blob: string, api: string | undefined): string {
  const lines = [`./tandem program follow ${blob}`, ...(api === undefined ? [] : [`--api ${api}`])];
  return `  ${lines.join(" \\\n    ")}\n`;
}

/** As short as it can be said from where the caller is. */
export function pathWords(path: string): string {
  const short = relative(callerPath("."), path);
  return short.startsWith("..") ? path : short;
}
