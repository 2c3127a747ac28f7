// O7, O9: the pool stays within its bounds, whatever comes. The million of them is a long test.

import { expect, test } from "vitest";
import { countsOf, flood, floodLimits, settle, submitHonest } from "./support/flood.ts";

test("150,000 hostile submissions, and everything stays within its bounds", () => {
  const { pool, became, most } = flood(150_000);
  console.log(`hostile submissions: ${[...became].map(([what, count]) => `${count} ${what}`).join(", ")}`);
  const { bytes, ...counts } = most;
  expect(bytes).toBeLessThanOrEqual(floodLimits.bytesMax);
  for (const [name, count] of Object.entries(counts))
    expect([name, count <= floodLimits.blobsMax]).toEqual([name, true]);
  // The bounds were reached, and each kind was met.
  expect(most["entries"]).toBe(floodLimits.blobsMax);
  const refusals = ["balance", "expired", "nonce-gap", "pool-full", "tip-too-low", "too-large"];
  for (const what of ["added", "evicted", "replaced", ...refusals]) expect(became.get(what)).toBeGreaterThan(100);

  // Whoever can be ordered has a place, whatever was promised before by those who cannot.
  expect(submitHonest(pool, 100)).toBe("added");
  // And what nobody orders is gone when it expires.
  settle(pool, 2000);
  expect(Object.values(countsOf(pool)).every((count) => count === 0)).toBe(true);
});
