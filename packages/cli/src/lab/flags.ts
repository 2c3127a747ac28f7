// Numbers and paths that the lab's commands take.

import { availableParallelism } from "node:os";
import { type StageName, stageNames } from "@tandem/lab";
import { countBetween, countFlag, type Flags, pathFlag } from "../flags.ts";
import { Complaint } from "../terminal.ts";

export { countFlag, pathFlag };

export function neededFlag(flags: Flags, name: string): number {
  const count = countFlag(flags, name);
  if (count !== undefined) return count;
  throw new Complaint("bad-arguments", `--${name} is missing.`, "--help lists what there is.");
}

/** A campaign holds a report of each in memory. */
const seedsMax = 1_000_000;

export function seedsFlag(flags: Flags, usual: number): number {
  return countBetween(flags, "seeds", [1, seedsMax], usual);
}

export function jobsFlag(flags: Flags): number {
  return Math.max(1, countFlag(flags, "jobs") ?? availableParallelism());
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
