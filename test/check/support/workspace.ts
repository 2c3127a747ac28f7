// A small workspace of its own in a temporary folder, under the real configurations, for the real check to judge.

import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

const project = resolve(import.meta.dirname, "../../..");
const configurations = [
  "biome.json",
  "knip.json",
  "pnpm-workspace.yaml",
  "tsconfig.base.json",
  "tsconfig.json",
  ".gitignore",
];

/** Output of each step of the check that failed, by name; "" for one that passed. */
export type Verdicts = ReadonlyMap<string, string>;

export interface Checked {
  readonly exitCode: number | null;
  readonly verdicts: Verdicts;
}

/** `files` maps paths to their text. */
export function createWorkspace(files: Readonly<Record<string, string>>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "tandem-check-")));
  for (const name of configurations) cpSync(join(project, name), join(root, name));
  linkModules(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

export function removeWorkspace(root: string): void {
  rmSync(root, { recursive: true });
}

/** As a person calls it, so that npm's own words, above all about a script that fails, would be seen in stdout. */
export async function check(root: string): Promise<Checked> {
  const args = ["run", "check", "--", "--json", "--root", root];
  const child = spawn("npm", args, { cwd: project, stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  const exitCode = await new Promise<number | null>((done) => child.on("close", done));
  const lines = text.trim().split("\n");
  const said = lines.map((line) => JSON.parse(line) as { name: string; output: string });
  return { exitCode, verdicts: new Map(said.map(({ name, output }) => [name, output])) };
}

/** Installed packages of this workspace, and the rooms of the other one where pnpm would link them. */
function linkModules(root: string): void {
  mkdirSync(join(root, "node_modules"));
  for (const name of readdirSync(join(project, "node_modules"))) {
    symlinkSync(join(project, "node_modules", name), join(root, "node_modules", name));
  }
}

/** Makes rooms reach each other by name, as an install would. */
export function linkRooms(root: string, links: Readonly<Record<string, readonly string[]>>): void {
  for (const [room, targets] of Object.entries(links)) {
    const folder = join(root, "packages", room, "node_modules/@tandem");
    mkdirSync(folder, { recursive: true });
    for (const target of targets) symlinkSync(join(root, "packages", target), join(folder, target));
  }
}
