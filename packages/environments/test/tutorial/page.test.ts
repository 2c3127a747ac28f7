// The environment that docs/environments.md builds, built from that page: its blocks are put where they say, into a copy
// of this room, and what comes of it is run and compiled.

import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const room = resolve(import.meta.dirname, "../..");
const workspace = resolve(room, "../..");
const copy = mkdtempSync(join(tmpdir(), "tandem-tutorial-"));
afterAll(() => rmSync(copy, { recursive: true }));

interface Block {
  readonly language: string;
  readonly file: string;
  readonly text: string;
}

/** Those that name a file. */
const blocks: readonly Block[] = [
  ...readFileSync(join(workspace, "docs/environments.md"), "utf8").matchAll(/^```(ts|diff) (\S+)\n([\s\S]*?)^```$/gm),
].map(([, language, file, text]) => ({ language, file, text }) as Block);

beforeAll(() => {
  for (const part of ["src", "test/support", "test/compliance.test.ts"]) {
    cpSync(join(room, part), join(copy, part), { recursive: true });
  }
  mkdirSync(join(copy, "node_modules/@tandem"), { recursive: true });
  symlinkSync(join(workspace, "packages/shared"), join(copy, "node_modules/@tandem/shared"));
  for (const name of ["vitest", "@types"]) symlinkSync(join(workspace, "node_modules", name), link(name));
  writeFileSync(join(copy, "package.json"), '{"type": "module"}');
  writeFileSync(join(copy, "tsconfig.json"), JSON.stringify(settings));
  for (const block of blocks) write(block);
});

const link = (name: string) => join(copy, "node_modules", name);
const settings = {
  extends: join(workspace, "tsconfig.base.json"),
  compilerOptions: { types: ["node"] },
  include: ["src", "test"],
};

/** Blocks of one new file are its parts, in order, with a blank line between them. */
function write({ language, file, text }: Block): void {
  const path = join(copy, file);
  mkdirSync(dirname(path), { recursive: true });
  if (language === "ts") return writeFileSync(path, existsSync(path) ? `\n${text}` : text, { flag: "a" });
  let content = readFileSync(path, "utf8");
  for (const hunk of text.split(/^@@.*\n/m)) content = changed(content, hunk.trimEnd().split("\n"));
  writeFileSync(path, content);
}

function changed(content: string, lines: readonly string[]): string {
  const without = (mark: string) => lines.filter((line) => !line.startsWith(mark)).map((line) => `${line.slice(1)}\n`);
  const [before, after] = [without("+").join(""), without("-").join("")];
  expect(content.split(before), `once:\n${before}`).toHaveLength(2);
  return content.replace(before, () => after);
}

function run(tool: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(join(workspace, "node_modules/.bin", tool), args, {
    cwd: copy,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  return { status, said: `${stdout}${stderr}` };
}

test("the page's tests pass, and the suite for every environment", () => {
  const { status, said } = run("vitest", "run", "--testTimeout=0", "--root", copy);
  expect(said).toContain("test/poll.test.ts (3 tests)");
  expect(said).toMatch(/Test Files +2 passed/);
  expect(status, said).toBe(0);
});

test("the page's code compiles", () => {
  expect(run("tsc", "-p", copy)).toEqual({ status: 0, said: "" });
});

test("without its subject the suite is red, as the page says", () => {
  const subjects = join(copy, "test/support/subjects.ts");
  const whole = readFileSync(subjects, "utf8");
  writeFileSync(subjects, whole.replace("  pollSubject,\n", ""));
  const { status, said } = run("vitest", "run", "--testTimeout=0", "--root", copy, "-t", "every environment has calls");
  writeFileSync(subjects, whole);
  expect(said).toMatch(/1 failed/);
  expect(status).toBe(1);
});
