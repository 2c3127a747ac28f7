// T1-T8: the map in storage, over histories, with old versions, pruning, rolling back and damage.

import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { useHasher } from "../../src/hashing.ts";
import {
  emptySnapshot,
  listEntries,
  loadMap,
  type MapChange,
  type MapEntry,
  type MapSnapshot,
  MemoryStore,
  openProof,
  proveKeys,
  pruneMap,
  rollBackMap,
  SparseMap,
  type SparseStore,
  StoreFault,
  type StoreRange,
  type StoreRecord,
  snapshotAt,
  storeBatchOf,
  updateMap,
} from "../../src/sparse/index.ts";
import { Random } from "../support/hostile.ts";
import {
  anyHistory,
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

const first: Version = { at: emptySnapshot, plain: new PlainMap() };

/** Writes a history to the store, one version for each batch; the numbers leave gaps. */
async function grow(store: MemoryStore, history: readonly (readonly MapChange[])[], from = first): Promise<Version[]> {
  const versions = [from];
  for (const changes of history) {
    const { at, plain } = versions.at(-1) as Version;
    const version = at.version + 1 + (changes.length % 3);
    const update = await updateMap(store, at, version, changes);
    store.write(update.batch);
    versions.push({ at: update.snapshot, plain: plain.after(changes) });
  }
  return versions;
}

async function expectReadable(store: SparseStore, { at, plain }: Version, keys: readonly Uint8Array[] = someKeys) {
  expect(hex(at.root)).toBe(hex(plain.root));
  const map = await loadMap(store, at, { reads: keys, writes: [] });
  for (const key of keys) expect(must(map.get(key))).toEqual(plain.get(key));
}

const everything: Omit<StoreRange, "isReverse"> = {
  from: Uint8Array.of(0),
  until: Uint8Array.of(255),
  countMax: 1e9,
};

async function dump(store: SparseStore): Promise<string[]> {
  const records = await store.list({ ...everything, isReverse: false });
  return records.map(({ key, value }) => `${hex(key)}=${hex(value)}`);
}

async function pruneAll(store: MemoryStore, keepFrom: number): Promise<void> {
  for (;;) {
    const batch = await pruneMap(store, keepFrom, 2);
    if (batch.deletes.length === 0) return;
    store.write(batch);
  }
}

const pools = fc.constantFrom(somePlainKeys, someDeepKeys, someKeys);
const anyHistories = pools.chain((pool) => anyHistory(pool));

const put = (key: Uint8Array, value: string): MapChange => ({ key, value: text(value) });
const accounts = (count: number) => Array.from({ length: count }, (_, i) => put(text(`account ${i}`), `${i}`));

test("the records of a history are the committed ones: stores of before must stay readable", async () => {
  const store = new MemoryStore();
  const later = accounts(30).map(({ key }, i) => (i % 3 === 0 ? { key, value: undefined } : put(key, "new")));
  await grow(store, [accounts(100), later, accounts(7)]);
  const digest = createHash("sha256")
    .update((await dump(store)).join("\n"))
    .digest("hex");
  expect(digest).toBe("6086ba6fd99d65f60cf656e33211d8606b93ff5398e1a634025cbbeb9bc32eec");
});

describe("any history", () => {
  test("leaves every version readable, with the root that a rebuild gives", async () => {
    await fc.assert(
      fc.asyncProperty(anyHistories, async (history) => {
        const store = new MemoryStore();
        const versions = await grow(store, history);
        for (const version of versions) await expectReadable(store, version);
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  test("is found again by number: the state at a height is that of the last version before", async () => {
    const store = new MemoryStore();
    const versions = await grow(store, [accounts(3), accounts(1), [], accounts(5), accounts(2)]);
    expect(await snapshotAt(store, 0)).toBeUndefined();
    let latest = 0;
    for (let height = 1; height < 20; height++) {
      if (versions[latest + 1]?.at.version === height) latest++;
      expect(await snapshotAt(store, height)).toEqual((versions[latest] as Version).at);
    }
    expect(latest).toBe(5);
  });

  test("can be applied in memory and written later, several steps at once", async () => {
    await fc.assert(
      fc.asyncProperty(anyHistories, fc.integer({ min: 1, max: 4 }), async (history, stride) => {
        const store = new MemoryStore();
        let version: Version = first;
        for (let i = 0; i < history.length; i += stride) {
          const stored = await loadMap(store, version.at, { reads: [], writes: someKeys });
          let map = stored;
          let { plain } = version;
          for (const changes of history.slice(i, i + stride)) {
            map = must(map.apply(changes, map.version + 1));
            plain = plain.after(changes);
          }
          store.write(storeBatchOf(stored, map));
          version = { at: { version: map.version, root: map.root }, plain };
          await expectReadable(store, version);
        }
      }),
      { seed: 2, numRuns: 40 },
    );
  });
});

describe("pruning", () => {
  test("keeps the kept versions whole, and of the others nothing", async () => {
    await fc.assert(
      fc.asyncProperty(anyHistories, fc.nat(30), async (history, keepFrom) => {
        const store = new MemoryStore();
        const versions = await grow(store, history);
        const base = versions.findLast(({ at }) => at.version <= keepFrom) as Version;
        await pruneAll(store, keepFrom);
        for (const version of versions) {
          if (version.at.version >= base.at.version) await expectReadable(store, version);
          else if (version !== first) expect(await snapshotAt(store, version.at.version)).toBeUndefined();
        }
      }),
      { seed: 3, numRuns: 60 },
    );
  });

  test("to the latest leaves exactly as many records as one version with the same content has", async () => {
    await fc.assert(
      fc.asyncProperty(anyHistories, async (history) => {
        const store = new MemoryStore();
        const { at, plain } = (await grow(store, history)).at(-1) as Version;
        await pruneAll(store, at.version);
        const fresh = new MemoryStore();
        if (history.length > 0) await grow(fresh, [plain.entries]);
        expect(store.size).toBe(fresh.size);
      }),
      { seed: 4, numRuns: 60 },
    );
  });

  test("takes stale records of any number", async () => {
    const [store, fresh] = [new MemoryStore(), new MemoryStore()];
    const changed = accounts(3000).map(({ key }) => put(key, "new"));
    const versions = await grow(store, [accounts(3000), changed]);
    await pruneAll(store, 1000);
    await grow(fresh, [changed]);
    expect(store.size).toBe(fresh.size);
    await expectReadable(store, versions.at(-1) as Version, [text("account 1"), text("account 2999")]);
  });

  test("a version that is gone is a fault of the store, not an empty map", async () => {
    const store = new MemoryStore();
    const [, old] = await grow(store, [accounts(20), accounts(5), [put(text("account 1"), "new")]]);
    await pruneAll(store, 1000);
    const gone = loadMap(store, (old as Version).at, { reads: [text("account 1")], writes: [] });
    await expect(gone).rejects.toMatchObject({ name: "StoreFault", code: "missing-record" });
  });
});

describe("rolling back", () => {
  test("leaves the store as it was at that version, from where another history goes on", async () => {
    await fc.assert(
      fc.asyncProperty(anyHistories, anyHistories, fc.nat(12), async (kept, dropped, more) => {
        const store = new MemoryStore();
        const version = (await grow(store, kept)).at(-1) as Version;
        const records = await dump(store);
        await grow(store, dropped, version);
        store.write(await rollBackMap(store, version.at));
        expect(await dump(store)).toEqual(records);
        const again = await grow(store, dropped.slice(more).reverse(), version);
        for (const each of again) await expectReadable(store, each);
      }),
      { seed: 5, numRuns: 40 },
    );
  });

  test("works over more records than are listed at once", async () => {
    const store = new MemoryStore();
    const [, version] = await grow(store, [accounts(10)]);
    const records = await dump(store);
    await grow(store, [accounts(3000).map(({ key }) => put(key, "other"))], version as Version);
    store.write(await rollBackMap(store, (version as Version).at));
    expect(await dump(store)).toEqual(records);
  });

  test("to a version that is not kept is refused", async () => {
    const store = new MemoryStore();
    const [, old] = await grow(store, [accounts(3), accounts(7)]);
    await pruneAll(store, 1000);
    await expect(rollBackMap(store, (old as Version).at)).rejects.toBeInstanceOf(StoreFault);
  });
});

describe("entries", () => {
  const inOrder = (plain: PlainMap) =>
    plain.entries
      .map(({ key, value }) => ({ path: pathOf(key), key, value }))
      .sort((a, b) => Buffer.compare(a.path, b.path));

  test("come in the order of paths, from any path, in pieces of any size", async () => {
    const from = fc.oneof(fc.constantFrom(...someKeys).map(pathOf), fc.uint8Array({ minLength: 32, maxLength: 32 }));
    await fc.assert(
      fc.asyncProperty(anyHistories, from, fc.integer({ min: 1, max: 40 }), async (history, start, count) => {
        const store = new MemoryStore();
        for (const { at, plain } of await grow(store, history)) {
          const want = inOrder(plain).filter(({ path }) => Buffer.compare(path, start) >= 0);
          expect(await listEntries(store, at, start, count)).toEqual(want.slice(0, count));
        }
      }),
      { seed: 6, numRuns: 60 },
    );
  });

  test("piece by piece rebuild the map", async () => {
    const store = new MemoryStore();
    const { at } = (await grow(store, [accounts(2000), accounts(500).map(({ key }) => put(key, "new"))])).at(
      -1,
    ) as Version;
    const entries: MapEntry[] = [];
    for (let from: Uint8Array | undefined = new Uint8Array(32); from !== undefined; ) {
      const piece: readonly MapEntry[] = await listEntries(store, at, from, 333);
      entries.push(...piece);
      from = pathAfter(piece.at(-1)?.path);
    }
    expect(entries.length).toBe(2000);
    expect(hex(must(SparseMap.empty.apply(entries)).root)).toBe(hex(at.root));
  });

  test("of a large map come from any path and in any number, too", async () => {
    const store = new MemoryStore();
    const [, version] = await grow(store, [accounts(2000)]);
    const { at, plain } = version as Version;
    const all = inOrder(plain);
    const random = new Random(3);
    for (let run = 0; run < 60; run++) {
      const from = random.bytes(32);
      const count = 1 + random.below(run % 2 === 0 ? 100 : 2000);
      const want = all.filter(({ path }) => Buffer.compare(path, from) >= 0).slice(0, count);
      expect(await listEntries(store, at, from, count)).toEqual(want);
    }
  });

  test("are found without looking at what comes before or long after them", async () => {
    const store = new MemoryStore();
    const [, version] = await grow(store, [accounts(3000)]);
    const counting = new CountingStore(store);
    for (const start of [0x00, 0x80, 0xff]) {
      const from = Uint8Array.of(start, ...new Uint8Array(31));
      expect((await listEntries(counting, (version as Version).at, from, 5)).length).toBe(5);
    }
    // Of more than 4000 records: pages on the way and as many beside it as entries are wanted.
    expect(counting.keys).toBeLessThan(3 * 40);
  });

  function pathAfter(path: Uint8Array | undefined): Uint8Array | undefined {
    if (path === undefined) return undefined;
    const next = (BigInt(`0x${hex(path)}`) + 1n).toString(16).padStart(64, "0");
    return new Uint8Array(Buffer.from(next, "hex"));
  }
});

/** Counts reads, and the keys in them. */
class CountingStore implements SparseStore {
  readonly #store: SparseStore;
  reads = 0;
  keys = 0;

  constructor(store: SparseStore) {
    this.#store = store;
  }

  read(keys: readonly Uint8Array[]) {
    this.reads++;
    this.keys += keys.length;
    return this.#store.read(keys);
  }

  list(range: StoreRange): Promise<readonly StoreRecord[]> {
    return this.#store.list(range);
  }
}

describe("reading", () => {
  test("takes one read for each level of pages, however many the keys", async () => {
    const store = new MemoryStore();
    const [, version] = await grow(store, [accounts(3000)]);
    const { at } = version as Version;
    const counting = new CountingStore(store);
    await loadMap(counting, at, { reads: accounts(3000).map(({ key }) => key), writes: [] });
    // An inner node lies wherever two paths agree so far, and every fourth level begins a page.
    const paths = accounts(3000)
      .map(({ key }) => hex(pathOf(key)))
      .sort();
    const agreeing = paths.slice(1).map((path, i) => {
      let digits = 0;
      while (path[digits] === (paths[i] as string)[digits]) digits++;
      return digits;
    });
    expect(counting.reads).toBe(1 + (1 + Math.max(...agreeing)) + 1);
    // Not the record of the latest version.
    expect(counting.keys).toBe(store.size - 1);
  });

  test("of keys that are only written fetches no values", async () => {
    const store = new MemoryStore();
    const [, version] = await grow(store, [accounts(100)]);
    const keys = accounts(100).map(({ key }) => key);
    const [reading, writing] = [new CountingStore(store), new CountingStore(store)];
    await loadMap(reading, (version as Version).at, { reads: keys, writes: [] });
    await loadMap(writing, (version as Version).at, { reads: [], writes: keys });
    expect(reading.keys - writing.keys).toBe(100);
  });
});

describe("our own mistakes", () => {
  test("a version must come after the one that it builds on", async () => {
    const store = new MemoryStore();
    const [, version] = await grow(store, [accounts(3)]);
    const { at } = version as Version;
    await expect(updateMap(store, at, at.version, accounts(1))).rejects.toThrow("does not come after");
    const stored = await loadMap(store, at, { reads: [], writes: [text("account 1")] });
    const changed = must(stored.apply([put(text("account 1"), "new")]));
    expect(() => storeBatchOf(stored, changed)).toThrow("does not come after");
    expect(() => stored.apply([], at.version - 1)).toThrow("does not come after");
  });

  test("only the latest version can be built upon, which a rolled back one is again", async () => {
    const store = new MemoryStore();
    const [, old, latest] = (await grow(store, [accounts(3), accounts(5)])) as [Version, Version, Version];
    for (const { at } of [first, old]) await expect(updateMap(store, at, 100, [])).rejects.toThrow("not the latest");
    store.write(await rollBackMap(store, old.at));
    await expect(updateMap(store, latest.at, 100, [])).rejects.toThrow("not the latest");
    await expect(updateMap(store, old.at, 100, [])).resolves.toMatchObject({ snapshot: { root: old.at.root } });
    store.write(await rollBackMap(store, emptySnapshot));
    await expect(updateMap(store, emptySnapshot, 1, [])).resolves.toMatchObject({
      snapshot: { version: 1, root: emptySnapshot.root },
    });
  });

  test("a map from a proof is not for storing", () => {
    // What is left out: inner nodes above the last level of the page; a leaf in that level; an inner node in it.
    const few = [
      ["0", "10", "11"],
      ["0000", "0001"],
      ["0000", "00010", "00011"],
    ];
    const contents = few.map((keys) => keys.map((bits) => put(keyAtBits(bits), bits)));
    for (const content of [accounts(50), ...contents]) {
      const key = content[0]?.key as Uint8Array;
      const map = must(SparseMap.empty.apply(content));
      const touched = { reads: [key], writes: [] };
      const part = must(openProof(map.root, must(proveKeys(map, touched)), touched));
      const after = must(part.apply([put(key, "new")], 1));
      expect(() => storeBatchOf(part, after)).toThrow("cannot be stored");
    }
  });
});

describe("a damaged store", () => {
  const keys = [...somePlainKeys, keyAtBits("1".repeat(20)), keyAtBits("1".repeat(19)), text("absent")];

  async function twoVersions(): Promise<{ store: MemoryStore; version: Version }> {
    const store = new MemoryStore();
    const changes = keys.slice(0, -1).map((key, i) => put(key, `${i}`));
    const versions = await grow(store, [changes, changes.slice(0, 7).map(({ key }) => put(key, "new"))]);
    return { store, version: versions.at(-1) as Version };
  }

  /** Every answer is right or a fault of the store. */
  async function expectRightOrFault(
    store: SparseStore,
    version: Version,
    what: string,
    asked = keys,
  ): Promise<"right" | "fault"> {
    try {
      await expectReadable(store, version, asked);
      return "right";
    } catch (thrown) {
      if (!(thrown instanceof StoreFault)) expect.fail(`${what}: ${thrown}`);
      return "fault";
    }
  }

  test("that lost any one record says so, or did not need it", async () => {
    const { store, version } = await twoVersions();
    const records = await store.list({ ...everything, isReverse: false });
    let faults = 0;
    for (const { key, value } of records) {
      store.write({ puts: [], deletes: [key] });
      if ((await expectRightOrFault(store, version, `without ${hex(key)}`)) === "fault") faults++;
      store.write({ puts: [{ key, value }], deletes: [] });
    }
    // All that one version with this content has.
    const fresh = new MemoryStore();
    await grow(fresh, [version.plain.entries]);
    expect(faults).toBe(fresh.size - 1);
  });

  test("that changed any one byte, or cut or lengthened a record, gives no wrong answer", async () => {
    const { store, version } = await twoVersions();
    const random = new Random(7);
    const records = await store.list({ ...everything, isReverse: false });
    for (const { key, value } of records) {
      for (let run = 0; run < 20; run++) {
        const damaged = value.slice();
        const at = random.below(value.length);
        damaged[at] = (damaged[at] as number) ^ (1 << random.below(8));
        const form = [damaged, value.slice(0, at), Uint8Array.of(...value, 0)][run % 3] as Uint8Array;
        store.write({ puts: [{ key, value: form }], deletes: [] });
        await expectRightOrFault(store, version, `${hex(key)} is ${hex(form)}`);
      }
      store.write({ puts: [{ key, value }], deletes: [] });
    }
  });

  test("of a map with a single entry gives no wrong answer either", async () => {
    const store = new MemoryStore();
    const [, version] = await grow(store, [accounts(1)]);
    const { key } = accounts(1)[0] as MapChange;
    const records = await store.list({ ...everything, isReverse: false });
    for (const record of records) {
      for (let at = 0; at < record.value.length; at++) {
        const value = record.value.slice();
        value[at] = (value[at] as number) ^ 1;
        store.write({ puts: [{ key: record.key, value }], deletes: [] });
        await expectRightOrFault(store, version as Version, `${hex(record.key)} is ${hex(value)}`, [key]);
        store.write({ puts: [record], deletes: [] });
      }
    }
  });

  test("in which two records changed places gives no wrong answer", async () => {
    const { store, version } = await twoVersions();
    const random = new Random(8);
    const records = await store.list({ ...everything, isReverse: false });
    for (let run = 0; run < 300; run++) {
      const [one, other] = [random.pick(records), random.pick(records)];
      exchange(store, one, other);
      await expectRightOrFault(store, version, `${hex(one.key)} and ${hex(other.key)}`);
      store.write({ puts: [one, other], deletes: [] });
    }
  });

  test("in which two keys with one value changed places says so", async () => {
    const store = new MemoryStore();
    const same = accounts(2).map(({ key }) => put(key, "same"));
    const { snapshot, batch } = await updateMap(store, emptySnapshot, 1, same);
    store.write(batch);
    const values = batch.puts.filter(({ value }) => hex(value).endsWith(hex(text("same"))));
    expect(values.length).toBe(2);
    exchange(store, values[0] as StoreRecord, values[1] as StoreRecord);
    const reads = same.map(({ key }) => key);
    await expect(loadMap(store, snapshot, { reads, writes: [] })).rejects.toMatchObject({ code: "bad-record" });
    const entries = listEntries(store, snapshot, new Uint8Array(32), 2);
    await expect(entries).rejects.toMatchObject({ code: "bad-record" });
  });

  test("that has another root for a version says so", async () => {
    const store = new MemoryStore();
    const [, old, latest] = (await grow(store, [
      accounts(9),
      accounts(4).map(({ key }) => put(key, "new")),
    ])) as Version[];
    const mixed = { version: (latest as Version).at.version, root: (old as Version).at.root };
    const loaded = loadMap(store, mixed, { reads: [text("account 1")], writes: [] });
    await expect(loaded).rejects.toMatchObject({ code: "bad-record" });
  });

  function exchange(store: MemoryStore, one: StoreRecord, other: StoreRecord): void {
    store.write({ puts: [{ key: one.key, value: other.value }], deletes: [] });
    store.write({ puts: [{ key: other.key, value: one.value }], deletes: [] });
  }

  test("does not list wrong entries either", async () => {
    const { store, version } = await twoVersions();
    const want = await listEntries(store, version.at, new Uint8Array(32), 1000);
    const records = await store.list({ ...everything, isReverse: false });
    for (const { key, value } of records) {
      const damaged = value.slice();
      damaged[value.length - 1] = (damaged[value.length - 1] as number) ^ 1;
      damaged[value.length >> 1] = (damaged[value.length >> 1] as number) ^ 1;
      store.write({ puts: [{ key, value: damaged }], deletes: [] });
      try {
        expect(await listEntries(store, version.at, new Uint8Array(32), 1000)).toEqual(want);
      } catch (thrown) {
        if (!(thrown instanceof StoreFault)) throw thrown;
      }
      store.write({ puts: [{ key, value }], deletes: [] });
    }
  });
});
