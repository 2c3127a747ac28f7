// P7: on Node 22 metering gives what it gives on the Node that is brought along. Random logs, in which budgets run out and
// what is thrown is trapped, make the same claims there, to the last byte. (That of npm, which needs the registry.)

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";

const pinned = "22.23.3";
const project = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "tandem-node22-"));
afterAll(() => rmSync(folder, { recursive: true }));

function run(command: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: project, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${error?.message ?? ""}${stdout}${stderr}`);
  return stdout;
}

interface Campaign {
  readonly hash: string;
  readonly coverage: readonly { readonly name: string; readonly times: number }[];
}

function campaignOn(node: string): Campaign {
  const words = ["lab", "check", "--stage", "rounds", "--seeds", "100", "--no-controls", "--json"];
  return JSON.parse(run(node, ["packages/cli/src/main.ts", ...words])) as Campaign;
}

test("logs of the rounds stage make the same claims on Node 22", () => {
  run("npm", ["install", "--prefix", folder, "--no-save", "--no-package-lock", "--no-audit", `node@${pinned}`]);
  const node = join(folder, "node_modules/node/bin/node");
  expect(run(node, ["--version"])).toBe(`v${pinned}\n`);
  const [here, there] = [process.execPath, node].map(campaignOn) as [Campaign, Campaign];
  expect(there).toMatchObject({ hash: here.hash, coverage: here.coverage });
  const times = (name: string) => here.coverage.find((each) => each.name === name)?.times;
  expect(Math.min(times("Nothing, budget") ?? 0, times("Nothing, trapped") ?? 0)).toBeGreaterThan(50);
});
