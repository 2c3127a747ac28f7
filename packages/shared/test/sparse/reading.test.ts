// A stored map whose pages are opened where they are needed, below overlays that were never stored, by readings
// that do no I/O: whatever is asked of it, it answers as the whole map would.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { useHasher } from "../../src/hashing.ts";
import {
  emptySnapshot,
  type MapChange,
  type MapSnapshot,
  MemoryStore,
  openKeys,
  openMap,
  type Reading,
  readFrom,
  readNow,
  SparseMap,
  StoreFault,
  storeBatchOf,
  type TouchedKeys,
  updateMap,
} from "../../src/sparse/index.ts";
import {
  anyChanges,
  anyHistory,
  codeOf,
  hex,
  keyAtBits,
  must,
  PlainMap,
  pathOf,
  someDeepKeys,
  someKeys,
  somePlainKeys,
  steeredHasher,
  text,
} from "./support.ts";

useHasher(steeredHasher);

interface Version {
  readonly at: MapSnapshot;
  readonly plain: PlainMap;
}

async function grow(store: MemoryStore, history: readonly (readonly MapChange[])[]): Promise<Version[]> {
  const versions: Version[] = [{ at: emptySnapshot, plain: new PlainMap() }];
  for (const changes of history) {
    const { at, plain } = versions.at(-1) as Version;
    const update = await updateMap(store, at, at.version + 2, changes);
    store.write(update.batch);
    versions.push({ at: update.snapshot, plain: plain.after(changes) });
  }
  return versions;
}

/** Drives readings, counts batches, and knows which records were asked for. */
class Reader {
  readonly #store: MemoryStore;
  readonly asked = new Set<string>();
  batches = 0;

  constructor(store: MemoryStore) {
    this.#store = store;
  }

  run<T>(reading: Reading<T>): T {
    return readNow((keys) => {
      this.batches++;
      expect(keys.length, "a batch is never empty").toBeGreaterThan(0);
      for (const key of keys) {
        expect(this.asked.has(hex(key)), `${hex(key)} is asked for twice`).toBe(false);
        this.asked.add(hex(key));
      }
      return this.#store.readNow(keys);
    }, reading);
  }
}

/** Levels of pages that a path of 256 bits can lead through. */
const pageLevels = 64;

/** Opens what a step touches and applies it; what could be asked in between is what the plain map says. */
function step(reader: Reader, map: SparseMap, plain: PlainMap, { changes, reads }: Step): SparseMap {
  const touched: TouchedKeys = { reads, writes: changes.map(({ key }) => key) };
  const before = reader.batches;
  reader.run(openKeys(map, touched));
  expect(reader.batches - before).toBeLessThanOrEqual(pageLevels + 1);
  expect(openKeys(map, touched).next().done, "what is known is not read again").toBe(true);
  for (const key of reads) expect(must(map.get(key))).toEqual(plain.get(key));
  for (const { key } of changes) expect(must(map.has(key))).toBe(plain.get(key) !== undefined);
  const next = must(map.apply(changes, map.version + 1));
  expect(hex(next.root)).toBe(hex(plain.after(changes).root));
  return next;
}

interface Step {
  readonly changes: readonly MapChange[];
  readonly reads: readonly Uint8Array[];
}

const anyStep = (keys: readonly Uint8Array[]): fc.Arbitrary<Step> =>
  fc.record({ changes: anyChanges(keys, 5), reads: fc.subarray([...keys], { maxLength: 4 }) });
const anyPool = fc.constantFrom(somePlainKeys, someDeepKeys, someKeys);
const anyRun = anyPool.chain((keys) =>
  fc.record({ history: anyHistory(keys, 6), steps: fc.array(anyStep(keys), { maxLength: 8 }) }),
);

const put = (key: Uint8Array, value: string): MapChange => ({ key, value: text(value) });
const accounts = (count: number) => Array.from({ length: count }, (_, i) => put(text(`account ${i}`), `${i}`));
const keysOf = (changes: readonly MapChange[]) => changes.map(({ key }) => key);

