// The lab's commands as their caller sees them.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const project = resolve(import.meta.dirname, "../../..");
const main = join(project, "packages/cli/src/main.ts");

function tandem(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: "utf8" });
  return { status, stdout, stderr };
}

describe("lab", () => {
  test("lists its commands", () => {
    const { status, stdout } = tandem("lab", "--help");
    expect(status).toBe(0);
    const commands = [...stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name as string);
    expect(commands).toEqual(expect.arrayContaining(["check", "replay", "shrink", "scope", "scale"]));
  });

  test("check runs a campaign and says what it covered, as JSON in one line", () => {
    const { status, stdout } = tandem(
      "lab",
      "check",
      "--seeds",
      "3",
      "--from",
      "1",
      "--jobs",
      "2",
      "--no-controls",
      "--json",
    );
    expect(status).toBe(0);
    expect(stdout.trimEnd()).not.toContain("\n");
    const said = JSON.parse(stdout) as { runs: number; violations: unknown[]; coverage: { name: string }[] };
    expect(said).toMatchObject({ runs: 3, violations: [], unfelt: [] });
    expect(said.coverage.map(({ name }) => name)).toEqual(expect.arrayContaining(["crash", "twins", "silent"]));
  });

  test("replay shows the same run, filtered", () => {
    const all = JSON.parse(tandem("lab", "replay", "--seed", "3", "--kind", "heal", "--json").stdout) as {
      report: { hash: string };
    };
    const { status, stdout } = tandem("lab", "replay", "--seed", "3", "--node", "1", "--kind", "fault,heal");
    expect(status).toBe(0);
    expect(stdout).toContain(all.report.hash);
    expect(stdout).toMatch(/ {2}heal /);
    expect(stdout).not.toMatch(/ {2}deliver /);
  });

  test("check runs logs of the rounds stage; replay shows one in words, and runs what it printed", () => {
    const stage = ["--stage", "rounds"];
    const campaign = tandem("lab", "check", ...stage, "--seeds", "5", "--no-controls", "--json");
    expect(campaign.status).toBe(0);
    const said = JSON.parse(campaign.stdout) as { claims: number; coverage: { name: string }[] };
    expect(said).toMatchObject({ runs: 5, heights: expect.any(Number), violations: [] });
    expect(said.claims).toBeGreaterThan(100);
    // Words of worlds say nothing here: messages, habits of liars.
    expect(Object.keys(said)).not.toEqual(expect.arrayContaining(["messages"]));
    const happened = said.coverage.map(({ name }) => name);
    expect(happened).toContain("Nothing, budget");
    expect(happened).not.toContain("twins");
    const shown = tandem("lab", "replay", ...stage, "--seed", "4");
    expect(shown.status).toBe(0);
    expect(shown.stdout).toMatch(/^height 1 cites /m);
    expect(shown.stdout).toMatch(/^round \d+, a claims/m);
    const folder = mkdtempSync(join(tmpdir(), "tandem-log-"));
    const path = join(folder, "log.json");
    writeFileSync(path, tandem("lab", "replay", ...stage, "--seed", "4", "--setting").stdout);
    expect(tandem("lab", "replay", "--file", path).stdout).toBe(shown.stdout);
    rmSync(folder, { recursive: true });
  });

  test("trace schedules what a file holds, as JSON in one line, and says where one is none", () => {
    const folder = mkdtempSync(join(tmpdir(), "tandem-trace-"));
    const write = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const storage = {
      [`0x${"1".repeat(40)}`]: [`0x${"2".repeat(64)}`],
      [`0x${"3".repeat(40)}`]: [`0x${"2".repeat(64)}`],
    };
    const good = write("good", `${JSON.stringify({ block: 7, txs: [{ storage }, { storage: {} }] })}\n`);
    const { status, stdout } = tandem("lab", "trace", good, "--shards", "2", "--delay", "3", "--json");
    expect(status).toBe(0);
    expect(stdout.trimEnd()).not.toContain("\n");
    expect(JSON.parse(stdout)).toMatchObject([
      { grouped: false, shards: 2, delay: 3, transactions: 2, empty: 1, steps: 2 },
      { grouped: true, shards: 2, delay: 3, programs: 1 },
    ]);
    const { stderr } = tandem("lab", "trace", write("bad", "{}\n"));
    expect(stderr).toContain('line 1: "block" is no number');
    expect(stderr).toContain('A line is {"block": 20615532, "txs": [{"storage": ');
    expect(tandem("lab", "trace", write("empty", "\n"))).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("there is no block in it"),
    });
    expect(tandem("lab", "trace", join(folder, "none")).status).toBe(2);
    rmSync(folder, { recursive: true });
  });

  test("trace has the columns of docs/trace.md, and its help the form of a line", () => {
    const folder = mkdtempSync(join(tmpdir(), "tandem-columns-"));
    const path = join(folder, "trace");
    writeFileSync(path, '{"block": 1, "txs": []}\n');
    const [, head = ""] = tandem("lab", "trace", path, "--shards", "2", "--delay", "2").stdout.split("\n");
    const page = readFileSync(join(project, "docs/trace.md"), "utf8");
    const columns = /^\| (shards \| .*) \|$/m.exec(page)?.[1]?.split(" | ");
    expect(head.split(/ {2,}/)).toEqual(columns);
    expect(tandem("lab", "trace", "--help").stdout).toContain('{"block": 20615532, "txs": [{"storage": ');
    rmSync(folder, { recursive: true });
  });

  test.each([
    [["lab", "nothing"], 'There is no command "lab nothing".'],
    [["lab", "check", "--seeds", "many"], '--seeds takes a whole number, not "many".'],
    [["lab", "check", "--seeds", "-1"], "--seeds may not be negative, as -1 is."],
    [["lab", "check", "--seeds=-1"], "--seeds may not be negative, as -1 is."],
    [["lab", "check", "--seeds", "0"], "--seeds is from 1 to 1000000, not 0."],
    [["lab", "check", "--stage", "rounds", "--native"], "--native says nothing in the rounds stage"],
    [["lab", "check", "--stage", "rounds", "--blocks", "9"], "--blocks says nothing in the rounds stage"],
    [["lab", "replay", "--stage", "rounds", "--seed", "3", "--node", "1"], "--node says nothing in the rounds stage"],
    [["lab", "replay"], "--seed is missing."],
    [["lab", "replay", "--seed", "3", "--kind", "rumour"], 'There is no kind "rumour".'],
  ])("%j is refused", (args, what) => {
    const { status, stderr } = tandem(...args);
    expect(status).toBe(2);
    expect(stderr).toContain(what);
  });

  test("shrink says so where there is nothing to shrink", () => {
    const { status, stderr } = tandem("lab", "shrink", "--seed", "3");
    expect(status).toBe(1);
    expect(stderr).toContain("error no-violation: Seed 3 does not fail.");
  });
});
