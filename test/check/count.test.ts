// scripts/count.mjs adds up for .ci/run: whatever went wrong, its last line must not say "0 failed". The line has no
// other form.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "tandem-count-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Ran {
  readonly tests: string | undefined;
  readonly testsCode?: number;
  readonly check: string | undefined;
  readonly checkCode?: number;
}

function count({ tests, testsCode = 0, check, checkCode = 0 }: Ran) {
  const testsPath = write("tests.json", tests);
  const checkPath = write("check.txt", check);
  const script = resolve(import.meta.dirname, "../../scripts/count.mjs");
  const args = [script, testsPath, String(testsCode), checkPath, String(checkCode)];
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
  const lines = stdout.trimEnd().split("\n");
  return { status, last: lines.at(-1), above: lines.slice(0, -1).join("\n") };
}

function write(name: string, text: string | undefined): string {
  const path = join(folder, name);
  rmSync(path, { force: true });
  if (text !== undefined) writeFileSync(path, text);
  return path;
}

function report(passed: number, failed: number, skipped = 0, files: readonly object[] = []): string {
  return JSON.stringify({
    numPassedTests: passed,
    numFailedTests: failed,
    numPendingTests: skipped,
    numTodoTests: 0,
    testResults: files,
  });
}

const sevenChecks = "ok    types\n\n7 passed, 0 failed\n";
const brokenFile = { status: "failed", assertionResults: [] };
const failedFile = { status: "failed", assertionResults: [{ status: "failed" }] };

test.each<{ what: string; ran: Ran; last: string }>([
  { what: "all is well", ran: { tests: report(30, 0), check: sevenChecks }, last: "37 passed, 0 failed" },
  { what: "some are skipped", ran: { tests: report(30, 0, 2), check: sevenChecks }, last: "37 passed, 0 failed" },
  {
    what: "a test failed",
    ran: { tests: report(29, 1, 0, [failedFile]), testsCode: 1, check: sevenChecks },
    last: "36 passed, 1 failed",
  },
  {
    what: "a test file could not be loaded",
    ran: { tests: report(30, 0, 0, [brokenFile]), testsCode: 1, check: sevenChecks },
    last: "37 passed, 1 failed",
  },
  {
    what: "an error outside of any test",
    ran: { tests: report(30, 0), testsCode: 1, check: sevenChecks },
    last: "37 passed, 1 failed",
  },
  { what: "no test ran", ran: { tests: report(0, 0), check: sevenChecks }, last: "7 passed, 1 failed" },
  {
    what: "the tests died before their report",
    ran: { tests: undefined, testsCode: 137, check: sevenChecks },
    last: "7 passed, 1 failed",
  },
  {
    what: "the report is cut off",
    ran: { tests: report(3, 0).slice(0, 20), check: sevenChecks },
    last: "7 passed, 1 failed",
  },
  {
    what: "two checks failed",
    ran: { tests: report(30, 0), check: "FAIL  types\n\n5 passed, 2 failed\n", checkCode: 1 },
    last: "35 passed, 2 failed",
  },
  {
    what: "the check died",
    ran: { tests: report(30, 0), check: "ok    types\n", checkCode: 139 },
    last: "30 passed, 1 failed",
  },
  {
    what: "nothing could be set up",
    ran: { tests: undefined, testsCode: 1, check: undefined, checkCode: 1 },
    last: "0 passed, 2 failed",
  },
])("$what: $last", ({ ran, last }) => {
  const counted = count(ran);
  expect(counted.last).toBe(last);
  expect(counted.status).toBe(last.includes(" 0 failed") ? 0 : 1);
});

test("tests that were skipped are counted on a line above", () => {
  expect(count({ tests: report(30, 0, 2), check: sevenChecks }).above).toContain("2 skipped");
  expect(count({ tests: report(30, 0), check: sevenChecks }).above).not.toContain("skipped");
});
