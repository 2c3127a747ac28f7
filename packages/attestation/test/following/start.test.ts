// C3: a follower that begins in the middle, from its own store or from somebody's snapshot, makes the claims that it would
// have made if it had been there from the genesis.

import { type PendingProgram, programsOf, type RoundSlice, restorePending } from "@tandem/execution";
import { comparePositions, type Frontier, type MemoryStore, type StoreRecord } from "@tandem/shared";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyBlocks, anyBounds, anyWorld } from "../../../execution/test/support/any-world.ts";
import { dump, storeOf } from "../../../execution/test/support/past.ts";
import { seenHeight } from "../../src/following/start.ts";
import { atClaim, Chains, drawFrom, FollowerNode, rootsOf } from "../support/followers.ts";

interface Moment {
  readonly frontier: Frontier;
  readonly records: readonly StoreRecord[];
}

/** The world with what the store of `a` held after each claim. */
async function pastOf(blocks: readonly { blobs: readonly never[]; silent: readonly string[] }[], bounds: never) {
  const world = anyWorld(bounds);
  const shard = world.shard("a");
  const moments: Moment[] = [];
  for (const { blobs, silent } of blocks) {
    const made = world.block(blobs, world.citeAll(silent));
    if (made.has(shard.name)) {
      moments.push({ frontier: shard.execution.frontier, records: await dump(shard.store) });
    }
  }
  return { world, moments };
}

async function pendingIn(chains: Chains, store: MemoryStore, frontier: Frontier): Promise<readonly PendingProgram[]> {
  const entries = await restorePending(store, frontier);
  return entries.map(({ position, root, entry }) => {
    const slice = chains.orders[position.height - 1]?.slices.get(chains.world.shard("a").name) as RoundSlice;
    const ordered = programsOf(slice).find((program) => comparePositions(program, position) === 0);
    return { ordered: ordered as PendingProgram["ordered"], root, entry };
  });
}

describe("a follower that begins at a claim", () => {
  test("makes all later claims, though it was not there when other claims became visible", async () => {
    const seed = fc.integer({ min: 1, max: 1_000_000 });
    let pendingCount = 0;
    const check = fc.asyncProperty(anyBlocks, anyBounds, seed, async (blocks, bounds, drawn) => {
      const { world, moments } = await pastOf(blocks as never, bounds as never);
      const chains = new Chains(world, drawFrom(drawn));
      for (const [at, { frontier, records }] of moments.entries()) {
        const store = storeOf(records);
        const pending = await pendingIn(chains, store, frontier);
        pendingCount += pending.length;
        const begun = atClaim(chains, store, frontier, pending, seenHeight, "a");
        const node = new FollowerNode(chains, { shards: ["a"], starts: [begun], draw: drawFrom(drawn) });
        const last = [chains.orders.at(-1)?.height ?? 0, chains.attests.at(-1)?.height ?? 0] as never[];
        node.do(node.follower.start(last[0] as never, last[1] as never));
        expect(node.run().claimsOf("a")).toEqual(rootsOf(chains.resultsOf("a")).slice(at + 1));
        expect(node.effects("diverged")).toEqual([]);
      }
    });
    await fc.assert(check, { seed: 11, numRuns: 80 });
    expect(pendingCount).toBeGreaterThan(50);
  });
});
