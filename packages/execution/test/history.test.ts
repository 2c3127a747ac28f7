// Old states of a shard (section 6): any kept one is read, proved, and made the latest again; forgetting leaves newer
// ones whole; an execution continues from any claim (C3); a store that lost something is found out.

import {
  asBudget,
  asContractName,
  type ContractName,
  type Frontier,
  limits,
  listEntries,
  loadMap,
  type MemoryStore,
  proveKeys,
  readNow,
  type SparseStore,
  StoreFault,
  utf8,
  verifyKeys,
} from "@tandem/shared";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { contractAt, pruneShard, restorePending, rollBackShard, ShardExecution } from "../src/index.ts";
import { roundChangesCodec } from "../src/state/records.ts";
import {
  anyBlocks,
  type Content,
  contentOf,
  contractNames,
  dump,
  hex,
  type Moment,
  type Past,
  type PlannedBlock,
  pastOf,
  restoreFrom,
  storeOf,
  texts,
} from "./support/past.ts";
import { call, keys, literal, program, whole } from "./support/programs.ts";

const anyPast = fc.tuple(anyBlocks, fc.constantFrom(2, 5, 1000));

function checkAll(seed: number, numRuns: number, check: (past: Past, draw: fc.GeneratorValue) => Promise<void>) {
  const property = fc.asyncProperty(anyPast, fc.gen(), async ([blocks, nodesMax], draw) =>
    check(await pastOf(blocks, nodesMax), draw),
  );
  return fc.assert(property, { seed, numRuns });
}

const drawPlace = (draw: fc.GeneratorValue, from: number, until: number) =>
  draw(() => fc.integer({ min: from, max: until - 1 }));

/** What is read at a claim, or `undefined` if it is said that this is not kept. */
async function readAt(store: SparseStore, frontier: Frontier): Promise<ReadonlyMap<string, Content> | undefined> {
  const contents = new Map<string, Content>();
  for (const name of contractNames) {
    const found = await contractAt(store, frontier, name);
    if (found === undefined) return undefined;
    if (found.record === undefined) continue;
    const entries = await listEntries(found.state.store, found.state.snapshot, new Uint8Array(32), 10_000);
    contents.set(name, { record: found.record, entries: entries.map(({ key, value }) => [hex(key), hex(value)]) });
  }
  return contents;
}

const sorted = (contents: ReadonlyMap<string, Content> | undefined) =>
  contents === undefined ? undefined : [...contents].sort(([a], [b]) => (a < b ? -1 : 1));

async function expectKept(store: SparseStore, past: Past, moment: Moment): Promise<void> {
  const { frontier } = moment;
  expect(sorted(await readAt(store, frontier))).toEqual(sorted(await contentOf(moment)));
  const there = await restorePending(storeOf(moment.records), frontier);
  expect(await restorePending(store, frontier)).toEqual(there);
  expect(there.map(({ position }) => past.inputs[position.height - 1]?.slice.height)).toEqual(
    there.map(({ position }) => position.height),
  );
}

async function pruneAll(store: MemoryStore, keepFrom: Frontier["round"], recordsMax = 64): Promise<void> {
  for await (const batch of pruneShard(store, keepFrom, recordsMax)) store.write(batch);
}

/** Runs all rounds after a claim again, and compares every claim with the first time. */
async function expectToContinue(past: Past, store: MemoryStore, execution: ShardExecution): Promise<void> {
  for (const input of past.inputs.slice(execution.height)) {
    const result = readNow((wanted) => store.readNow(wanted), execution.round(input));
    if (result !== undefined) store.write(result.batch);
    expect(execution.frontier).toEqual(past.moments[input.slice.height]?.frontier);
  }
  expect(texts(await dump(store))).toEqual(texts(past.moments.at(-1)?.records ?? []));
}

