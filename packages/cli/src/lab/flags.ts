// Numbers and paths that the lab's commands take.

import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { type StageName, stageNames } from "@tandem/lab";
import { Complaint } from "../terminal.ts";

type Flags = Readonly<Record<string, unknown>>;

/** Where npm or a link started the command, paths are the caller's. */
const callerFolder = process.env["INIT_CWD"] ?? process.cwd();

export function countFlag(flags: Flags, name: string): number | undefined {
  const text = flags[name];
  if (text === undefined) return undefined;
  const count = typeof text === "string" && /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(count)) return count;
  throw new Complaint("bad-arguments", `--${name} takes a whole number, not "${text}".`, "--help lists what there is.");
}

export function neededFlag(flags: Flags, name: string): number {
  const count = countFlag(flags, name);
  if (count !== undefined) return count;
  throw new Complaint("bad-arguments", `--${name} is missing.`, "--help lists what there is.");
}

export function jobsFlag(flags: Flags): number {
  return Math.max(1, countFlag(flags, "jobs") ?? availableParallelism());
}

export function pathFlag(flags: Flags, name: string): string | undefined {
  const path = flags[name];
  return typeof path === "string" ? resolve(callerFolder, path) : undefined;
}

/** The path of another copy of the machine. */
export function entryFlag(flags: Flags): string | undefined {
  return pathFlag(flags, "entry");
}

/** Nothing where it is not said. */
export function stageFlag(flags: Flags): StageName | undefined {
  const text = flags["stage"];
  if (text === undefined) return undefined;
  const stage = stageNames.find((name) => name === text);
  if (stage !== undefined) return stage;
  throw new Complaint("bad-arguments", `There is no stage "${text}".`, `Stages: ${stageNames.join(", ")}.`);
}
