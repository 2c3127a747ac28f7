// Public vectors: data that nobody here wrote. They lie beside the project (`../shared/vectors`) or where
// TANDEM_VECTORS says. Without them a suite skips by name; in CI (`CI=true`) they are required.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";

const project = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const root = process.env["TANDEM_VECTORS"] ?? resolve(project, "../shared/vectors");

export interface VectorFolder {
  /** Paths of its files, relative to it, sorted. */
  readonly files: readonly string[];
  bytes(file: string): Uint8Array;
  text(file: string): string;
  json<T>(file: string): T;
}

/**
 * A suite over one folder. It fails if a file of the folder was never opened, and prints how many were.
 * `isData` leaves out what is no vector (a README, a licence).
 */
export function describeVectors(
  name: string,
  body: (folder: VectorFolder) => void,
  isData: (file: string) => boolean = (file) => !/README|LICENSE/.test(file),
): void {
  const path = join(root, name);
  if (!existsSync(path)) {
    if (process.env["CI"] === "true") throw new Error(`CI needs the public vectors: ${path} is missing`);
    const why = `not at ${path}; set TANDEM_VECTORS`;
    console.log(`Skipped: public vectors ${name} (${why})`);
    test.skip(`public vectors ${name} (${why})`, () => {});
    return;
  }
  const files = readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .filter(isData)
    .sort();
  const opened = new Set<string>();
  const bytes = (file: string) => {
    opened.add(file);
    return new Uint8Array(readFileSync(join(path, file)));
  };
  const text = (file: string) => new TextDecoder().decode(bytes(file));

  describe(`public vectors ${name}`, () => {
    body({ files, bytes, text, json: <T>(file: string) => JSON.parse(text(file)) as T });
    afterAll(() => {
      console.log(`public vectors ${name}: ${opened.size} of ${files.length} files opened`);
      expect([...files].filter((file) => !opened.has(file))).toEqual([]);
    });
  });
}