describe("overlays on a stored map", () => {
  test("answer as whole maps, also over an old version of a store that went on", async () => {
    await fc.assert(
      fc.asyncProperty(anyRun, fc.nat(6), async ({ history, steps }, index) => {
        const store = new MemoryStore();
        const versions = await grow(store, history);
        const base = versions[index % versions.length] as Version;
        const reader = new Reader(store);
        let map = reader.run(openMap(base.at));
        let { plain } = base;
        for (const each of steps) {
          map = step(reader, map, plain, each);
          plain = plain.after(each.changes);
        }
      }),
      { seed: 1, numRuns: 150 },
    );
  });

  test("of one block each make a tree: forks share what was opened for any of them", async () => {
    await fc.assert(
      fc.asyncProperty(anyRun, fc.array(fc.nat(8)), async ({ history, steps }, parents) => {
        const store = new MemoryStore();
        const { at, plain } = (await grow(store, history)).at(-1) as Version;
        const reader = new Reader(store);
        const blocks = [{ map: reader.run(openMap(at)), plain }];
        for (const [index, each] of steps.entries()) {
          const parent = blocks[(parents[index] ?? index) % blocks.length] as (typeof blocks)[0];
          const map = step(reader, parent.map, parent.plain, each);
          blocks.push({ map, plain: parent.plain.after(each.changes) });
        }
      }),
      { seed: 2, numRuns: 100 },
    );
  });

  test("go on after some of them were stored, from memory or from a closed top", async () => {
    const anyStored = fc.array(fc.constantFrom("no", "and kept", "and dropped"));
    await fc.assert(
      fc.asyncProperty(anyRun, anyStored, async ({ history, steps }, stored) => {
        const store = new MemoryStore();
        let { at, plain } = (await grow(store, history)).at(-1) as Version;
        let reader = new Reader(store);
        let latest = reader.run(openMap(at));
        let map = latest;
        for (const [index, each] of steps.entries()) {
          map = step(reader, map, plain, each);
          plain = plain.after(each.changes);
          if ((stored[index] ?? "no") === "no") continue;
          store.write(storeBatchOf(latest, map));
          at = { version: map.version, root: map.root };
          if (stored[index] === "and dropped") {
            reader = new Reader(store);
            map = reader.run(openMap(at));
          }
          latest = map;
        }
      }),
      { seed: 3, numRuns: 150 },
    );
  });
});

describe("what a reading asks for", () => {
  test("is nothing for the empty map, whatever is touched", () => {
    const reader = new Reader(new MemoryStore());
    const map = reader.run(openMap(emptySnapshot));
    reader.run(openKeys(map, { reads: [...someKeys], writes: [] }));
    reader.run(openKeys(SparseMap.empty, { reads: [...someKeys], writes: [] }));
    expect(reader.batches).toBe(0);
    expect(hex(map.root)).toBe(hex(new Uint8Array(32)));
  });

  test("is the top alone for a closed map, which then knows its root and no key", async () => {
    const store = new MemoryStore();
    const { at } = (await grow(store, [accounts(100)])).at(-1) as Version;
    const reader = new Reader(store);
    const map = reader.run(openMap(at));
    expect(reader.asked.size).toBe(1);
    expect(hex(map.root)).toBe(hex(at.root));
    expect(codeOf(map.get(text("account 1")))).toBe("not-in-witness");
    expect(codeOf(map.apply([put(text("account 1"), "new")]))).toBe("not-in-witness");
  });

  test("is one batch for each level of pages and one for values, wherever the pages lie that are missing", async () => {
    const store = new MemoryStore();
    // One arm of the tree is thirty levels deep, all else four or so.
    const deep = [keyAtBits("1".repeat(32)), keyAtBits(`${"1".repeat(31)}0`)];
    const { at } = (await grow(store, [[...accounts(200), ...deep.map((key) => put(key, "deep"))]])).at(-1) as Version;
    const all = { reads: [...keysOf(accounts(200)), ...deep], writes: [] };
    const closed = new Reader(store);
    closed.run(openKeys(closed.run(openMap(at)), all));
    expect(closed.batches).toBe(1 + 32 / 4 + 1);
    const apart = new Reader(store);
    const map = apart.run(openMap(at));
    // The arm first, down to its fourth page: other pages are missing higher up and further below.
    apart.run(openKeys(map, { reads: [], writes: [keyAtBits("1".repeat(14))] }));
    const before = apart.batches;
    apart.run(openKeys(map, all));
    expect(apart.batches - before).toBeLessThan(closed.batches);
    expect(apart.asked).toEqual(closed.asked);
  });

  test("is no more than values, once the paths are known", async () => {
    const store = new MemoryStore();
    const { at } = (await grow(store, [accounts(100)])).at(-1) as Version;
    const keys = keysOf(accounts(100));
    const reader = new Reader(store);
    const map = reader.run(openMap(at));
    reader.run(openKeys(map, { reads: [], writes: keys }));
    const [batches, records] = [reader.batches, reader.asked.size];
    reader.run(openKeys(map, { reads: keys, writes: [] }));
    expect([reader.batches - batches, reader.asked.size - records]).toEqual([1, 100]);
  });

  test("leaves out values that an overlay has", async () => {
    const store = new MemoryStore();
    const { at } = (await grow(store, [accounts(100)])).at(-1) as Version;
    const keys = keysOf(accounts(10));
    const reader = new Reader(store);
    const map = reader.run(openMap(at));
    reader.run(openKeys(map, { reads: [], writes: keys }));
    const after = must(map.apply(keys.map((key) => put(key, "new"))));
    expect(openKeys(after, { reads: keys, writes: [] }).next().done).toBe(true);
    for (const key of keys) expect(must(after.get(key))).toEqual(text("new"));
  });

  test("is the same for a shell that reads asynchronously", async () => {
    const store = new MemoryStore();
    const { at, plain } = (await grow(store, [accounts(100)])).at(-1) as Version;
    const map = await readFrom(store, openMap(at));
    await readFrom(store, openKeys(map, { reads: keysOf(accounts(120)), writes: [] }));
    for (const { key } of accounts(120)) expect(must(map.get(key))).toEqual(plain.get(key));
  });
});

