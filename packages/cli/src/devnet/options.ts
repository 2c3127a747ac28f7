// What a devnet is started with.

import { join } from "node:path";
import { limits } from "@tandem/shared";
import type { Call } from "../command.ts";
import { countBetween, countFlag, type Flags, noPositionals, pathFlag } from "../flags.ts";
import { Complaint } from "../terminal.ts";
import { projectFolder } from "../workspace.ts";

export interface DevnetOptions {
  readonly folder: string;
  /** Not said: four, or as many as the folder has. */
  readonly validators: number | undefined;
  /** Of every frame between two nodes. */
  readonly delayMs: number;
  readonly isFresh: boolean;
  readonly isLevel: boolean;
  readonly json: boolean;
  /** After the first blobs are final, in seconds; without end if it is not said. */
  readonly forSeconds: number | undefined;
}

/** Each is a process of some 150 MB. */
const validatorsMax = 32;
/** A minute is longer than anybody wants to wait for a vote; Δ has to stay within its range. */
const delayMsMax = limits.deltaMsMax / 2;

export const usualFolder = join(projectFolder, ".tandem/devnet");
export const folderOption = { folder: { type: "string" } } as const;

export function folderOf(flags: Flags): string {
  return pathFlag(flags, "folder") ?? usualFolder;
}

export function readOptions({ positionals, flags, json }: Call, entries: readonly string[] = []): DevnetOptions {
  noPositionals(positionals, entries);
  const forSeconds = countFlag(flags, "for");
  return {
    folder: folderOf(flags),
    validators:
      flags["validators"] === undefined ? undefined : countBetween(flags, "validators", [1, validatorsMax], 4),
    delayMs: countBetween(flags, "delay", [0, delayMsMax], 0),
    isFresh: flags["fresh"] === true,
    isLevel: flags["level"] === true,
    json,
    forSeconds: forSeconds === undefined ? usualSeconds() : forSeconds === 0 ? undefined : forSeconds,
  };
}

/** On a terminal somebody watches and ends it; elsewhere it shows that it works, and ends by itself. */
function usualSeconds(): number | undefined {
  return isWatched() ? undefined : 0;
}

export function isWatched(): boolean {
  return process.stdout.isTTY === true && process.env["CI"] !== "true";
}

/**
 * `npm start --fresh`: npm takes the flag for one of its own settings, and hands on no more than that. Of `--for 60` it hands
 * on the number, as what is no flag.
 */
export function flagsKeptByNpm(
  positionals: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): readonly string[] {
  if (environment["npm_lifecycle_event"] !== "start") return [];
  const flags = ["validators", "delay", "fresh", "level", "for", "folder"].flatMap((name) => {
    const value = environment[`npm_config_${name}`];
    return value === undefined ? [] : [value === "true" ? `--${name}` : `--${name} ${value}`];
  });
  if (flags.length === 0 || positionals.length === 0) return flags;
  const all = [...flags, ...positionals].join(" ");
  throw new Complaint("bad-arguments", `npm kept ${flags.join(" ")} to itself.`, `Say npm start -- ${all}`);
}
