// C2, C3: whatever a follower honestly claims is accepted, lane by lane and round by round.

import { nothingReasons } from "@tandem/shared";
import fc from "fast-check";
import { expect, test } from "vitest";
import { anyBlocks, anyBounds, anyWorld } from "../support/any-world.ts";
import { checkMade, checkMadeLane, type MadeClaim, madeBy } from "../support/made-claims.ts";

function countKinds(claims: readonly MadeClaim[]): Record<string, number> {
  const counts: Record<string, number> = { claims: claims.length, lanes: 0, skipped: 0, pending: 0 };
  const count = (what: string) => {
    counts[what] = (counts[what] ?? 0) + 1;
  };
  for (const { prev, result, pending } of claims) {
    if (result.claim.round > prev.round + 1) count("skipped");
    if (pending.length > 0) count("pending");
    for (const { content } of result.lanes) {
      count("lanes");
      for (const { from, content: given } of content.inputs) {
        count(`${given.kind} from ${from}`);
      }
      for (const { content: made } of content.exports) {
        const outcome =
          made.kind === "outcome" ? made.value : made.kind === "tentative" ? made.value.outcome : undefined;
        count(outcome?.kind === "nothing" ? `Nothing{${outcome.value.why}}` : made.kind);
      }
    }
  }
  return counts;
}

test("every honest claim of varied worlds is accepted", () => {
  const all: MadeClaim[] = [];
  const property = fc.property(anyBounds, anyBlocks, (bounds, blocks) => {
    const world = anyWorld(bounds);
    for (const { blobs, silent } of blocks) {
      for (const made of madeBy(world, blobs, world.citeAll(silent))) {
        all.push(made);
        expect(checkMade(made)).toEqual({ ok: true, value: undefined });
        for (const index of made.lanes.keys()) {
          expect(checkMadeLane(made, index)).toEqual({ ok: true, value: undefined });
        }
      }
    }
  });
  fc.assert(property, { numRuns: 80, seed: 31 });
  const counts = countKinds(all);
  for (const kind of kinds) expect(counts[kind], kind).toBeGreaterThan(0);
  const shown = Object.entries(counts).map(([what, count]) => `${count} ${what}`);
  console.log(`honest claims: ${shown.join(", ")}`);
});

/** What there has to be among the claims. */
const kinds = [
  ...["skipped", "pending", "outcome", "tentative", "verdict"],
  ...[
    "outcome from source",
    "outcome from pending",
    "outcome from lane",
    "write from pending",
    "existence from pending",
  ],
  ...nothingReasons.filter((why) => why !== "group").map((why) => `Nothing{${why}}`),
];