describe("any shard after any rounds", () => {
  test("reads every state that it had", () =>
    checkAll(1, 40, async (past) => {
      for (const moment of past.moments) await expectKept(past.shard.store, past, moment);
    }));

  test("rolls back to any claim: not one record is left of what came after, and the same claims follow again", () =>
    checkAll(2, 40, async (past, draw) => {
      const { store } = past.shard;
      const moment = past.moments[drawPlace(draw, 0, past.moments.length)] as Moment;
      store.write(await rollBackShard(store, moment.frontier));
      expect(texts(await dump(store))).toEqual(texts(moment.records));
      await expectToContinue(past, store, await restoreFrom(past, store, moment.frontier));
    }));

  test("forgets old states, in steps of any size and when broken off too, and none that are newer", () =>
    checkAll(3, 40, async (past, draw) => {
      const { store } = past.shard;
      const place = drawPlace(draw, 0, past.moments.length);
      const { round } = (past.moments[place] as Moment).frontier;
      const atOnce = storeOf(await dump(store));
      await pruneAll(atOnce, round);
      let steps = drawPlace(draw, 0, 12);
      for await (const batch of pruneShard(store, round, drawPlace(draw, 1, 4))) {
        if (steps-- === 0) break;
        store.write(batch);
        await expectKept(store, past, past.moments[place] as Moment);
      }
      await pruneAll(store, round, drawPlace(draw, 1, 4));
      expect(texts(await dump(store))).toEqual(texts(await dump(atOnce)));
      for (const moment of past.moments.slice(place)) await expectKept(store, past, moment);
      for (const moment of past.moments.slice(0, place)) {
        const found = await readAt(store, moment.frontier);
        if (found !== undefined) expect(sorted(found)).toEqual(sorted(await contentOf(moment)));
      }
    }));

  test("forgets and rolls back in either order, with the same records in the end, and goes on", () =>
    checkAll(4, 40, async (past, draw) => {
      const places = [drawPlace(draw, 0, past.moments.length), drawPlace(draw, 0, past.moments.length)];
      const keepFrom = (past.moments[Math.min(...places)] as Moment).frontier;
      const target = (past.moments[Math.max(...places)] as Moment).frontier;
      const { store } = past.shard;
      const other = storeOf(await dump(store));
      await pruneAll(store, keepFrom.round);
      store.write(await rollBackShard(store, target));
      other.write(await rollBackShard(other, target));
      await pruneAll(other, keepFrom.round);
      expect(texts(await dump(store))).toEqual(texts(await dump(other)));
      const execution = await restoreFrom(past, store, target);
      for (const input of past.inputs.slice(target.round)) {
        const result = readNow((wanted) => store.readNow(wanted), execution.round(input));
        if (result !== undefined) store.write(result.batch);
      }
      await expectKept(store, past, past.moments.at(-1) as Moment);
    }));

  test("keeps nothing but the latest state when all before is forgotten", () =>
    checkAll(5, 40, async (past) => {
      const { store } = past.shard;
      const last = past.moments.at(-1) as Moment;
      await pruneAll(store, last.frontier.round, 3);
      const records = await dump(store);
      const ofKind = (kind: number) => records.filter(({ key }) => key[0] === kind);
      expect(ofKind(3).length).toBe(last.frontier.pending.count);
      expect(ofKind(4)).toEqual([]);
      const contents = await contentOf(last);
      const values = ofKind(2).filter(({ key }) => key[2 + (key[1] as number)] === 2);
      expect(values.length).toBe([...contents.values()].reduce((sum, { entries }) => sum + entries.length, 0));
    }));

  test("makes the same records whatever memory its open maps may take", () =>
    checkAll(6, 40, async (past, draw) => {
      const [first] = past.moments as [Moment];
      const store = storeOf(first.records);
      const heldBytesMax = draw(() => fc.constantFrom(0, 2_000, 6_000));
      const execution = new ShardExecution({ ...past.setting, heldBytesMax }, first.frontier);
      await expectToContinue(past, store, execution);
    }));
});

describe("a store that lost a record", () => {
  /** What is done is right, or it is said that the store is at fault. */
  async function rightOrFault(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return false;
    } catch (fault) {
      if (!(fault instanceof StoreFault)) throw fault;
      return true;
    }
  }

  test("gives what it had, or a fault: reading, continuing, rolling back", async () => {
    let faults = 0;
    await checkAll(7, 30, async (past, draw) => {
      const place = drawPlace(draw, 0, past.moments.length);
      const moment = past.moments[place] as Moment;
      const end = past.moments.at(-1) as Moment;
      for (const records of [moment.records, end.records]) {
        const lost = drawPlace(draw, 0, records.length);
        const damaged = () => storeOf(records.filter((_, i) => i !== lost));
        const works = [
          async () => {
            const found = await readAt(damaged(), moment.frontier);
            if (found !== undefined) expect(sorted(found)).toEqual(sorted(await contentOf(moment)));
          },
          async () => {
            const there = await restorePending(storeOf(moment.records), moment.frontier);
            expect(await restorePending(damaged(), moment.frontier)).toEqual(there);
          },
          async () => {
            const store = damaged();
            store.write(await rollBackShard(store, moment.frontier));
            const execution = await restoreFrom(past, store, moment.frontier);
            for (const input of past.inputs.slice(moment.frontier.round)) {
              const result = readNow((wanted) => store.readNow(wanted), execution.round(input));
              if (result !== undefined) store.write(result.batch);
              expect(execution.frontier).toEqual(past.moments[input.slice.height]?.frontier);
            }
          },
        ];
        for (const work of works) if (await rightOrFault(work)) faults++;
      }
    });
    expect(faults).toBeGreaterThan(30);
  });
});

