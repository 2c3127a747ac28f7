// C3: from a snapshot that is checked against an attested claim a follower continues exactly, in the middle of open groups
// too; from one that was broken off nothing is left that anybody takes for a state; and what its store then has is what it
// takes to read, forget, roll back, and give a snapshot itself.

import { contractAt, pruneShard, restorePending, rollBackShard, ShardExecution } from "@tandem/execution";
import {
  asShardName,
  type Frontier,
  listEntries,
  type MemoryStore,
  readNow,
  type StoreBatch,
  type StoreRecord,
} from "@tandem/shared";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  anyBlocks,
  contentOf,
  contractNames,
  dump,
  hex,
  type Moment,
  type Past,
  restoreFrom,
  storeOf,
} from "../../../execution/test/support/past.ts";
import { call, keys, literal, program } from "../../../execution/test/support/programs.ts";
import { readShard, shardPrefix } from "../../src/chain-records.ts";
import { readContent } from "../../src/records.ts";
import { writeSnapshot } from "../../src/snapshot/index.ts";
import { type AttestedPlan, type AttestedShard, attestedShard } from "../support/attested-shard.ts";
import { batchesOf, importInto, importParts, partsOf } from "../support/snapshots.ts";

const a = asShardName("a");
const add = call("a/x", "add", [literal("a"), literal(1n)], keys([], ["a"]));
const block = { programs: [program([add])], silent: [] };
/** A group that is open as long as the other shard is not heard. */
const group = program([add, call("b/z", "add", [literal("a"), literal(1n)], keys([], ["a"]))], [[0, 2]]);
const open = { programs: [group], silent: ["b"] };

/** Its records as the execution reads them. */
async function bare(store: MemoryStore): Promise<MemoryStore> {
  const prefix = hex(shardPrefix(a));
  const own = (await dump(store)).filter(({ key }) => hex(key).startsWith(prefix));
  return storeOf(own.map(({ key, value }): StoreRecord => ({ key: key.slice(prefix.length / 2), value })));
}

/** Runs what came after a claim, and compares each claim with the first time. */
function expectToContinue(past: Past, store: MemoryStore, execution: ShardExecution): void {
  for (const input of past.inputs.slice(execution.height)) {
    const result = readNow((keys) => store.readNow(keys), execution.round(input));
    if (result !== undefined) store.write(result.batch);
    expect(execution.frontier).toEqual(past.moments[input.slice.height]?.frontier);
  }
}

async function expectState(store: MemoryStore, moment: Moment): Promise<void> {
  const there = await contentOf(moment);
  for (const name of contractNames) {
    const found = await contractAt(store, moment.frontier, name);
    const entries = found && (await listEntries(found.state.store, found.state.snapshot, new Uint8Array(32), 9999));
    expect(found?.record).toEqual(there.get(name)?.record);
    expect(entries?.map(({ key, value }) => [hex(key), hex(value)])).toEqual(there.get(name)?.entries ?? []);
  }
  expect(await restorePending(store, moment.frontier)).toEqual(
    await restorePending(storeOf(moment.records), moment.frontier),
  );
}

const momentOf = ({ past }: AttestedShard, { round }: Frontier) => past.moments[round] as Moment;

const anyPlan: fc.Arbitrary<AttestedPlan> = fc
  .record({ blocks: anyBlocks, attested: fc.constantFrom(1, 2, 2, 3, 5, 9), nodesMax: fc.constantFrom(2, 5, 1000) })
  .map((plan) => ({ ...plan, late: [2, 4, 5] }));

/** It has a claim in the first round at least. */
function checkAll(seed: number, numRuns: number, check: (shard: AttestedShard) => Promise<void>) {
  const property = fc.asyncProperty(anyPlan, async (plan) => {
    await check(await attestedShard({ ...plan, blocks: [block, open, ...plan.blocks, ...plan.blocks] }));
  });
  return fc.assert(property, { seed, numRuns });
}

