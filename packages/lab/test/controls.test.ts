// Negative controls: every deliberate bug is caught by a checker. Where the sources changed so that its known seed
// does not show it any more, others are tried; where its text is gone, the bug must be written anew.

import { afterAll, expect, test } from "vitest";
import { Pool } from "../src/campaign/pool.ts";
import { catchBug } from "../src/controls/catch.ts";
import { type Bug, bugs, stageNames } from "../src/index.ts";

const pool = new Pool(2);
afterAll(() => pool.end());

/** Generous: one waits for those before it. */
const timeoutMs = 300_000;

test("there are more than twenty in each stage, each with a name of its own", () => {
  expect(new Set(bugs.map(({ name }) => name)).size).toBe(bugs.length);
  for (const stage of stageNames) expect(bugs.filter((bug) => bug.stage === stage).length).toBeGreaterThan(20);
});

test("a bug that does not fit the sources is told by its name", async () => {
  const [bug] = bugs as readonly [Bug, ...Bug[]];
  const edits = bug.edits.map((edit) => ({ ...edit, find: "what no source holds" }));
  const tried = await catchBug({ ...bug, name: "misfit", edits }, { pool, seedsMax: 0 });
  expect(tried).toMatchObject({ bug: "misfit", runs: 0, misfit: expect.stringMatching(/^misfit: .* has 0 places/) });
});

for (const bug of bugs) {
  test.concurrent(
    `${bug.stage}, ${bug.name}: a validator that ${bug.what} is caught`,
    async () => {
      const caught = await catchBug(bug, { pool, seedsMax: 60 });
      expect(caught.violation, caught.misfit ?? `${caught.runs} runs did not show it`).toBeDefined();
    },
    timeoutMs,
  );
}