describe("one shard with a few rounds", () => {
  const [x, y]: readonly ContractName[] = ["a/x", "a/y"].map(asContractName);
  const add = (at: string, amount: bigint) => call(at, "add", [literal("a"), literal(amount)], keys([], ["a"]));
  const create = (at: string) => call(at, "create", [literal("probe"), literal(5n)], whole);
  const block = (...steps: Parameters<typeof program>[0]): PlannedBlock => ({ programs: [program(steps)], silent: [] });
  const made = asContractName("a/new");

  const few = () => pastOf([block(add("a/x", 1n)), block(create("a/new")), block(add("a/new", 1n), add("a/x", 1n))], 9);
  const at = (past: Past, height: number) => (past.moments[height] as Moment).frontier;

  test("proves a key under the claim of a round, and that a contract was not there", async () => {
    const past = await few();
    const found = await contractAt(past.shard.store, at(past, 1), x as ContractName);
    const key = utf8("a");
    if (found?.record === undefined) throw new Error("the contract was there");
    const touched = { reads: [key], writes: [] };
    const proof = proveKeys(await loadMap(found.state.store, found.state.snapshot, touched), touched);
    if (!proof.ok) throw new Error("what was read can be proved");
    expect(verifyKeys(found.record.state, proof.value, [key])).toEqual({ ok: true, value: [Uint8Array.of(2)] });
    const before = await contractAt(past.shard.store, at(past, 1), made);
    expect(before?.record).toBeUndefined();
    expect((await contractAt(past.shard.store, at(past, 2), made))?.record?.status).toBe("live");
  });

  test("a contract that did not change since is found at its older version", async () => {
    const past = await few();
    const versionAt = async (height: number, name: ContractName | undefined) =>
      (await contractAt(past.shard.store, at(past, height), name as ContractName))?.state.snapshot.version;
    expect(await versionAt(3, y)).toBe(1);
    expect(await versionAt(3, x)).toBe(4);
    expect(await versionAt(2, x)).toBe(2);
  });

  test("after forgetting, older claims are said not to be kept, and cannot be made the latest", async () => {
    const past = await few();
    await pruneAll(past.shard.store, at(past, 2).round);
    expect(await contractAt(past.shard.store, at(past, 1), x as ContractName)).toBeUndefined();
    await expect(rollBackShard(past.shard.store, at(past, 1))).rejects.toThrow(StoreFault);
  });
});

describe("what stays in memory from round to round", () => {
  type Step = Parameters<typeof program>[0][number];

  /** How many records each round after the first `skipped` ones reads, with a step for each round. */
  async function readsOf(steps: readonly Step[], heldBytesMax: number, skipped = 0): Promise<readonly number[]> {
    const past = await pastOf(
      steps.map((step) => ({ programs: [program([step])], silent: [] })),
      9,
    );
    const begin = past.moments[skipped] as Moment;
    const store = storeOf(begin.records);
    const execution = new ShardExecution({ ...past.setting, heldBytesMax }, begin.frontier);
    return past.inputs.slice(skipped).map((input) => {
      let count = 0;
      const read = (wanted: readonly Uint8Array[]) => {
        count += wanted.length;
        return store.readNow(wanted);
      };
      store.write(readNow(read, execution.round(input))?.batch ?? { puts: [], deletes: [] });
      return count;
    });
  }

  test("nothing is read twice, unless it was let go", async () => {
    const step = call("a/x", "add", [literal("a"), literal(1n)], keys([], ["a"]));
    const [cold] = await readsOf([step, step], 0);
    expect(cold).toBeGreaterThan(3);
    expect(await readsOf([step, step], 0)).toEqual([cold, cold]);
    expect(await readsOf([step, step], 1_000_000)).toEqual([cold, 0]);
  });

  test("large values count as what they are, written or read", async () => {
    const generous = { budget: asBudget(10_000_000) };
    const long = literal("long ".repeat(2_000));
    const put = call("a/x", "put", [literal("b"), long], keys([], ["b"]), generous);
    expect((await readsOf([put, put], 20_000))[1]).toBe(0);
    expect((await readsOf([put, put], 9_000))[1]).toBeGreaterThan(0);
    const read = call("a/x", "read", [literal("b")], keys(["b"]), generous);
    expect((await readsOf([put, read, read], 20_000, 1))[1]).toBe(0);
    expect((await readsOf([put, read, read], 9_000, 1))[1]).toBeGreaterThan(0);
  });
});

test("more programs are restored than one reading gives, in line order", async () => {
  const waiting = (key: string) =>
    program([call("b/z", "read", [literal("a")], keys(["a"])), call("a/x", "put", [literal(key), 0], keys([], [key]))]);
  const programs = Array.from({ length: 150 }, (_, i) => waiting(`key ${i}`));
  const past = await pastOf([{ programs, silent: [] }], 1000);
  const { frontier, records } = past.moments[1] as Moment;
  const restored = await restorePending(storeOf(records), frontier);
  expect(restored.map(({ position }) => position.index)).toEqual(programs.map((_, index) => index));
  const wrong = { ...frontier, pending: { ...frontier.pending, count: 151 } };
  await expect(restorePending(storeOf(records), wrong)).rejects.toThrow(StoreFault);
});

test("R4: whatever is released at once, what the round changed is noted", () => {
  const entries = (count: number) => Array.from({ length: count }, () => new Uint8Array(32) as Frontier["claim"]);
  const [ran, came] = [limits.laneItemsMax, limits.blockBlobsMax];
  const changes = { contracts: [], made: entries(ran + came), left: entries(ran) };
  const decoded = roundChangesCodec.decode(roundChangesCodec.encode(changes));
  expect(decoded.ok && decoded.value.left.length).toBe(ran);
});
