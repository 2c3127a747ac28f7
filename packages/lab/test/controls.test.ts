// Negative controls: every deliberate bug is caught by a checker. Where the sources changed so that its known seed
// does not show it any more, others are tried; where its text is gone, the bug must be written anew.

import { expect, test } from "vitest";
import { bugs, catchBug, stageNames } from "../src/index.ts";

const timeoutMs = 300_000;

test("there are more than twenty in each stage, each with a name of its own", () => {
  expect(new Set(bugs.map(({ name }) => name)).size).toBe(bugs.length);
  for (const stage of stageNames) expect(bugs.filter((bug) => bug.stage === stage).length).toBeGreaterThan(20);
});

for (const bug of bugs) {
  test(
    `${bug.stage}, ${bug.name}: a validator that ${bug.what} is caught`,
    async () => {
      const caught = await catchBug(bug, { jobs: 2, seedsMax: 60 });
      expect(caught.violation, `${caught.runs} runs did not show it`).toBeDefined();
    },
    timeoutMs,
  );
}
