// The lab's experiments as their caller sees them, as small as they can be.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const project = resolve(import.meta.dirname, "../../..");
const main = join(project, "packages/cli/src/main.ts");

function lab(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, "lab", ...args], { encoding: "utf8" });
  return { status, stdout, stderr };
}

describe("lab liars", () => {
  const { status, stdout, stderr } = lab("liars", "--keys", "100");

  test("tells who finds which key, with both values and the step", () => {
    expect(status).toBe(0);
    expect(stdout).toContain("of these lie: validator-0, validator-1, validator-2");
    for (const who of ["validator-3", "observer"]) expect(stdout).toContain(`${who} shows 1 key (all that differ)`);
    expect(stdout).toMatch(
      /bank\/accounts, account-00080: 107 here, 1000100 there\n +order block 2, program 0, step 0 writes/,
    );
    expect(stdout).toContain("of 24 programs that came afterwards, 24 are attested");
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
  });

  test("says how far it is on stderr", () => {
    expect(stderr).toMatch(/ms: the lie is attested\n/);
  });
});

describe("lab lag", () => {
  test("draws both runs, and writes the picture", () => {
    const folder = mkdtempSync(join(tmpdir(), "tandem-lag-"));
    try {
      const file = join(folder, "lag.svg");
      const { status, stdout } = lab("lag", "--seconds", "2", "--overload", "1", "--svg", file);
      expect(status).toBe(0);
      expect(stdout).toContain("Lag of shards under the load that saturates them");
      expect(stdout).toMatch(/with O10 +40 \/s/);
      expect(readFileSync(file, "utf8")).toMatch(/^<svg /);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("says so where the picture cannot be written", () => {
    const { status, stderr } = lab(
      "lag",
      "--seconds",
      "4",
      "--overload",
      "1",
      "--svg",
      join(tmpdir(), "no-folder", "x"),
    );
    expect(status).toBe(2);
    expect(stderr).toContain("error unwritable");
  });
});

describe("lab scale --stage whole", () => {
  test("prints what both chains cost, as JSON too", () => {
    const asked = ["scale", "--stage", "whole", "--validators", "4", "--shards", "2", "--blocks", "1"] as const;
    expect(lab(...asked).stdout).toMatch(/CPU ms for an attested claim +[\d.,]+\n/);
    const { status, stdout } = lab(...asked, "--json");
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject([{ validators: 4, shards: 2, violation: null }]);
  });

  test("refuses what is of another stage", () => {
    expect(lab("scale", "--shards", "2")).toMatchObject({ status: 2 });
    expect(lab("scale", "--stage", "order")).toMatchObject({ status: 2 });
    expect(lab("scale", "--stage", "whole", "--shards", "65")).toMatchObject({ status: 2 });
  });
});
