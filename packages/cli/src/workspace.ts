// What this workspace holds, read from its own files so that it cannot go stale.

import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

export interface RoomSummary {
  readonly name: string;
  readonly description: string;
  readonly lines: number;
  readonly testFiles: number;
}

export interface WorkspaceSummary {
  readonly version: string;
  readonly description: string;
  readonly rooms: readonly RoomSummary[];
  /** Areas of `npm run bench`. */
  readonly benchAreas: readonly string[];
}

export const projectFolder = resolve(import.meta.dirname, "../../..");

export function readWorkspace(): WorkspaceSummary {
  const { version, description } = readManifest(projectFolder);
  const names = readdirSync(join(projectFolder, "packages")).sort();
  return {
    version,
    description,
    rooms: names.filter((name) => existsSync(join(projectFolder, "packages", name, "package.json"))).map(readRoom),
    benchAreas: readBenchAreas(),
  };
}

function readRoom(name: string): RoomSummary {
  const folder = join(projectFolder, "packages", name);
  const sources = globSync("src/**/*.ts", { cwd: folder });
  return {
    name,
    description: readManifest(folder).description,
    lines: sources.reduce((sum, path) => sum + readFileSync(join(folder, path), "utf8").split("\n").length - 1, 0),
    testFiles: globSync("test/**/*.test.ts", { cwd: folder }).length,
  };
}

function readBenchAreas(): string[] {
  const texts = globSync("packages/*/bench/*.bench.ts", { cwd: projectFolder }).map((path) =>
    readFileSync(join(projectFolder, path), "utf8"),
  );
  return [...new Set(texts.flatMap((text) => /^export const area = "([^"]+)"/m.exec(text)?.[1] ?? []))].sort();
}

function readManifest(folder: string): { readonly version: string; readonly description: string } {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string; description: string };
}
