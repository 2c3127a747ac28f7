// Whatever an honest follower claims, in worlds of all kinds, is a content that everybody takes; and none of it is taken
// for another claim.

import fc from "fast-check";
import { expect, test } from "vitest";
import { anyBlocks, anyBounds, anyWorld } from "../../../execution/test/support/any-world.ts";
import { claimContentCodec, readClaimContent, visibleClaimOf } from "../../src/content/claim-content.ts";

test("C5: every honest claim's content is taken, and is what its users see", () => {
  const counts = { claims: 0, exports: 0, sources: 0 };
  const property = fc.property(anyBounds, anyBlocks, (bounds, blocks) => {
    const world = anyWorld(bounds);
    for (const { blobs, silent } of blocks) world.block(blobs, world.citeAll(silent));
    for (const { results } of world.shards.values()) {
      for (const [at, { claim, root, lanes }] of results.entries()) {
        const content = { claim, exports: lanes.map(({ content }) => content.exports) };
        const bytes = claimContentCodec.encode(content);
        const read = readClaimContent(root, bytes);
        expect(read).toEqual({ ok: true, value: content });
        expect(visibleClaimOf(content).lanes).toBe(content.exports);
        const other = results[at + 1];
        if (other !== undefined) expect(readClaimContent(other.root, bytes)).toMatchObject({ ok: false });
        counts.claims++;
        counts.sources += claim.sources.length;
        counts.exports += content.exports.flat().length;
      }
    }
  });
  fc.assert(property, { numRuns: 80, seed: 31 });
  for (const [what, count] of Object.entries(counts)) expect(count, what).toBeGreaterThan(50);
});
