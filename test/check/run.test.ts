// scripts/run.mjs on a workspace of its own, where a stand-in for npx "installs" by linking this process's Node.

import { type SpawnOptions, spawn } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const door = resolve(import.meta.dirname, "../../scripts/run.mjs");
let root = "";

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "tandem-run-"));
  for (const folder of ["scripts", "packages/shared", "fake"]) mkdirSync(join(root, folder), { recursive: true });
  cpSync(door, join(root, "scripts/run.mjs"));
  write("package.json", { name: "tandem" });
  write("packages/shared/package.json", { name: "@tandem/shared", dependencies: {} });
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml"]) writeFileSync(join(root, file), "");
  writeFileSync(join(root, "hello.mjs"), "console.log(JSON.stringify(process.argv.slice(2)));");
  fakeInstall(`mkdir -p node_modules/.bin && ln -sf ${process.execPath} node_modules/.bin/node`);
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, json: unknown): void {
  writeFileSync(join(root, path), JSON.stringify(json));
}

/** What `npx pnpm install` does here; each call leaves a line in `installs`. */
function fakeInstall(commands: string): void {
  writeFileSync(join(root, "fake/npx"), `#!/bin/sh\necho "$@" >> ${root}/installs\n${commands}\n`);
  chmodSync(join(root, "fake/npx"), 0o755);
}

function installs(): number {
  if (!existsSync(join(root, "installs"))) return 0;
  return readFileSync(join(root, "installs"), "utf8").split("\n").length - 1;
}

function start(args: readonly string[], options: SpawnOptions = {}) {
  const env = { ...process.env, PATH: `${join(root, "fake")}:/usr/bin:/bin` };
  return spawn(process.execPath, [join(root, "scripts/run.mjs"), ...args], {
    env,
    cwd: root,
    ...options,
    stdio: "pipe",
  });
}

async function run(args: readonly string[], options: SpawnOptions = {}) {
  const child = start(args, options);
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (chunk: Buffer) => (stdout += chunk));
  child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk));
  const [code, signal] = await new Promise<[number | null, string | null]>((done) =>
    child.on("close", (...ended) => done(ended)),
  );
  return { code, signal, stdout, stderr };
}

describe("setting up", () => {
  test("installs once by the lockfile, says so on stderr, and runs the file with its arguments", async () => {
    const first = await run(["hello.mjs", "a", "--b"]);
    expect(first).toMatchObject({ code: 0, stdout: '["a","--b"]\n' });
    expect(first.stderr).toMatch(/^Setting up: .+\nSet up in \d+\.\d s\.\n\n$/);
    expect(readFileSync(join(root, "installs"), "utf8")).toMatch(/pnpm@\d+\.\d+\.\d+ install --frozen-lockfile/);

    expect(await run(["hello.mjs"])).toMatchObject({ code: 0, stdout: "[]\n", stderr: "" });
    expect(installs()).toBe(1);
    // Given back at once: nobody has to wait until it counts as dead.
    expect(statSync(join(root, ".tandem/install-locks/1")).mtimeMs).toBe(0);
  });

  test("installs again when the lockfile or a dependency changes, and not for a description", async () => {
    await run(["hello.mjs"]);
    write("package.json", { name: "tandem", description: "changed" });
    await run(["hello.mjs"]);
    expect(installs()).toBe(1);
    write("packages/shared/package.json", { name: "@tandem/shared", dependencies: { cborg: "6.1.5" } });
    mkdirSync(join(root, "packages/shared/node_modules/cborg"), { recursive: true });
    write("packages/shared/node_modules/cborg/package.json", {});
    await run(["hello.mjs"]);
    expect(installs()).toBe(2);
    writeFileSync(join(root, "pnpm-lock.yaml"), "changed");
    await run(["hello.mjs"]);
    expect(installs()).toBe(3);
  });

  test("works in the workspace when it is called from elsewhere", async () => {
    const { code, stdout } = await run([join(root, "hello.mjs")], { cwd: tmpdir() });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "[]\n" });
    expect(existsSync(join(root, "node_modules/.tandem-installed"))).toBe(true);
  });

  test("several at once install once, and all run", async () => {
    fakeInstall(`sleep 0.5; mkdir -p node_modules/.bin && ln -sf ${process.execPath} node_modules/.bin/node`);
    const names = ["1", "2", "3", "4", "5", "6"];
    const all = await Promise.all(names.map((name) => run(["hello.mjs", name])));
    expect(all.map(({ code, stdout }) => [code, stdout])).toEqual(names.map((name) => [0, `["${name}"]\n`]));
    expect(all.map(({ stderr }) => stderr).join("")).toContain("Waiting for another process to finish setting up.");
    expect(installs()).toBe(1);
  });

  test("takes over from a process that was killed while it installed", async () => {
    const lock = join(root, ".tandem/install-locks/7");
    mkdirSync(lock, { recursive: true });
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(lock, longAgo, longAgo);
    expect(await run(["hello.mjs"])).toMatchObject({ code: 0, stdout: "[]\n" });
    expect(existsSync(lock)).toBe(false);
  });

  test("a failed install has a code and advice, and the next call tries again", async () => {
    fakeInstall("echo no network >&2; exit 7");
    const failed = await run(["hello.mjs"]);
    expect(failed).toMatchObject({ code: 1, stdout: "" });
    expect(failed.stderr).toMatch(/no network\nerror install-failed: pnpm install ended with exit code 7\.\n {2}.+/);
    await run(["hello.mjs"]);
    expect(installs()).toBe(2);
  });
});

