// Seeds of campaigns: the first ones, the same for every commit; and those that the commit decides, so that each commit tries
// others and each can be tried again.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";

/** `TANDEM_COMMIT` where there is no repository, or to try another commit's seeds. */
export function commit(): string {
  const given = process.env["TANDEM_COMMIT"];
  if (given !== undefined) return given;
  try {
    return execFileSync("git", ["rev-parse", "HEAD"], { cwd: import.meta.dirname, encoding: "utf8" }).trim();
  } catch {
    return "no repository";
  }
}

export function seedsFrom(text: string, count: number): number[] {
  return Array.from({ length: count }, (_, index) =>
    createHash("sha256").update(`${text} ${index}`).digest().readUIntBE(0, 6),
  );
}

/** 1 to `count`. */
export function firstSeeds(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
