// An engine that does not know a flag says nothing and goes on without it.

import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { memoryFlags } from "../src/process/memory.ts";

test("the engine knows every flag that a node sets", () => {
  const known = execFileSync(process.execPath, ["--v8-options"]).toString();
  for (const flag of memoryFlags) expect(known).toContain(`${flag.replace(/=.*/, "")} (`);
});