describe("any shard after any rounds", () => {
  let withPending = 0;
  let withGroups = 0;

  test("continues from a snapshot with the same claims, byte for byte", async () => {
    await checkAll(1, 30, async (shard) => {
      const { store, done } = await importInto(shard);
      if (!done.ok) throw new Error(done.error.message);
      expect(readNow((keys) => store.readNow(keys), readShard(a))).toEqual({
        frontier: done.value,
        begun: done.value.round,
      });
      const moment = momentOf(shard, done.value);
      expect(done.value).toEqual(moment.frontier);
      const own = await bare(store);
      await expectState(own, moment);
      const execution = await restoreFrom(shard.past, own, done.value);
      if (execution.pendingCount > 0) withPending++;
      if (execution.pending().some(({ entry }) => entry.writes.length > 0)) withGroups++;
      expectToContinue(shard.past, own, execution);
      for (const later of shard.past.moments.slice(done.value.round)) await expectState(own, later);
    });
    // C3 has to be tried where it is hard.
    expect(withPending).toBeGreaterThan(5);
    expect(withGroups).toBeGreaterThan(3);
  });

  test("has the claim with its exports afterwards, and no mark (C4)", () =>
    checkAll(2, 5, async (shard) => {
      const { store, done } = await importInto(shard);
      if (!done.ok) throw new Error(done.error.message);
      const content = readNow((keys) => store.readNow(keys), readContent(done.value.claim));
      expect(content).toEqual(readNow((keys) => shard.store.readNow(keys), readContent(done.value.claim)));
      const kinds = new Set((await dump(store)).map(({ key }) => key[0]));
      expect([...kinds].sort()).toEqual([48, 50, 64]);
    }));

  test("forgets older states after a snapshot, and rolls back to it", () =>
    checkAll(3, 10, async (shard) => {
      const { store, done } = await importInto(shard);
      if (!done.ok) throw new Error(done.error.message);
      const own = await bare(store);
      const start = await dump(own);
      expectToContinue(shard.past, own, await restoreFrom(shard.past, own, done.value));
      const pruned = storeOf(await dump(own));
      const last = shard.past.moments.at(-1) as Moment;
      for await (const batch of pruneShard(pruned, last.frontier.round, 3)) pruned.write(batch);
      await expectState(pruned, last);
      own.write(await rollBackShard(own, done.value));
      expect(await dump(own)).toEqual(start);
    }));

  test("gives the same snapshot again from the store that has one", () =>
    checkAll(4, 8, async (shard) => {
      const parts = await partsOf(shard);
      const { store } = await importInto(shard);
      // What the attest chain brings to every node.
      for (const { key, value } of await dump(shard.store)) {
        if ((key[0] as number) < 48) store.write({ puts: [{ key, value }], deletes: [] });
      }
      expect((await partsOf({ ...shard, store })).map(hex)).toEqual(parts.map(hex));
    }));

  test("is the same whatever goes into one part", () =>
    checkAll(7, 4, async (shard) => {
      const { store } = await importInto(shard);
      for (const itemsMax of [1, 2, 3]) {
        const parts = await partsOf(shard, { itemsMax, bytesMax: 1_000_000 });
        const small = await importParts(parts, shard);
        expect(await dump(small.store)).toEqual(await dump(store));
        expect((await partsOf(shard, { itemsMax: 1000, bytesMax: 1 })).map(hex)).toEqual(
          (await partsOf(shard, { itemsMax: 1, bytesMax: 1_000_000 })).map(hex),
        );
      }
    }));

  test("is not followed after an import that was broken off, and replays from the genesis as ever", () =>
    checkAll(5, 8, async (shard) => {
      const batches = await batchesOf(shard);
      const store = storeOf([]);
      for (const batch of batches.slice(0, -1)) {
        store.write(batch);
        expect(readNow((keys) => store.readNow(keys), readShard(a))).toBeUndefined();
      }
      const own = await bare(store);
      const [begun] = shard.past.moments as [Moment];
      own.write({ puts: begun.records, deletes: [] });
      expectToContinue(shard.past, own, new ShardExecution(shard.past.setting, begun.frontier));
      for (const moment of shard.past.moments) await expectState(own, moment);
      for await (const batch of pruneShard(own, (shard.past.moments.at(-1) as Moment).frontier.round)) own.write(batch);
      await expectState(own, shard.past.moments.at(-1) as Moment);
    }));

  test("begins anew with another import, whatever the first one left", () =>
    checkAll(6, 5, async (shard) => {
      const store = storeOf([]);
      for (const batch of (await batchesOf(shard)).slice(0, -1)) store.write(batch);
      store.write({ puts: [{ key: Uint8Array.of(...shardPrefix(a), 2, 9), value: Uint8Array.of(1) }], deletes: [] });
      const fresh = await importInto(shard);
      const again = await importInto(shard, store);
      expect(again.done).toEqual(fresh.done);
      expect(await dump(store)).toEqual(await dump(fresh.store));
    }));
});

describe("who gives a snapshot, and who takes one", () => {
  /** Five rounds, of whose claims the first is attested. */
  const some = () => attestedShard({ blocks: Array.from({ length: 5 }, () => block), attested: 1 });
  test("C6: a store that follows the shard takes none", async () => {
    const shard = await some();
    const { done } = await importInto(shard, shard.store);
    expect(done).toMatchObject({ ok: false, error: { code: "is-followed" } });
  });

  test("a store without the shard gives none, nor one whose claims are not attested", async () => {
    const shard = await some();
    const empty = writeSnapshot(storeOf([]), shard.network, a);
    expect(await empty.next()).toMatchObject({ done: true, value: { error: { code: "not-followed" } } });
    const unattested = storeOf((await dump(shard.store)).filter(({ key }) => key[0] !== 32));
    const none = writeSnapshot(unattested, shard.network, a);
    expect(await none.next()).toMatchObject({ done: true, value: { error: { code: "not-attested" } } });
  });

  test("a state that is forgotten is not given", async () => {
    const shard = await some();
    const own = await bare(shard.store);
    const last = shard.past.moments.at(-1) as Moment;
    const gone: StoreBatch[] = [];
    for await (const batch of pruneShard(own, last.frontier.round)) {
      gone.push(batch);
      own.write(batch);
    }
    const keys = gone.flatMap(({ deletes }) => deletes.map((key) => Uint8Array.of(...shardPrefix(a), ...key)));
    shard.store.write({ puts: [], deletes: keys });
    const parts = writeSnapshot(shard.store, shard.network, a);
    expect(await parts.next()).toMatchObject({ done: true, value: { error: { code: "not-kept" } } });
  });
});
