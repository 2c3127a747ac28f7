// Who fills the folder of what was compiled; `test/devnet` runs devnets on it.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { isCold, noteFilled, withoutCompiled } from "../src/compiled.ts";

const folder = mkdtempSync(join(tmpdir(), "tandem-compiled-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a folder is cold until a node that ended well has filled it", () => {
  expect(isCold(folder)).toBe(true);
  noteFilled(folder);
  expect(isCold(folder)).toBe(false);
});

test("a process that does without does not name the folder to its threads", () => {
  const before = process.env["NODE_COMPILE_CACHE"];
  process.env["NODE_COMPILE_CACHE"] = folder;
  const environment = withoutCompiled();
  if (before === undefined) delete process.env["NODE_COMPILE_CACHE"];
  else process.env["NODE_COMPILE_CACHE"] = before;
  expect(environment).toMatchObject({ PATH: process.env["PATH"], NODE_DISABLE_COMPILE_CACHE: "1" });
  expect(environment["NODE_COMPILE_CACHE"]).toBe(undefined);
});
