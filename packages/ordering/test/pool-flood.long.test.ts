// O7, O9: memory stays flat over a million hostile submissions.

import { expect, test } from "vitest";
import { countsOf, flood, floodLimits } from "./support/flood.ts";

test("1,000,000 hostile submissions, and the pool holds no more than after the first tenth", () => {
  const { pool, most } = flood(1_000_000);
  expect(most["bytes"]).toBeLessThanOrEqual(floodLimits.bytesMax);
  const early = flood(100_000).most;
  for (const [name, count] of Object.entries(most)) {
    // Each is bounded by what is bounded; it may come closer to it with time.
    expect([name, count <= Math.max((early[name] ?? 0) * 1.1, 1)]).toEqual([name, true]);
  }
  expect(Math.max(...Object.values({ ...countsOf(pool), bytes: 0 }))).toBeLessThanOrEqual(floodLimits.blobsMax);
});
