// What to type to see what became of a program.

import { relative } from "node:path";
import { callerPath } from "../flags.ts";

export interface FollowHint {
  readonly blob: string;
  readonly genesis: string | undefined;
  /** None for the usual one. */
  readonly api: string | undefined;
}

/** In lines that can be pasted as they are. */
export function followHint({ blob, genesis, api }: FollowHint): string {
  const last = api === undefined ? [] : [`--api ${api}`];
  const lines = [`./tandem program follow ${blob}`, `--genesis ${genesis === undefined ? "FILE" : pathWords(genesis)}`];
  return `  ${[...lines, ...last].join(" \\\n    ")}\n`;
}

/** As short as it can be said from where the caller is. */
export function pathWords(path: string): string {
  const short = relative(callerPath("."), path);
  return short.startsWith("..") ? path : short;
}
