// C3: from a claim, the state and blobs under it and what comes after, an execution continues exactly; and what it
// claims passes the same checks.

import { assert, MemoryStore, readNow, type StoreBatch } from "@tandem/shared";
import fc from "fast-check";
import { expect, test } from "vitest";
import { genesisShard, type PendingProgram, type RoundResult, ShardExecution } from "../../src/index.ts";
import { type AnyBlock, anyBlocks, anyBounds, anyWorld } from "../support/any-world.ts";
import { checkMade, factsOf, type MadeClaim, madeBy } from "../support/made-claims.ts";
import type { World, WorldShard } from "../support/world.ts";

/** One that begins at a claim of the shard, in the store as it was then. */
interface Restored {
  readonly shard: WorldShard;
  readonly from: number;
  readonly execution: ShardExecution;
  readonly store: MemoryStore;
  readonly hasOpenGroups: boolean;
}

function restore(world: World, shard: WorldShard, batches: readonly StoreBatch[]): Restored {
  const { execution, name } = shard;
  const pending: readonly PendingProgram[] = execution.pending();
  const restored = new ShardExecution(execution.setting, execution.frontier, pending);
  restored.recall(factsOf(world, name, world.height, world.height).recalled);
  const store = new MemoryStore();
  for (const batch of batches) store.write(batch);
  const hasOpenGroups = pending.some(({ entry }) => entry.writes.length > 0);
  return { shard, from: world.height, execution: restored, store, hasOpenGroups };
}

function follow({ shard, execution, store }: Restored, world: World, height: number): RoundResult | undefined {
  const { rounds } = factsOf(world, shard.name, height - 1, height);
  const [input] = rounds as [(typeof rounds)[number]];
  const result = readNow((keys) => store.readNow(keys), execution.round(input));
  if (result !== undefined) store.write(result.batch);
  return result;
}

test("an execution restored at any claim makes the same claims as the one that was always there", () => {
  let count = 0;
  let open = 0;
  const property = fc.property(anyBounds, anyBlocks, (bounds, blocks) => {
    const world = anyWorld(bounds);
    const batches = new Map([...world.shards.values()].map((shard) => [shard, [batchOf(world, shard)]]));
    const restored: Restored[] = [];
    for (const { blobs, silent } of [...blocks, ...quiet]) {
      const made = madeBy(world, blobs, world.citeAll(silent));
      for (const { result } of made) batches.get(world.shard(result.claim.shard))?.push(result.batch);
      for (const each of restored) compare(each, world, made);
      for (const { result } of made) {
        const shard = world.shard(result.claim.shard);
        restored.push(restore(world, shard, batches.get(shard) ?? []));
      }
    }
    count += restored.length;
    open += restored.filter(({ hasOpenGroups }) => hasOpenGroups).length;
  });
  fc.assert(property, { numRuns: 25, seed: 21 });
  expect(open).toBeGreaterThan(20);
  console.log(`restored ${count} times, ${open} of these in the middle of groups that wrote something`);
});

/** Until what waits has run. */
const quiet: readonly AnyBlock[] = [0, 1, 2, 3].map(() => ({ blobs: [], silent: [] }));

function compare(each: Restored, world: World, made: readonly MadeClaim[]): void {
  const own = made.find(({ result }) => result.claim.shard === each.shard.name);
  const result = follow(each, world, world.height);
  expect(result?.root).toEqual(own?.result.root);
  expect(result?.lanes).toEqual(own?.result.lanes);
  expect(each.execution.frontier).toEqual(each.shard.execution.frontier);
  if (own !== undefined && result !== undefined) expect(checkMade({ ...own, result }).ok).toBe(true);
}

/** What the store of a shard holds before its first round. */
function batchOf({ rules, genesis }: World, { name }: WorldShard): StoreBatch {
  const begun = readNow((keys) => keys.map(() => undefined), genesisShard(rules, genesis, name));
  assert(begun.ok, "the world began with it");
  return begun.value.batch;
}