test("an install of which a part was deleted is no riddle", async () => {
  write("package.json", { name: "tandem", devDependencies: { tool: "1.0.0" } });
  const { code, stdout, stderr } = await run(["hello.mjs"]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/error incomplete-install: node_modules\/tool is missing\.\n {2}rm -rf node_modules, .+\n$/);
});

describe("running", () => {
  test("passes the exit code on", async () => {
    writeFileSync(join(root, "fail.mjs"), "process.exit(42);");
    expect(await run(["fail.mjs"])).toMatchObject({ code: 42 });
  });

  test("--exec runs an installed command, with installed commands first in PATH", async () => {
    await run(["hello.mjs"]);
    const tool = join(root, "node_modules/.bin/tool");
    writeFileSync(tool, '#!/bin/sh\nnode -p "process.execPath"; echo "$@"');
    chmodSync(tool, 0o755);
    const { stdout } = await run(["--exec", "tool", "--flag"]);
    expect(stdout).toBe(`${process.execPath}\n--flag\n`);
  });

  test("a command that is not there has a code", async () => {
    const { code, stderr } = await run(["--exec", "nothing"]);
    expect(code).toBe(127);
    expect(stderr).toContain("error not-started: ");
  });

  test("what npm says of itself is set for npm alone", async () => {
    writeFileSync(
      join(root, "env.mjs"),
      "const { env } = process; console.log(env.npm_config_loglevel, env.npm_config_json);",
    );
    const settings = { npm_config_loglevel: "silent", npm_config_json: "true" };
    const env = { ...process.env, ...settings, PATH: `${join(root, "fake")}:/usr/bin:/bin` };
    expect((await run(["env.mjs"], { env })).stdout).toBe("undefined undefined\n");
  });

  test("every npm script goes through this door, and replaces npm's shell, so that npm's signals arrive", () => {
    const manifest = JSON.parse(readFileSync(resolve(door, "../../package.json"), "utf8")) as { scripts: object };
    for (const script of Object.values(manifest.scripts)) expect(script).toMatch(/^exec node scripts\/run\.mjs /);
  });

  test.each(["SIGINT", "SIGTERM"] as const)("%s reaches what it runs, and ends it in the same way", async (signal) => {
    writeFileSync(join(root, "wait.mjs"), "console.log(process.pid); setInterval(() => {}, 1000);");
    const child = start(["wait.mjs"]);
    const inner = await new Promise<number>((done) =>
      child.stdout?.once("data", (chunk: Buffer) => done(Number(chunk))),
    );
    const ended = new Promise((done) => child.on("close", (_, by) => done(by)));
    child.kill(signal);
    expect(await ended).toBe(signal);
    expect(() => process.kill(inner, 0)).toThrow("ESRCH");
  });
});