describe("two readings of one map", () => {
  test("that take turns open it together", async () => {
    const store = new MemoryStore();
    const { at, plain } = (await grow(store, [accounts(300)])).at(-1) as Version;
    const map = readNow((keys) => store.readNow(keys), openMap(at));
    const touched = [keysOf(accounts(200)), keysOf(accounts(300).slice(100))];
    const readings = touched.map((reads) => openKeys(map, { reads, writes: [] }));
    let steps = readings.map((reading) => reading.next());
    while (steps.some(({ done }) => done !== true)) {
      // The other way about each time, so that neither is always the first.
      steps = steps.map((each, i) =>
        each.done ? each : (readings[i] as Reading<void>).next(store.readNow(each.value)),
      );
      steps.reverse();
      readings.reverse();
    }
    for (const { key } of accounts(300)) expect(must(map.get(key))).toEqual(plain.get(key));
  });
});

describe("a record that is not there", () => {
  const touched = { reads: [...someKeys, text("absent")], writes: [] };

  test("is a fault of the store that comes out of the reading, and asking again is enough", async () => {
    const store = new MemoryStore();
    const history = [someKeys.map((key) => put(key, hex(pathOf(key)))), somePlainKeys.map((key) => put(key, "new"))];
    const { at, plain } = (await grow(store, history)).at(-1) as Version;
    const whole = new Reader(store);
    whole.run(openKeys(whole.run(openMap(at)), touched));
    expect(whole.asked.size).toBeGreaterThan(someKeys.length);
    for (const lost of whole.asked) {
      const without = (keys: readonly Uint8Array[]) =>
        store.readNow(keys).map((record, i) => (hex(keys[i] as Uint8Array) === lost ? undefined : record));
      const everything = (keys: readonly Uint8Array[]) => store.readNow(keys);
      const open = () => readNow(without, openKeys(readNow(without, openMap(at)), touched));
      expect(open, lost).toThrow(StoreFault);
      const map = readNow(everything, openMap(at));
      try {
        readNow(without, openKeys(map, touched));
      } catch (fault) {
        expect(fault).toMatchObject({ name: "StoreFault", code: "missing-record" });
      }
      readNow(everything, openKeys(map, touched));
      for (const key of touched.reads) expect(must(map.get(key))).toEqual(plain.get(key));
    }
  });
});
