// T9: a stored map that is built anew from its entries in the order of their paths is, record for record, the one that is
// written at once; in memory stays its right edge alone, and nobody finds it before its heads are written.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { useHasher } from "../../src/hashing.ts";
import { zeroRoot } from "../../src/numbers.ts";
import {
  listEntries,
  MapRebuild,
  MemoryStore,
  openLatest,
  readNow,
  SparseMap,
  StoreFault,
  type StoreRecord,
  storeBatchOf,
  updateMap,
} from "../../src/sparse/index.ts";
import { hex, must, pathOf, someKeys, steeredHasher, text } from "./support.ts";

interface Entry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

const version = 7;
const texts = (records: readonly StoreRecord[]) =>
  records.map(({ key, value }) => `${hex(key)}=${hex(value)}`).toSorted();
const inOrder = (entries: readonly Entry[]) => entries.toSorted((a, b) => Buffer.compare(pathOf(a.key), pathOf(b.key)));

function rebuild(entries: readonly Entry[], portion: number) {
  const map = new MapRebuild(version);
  const records: StoreRecord[] = [];
  for (let at = 0; at < entries.length; at += portion) records.push(...must(map.add(entries.slice(at, at + portion))));
  const ended = map.end();
  return { ...ended, records: [...records, ...ended.records] };
}

useHasher(steeredHasher);

describe("a map that is built anew", () => {
  const anyEntries = fc
    .uniqueArray(fc.nat(someKeys.length - 1))
    .chain((places) =>
      fc.tuple(
        ...places.map((place) =>
          fc.record({ key: fc.constant(someKeys[place] as Uint8Array), value: fc.uint8Array({ maxLength: 3 }) }),
        ),
      ),
    )
    .map((entries) => inOrder(entries as readonly Entry[]));

  test("has the records of one that is written at once, whatever the portions", () => {
    const property = fc.property(anyEntries, fc.integer({ min: 1, max: 9 }), (entries, portion) => {
      const whole = must(SparseMap.empty.apply(entries, version));
      const made = rebuild(entries, portion);
      expect(made.root).toEqual(whole.root);
      if (entries.length === 0) expect(made).toEqual({ root: zeroRoot, records: [], heads: [] });
      else expect(texts([...made.records, ...made.heads])).toEqual(texts(storeBatchOf(SparseMap.empty, whole).puts));
    });
    fc.assert(property, { seed: 1, numRuns: 300 });
  });

  const many = inOrder(Array.from({ length: 5000 }, (_, i) => ({ key: text(`key ${i}`), value: text(`${i}`) })));

  test("keeps no more than the right edge in memory", () => {
    const map = new MapRebuild(version);
    let most = 0;
    for (let at = 0; at < many.length; at += 50) {
      must(map.add(many.slice(at, at + 50)));
      most = Math.max(most, map.size);
    }
    // 5,000 leaves are some 13 levels deep, so four pages.
    expect(most).toBeLessThan(4 * 31 + 50);
  });

  test("can be read and changed from there on", async () => {
    const store = new MemoryStore();
    const { records, heads, root } = rebuild(many, 64);
    store.write({ puts: [...records, ...heads], deletes: [] });
    expect((await listEntries(store, { version, root }, new Uint8Array(32), 9999)).length).toBe(many.length);
    const [first] = many as [Entry];
    const changes = [{ key: first.key, value: text("other") }];
    const update = await updateMap(store, { version, root }, version + 1, changes);
    expect(update.snapshot.root).toEqual(must(must(SparseMap.empty.apply(many, 1)).apply(changes, 2)).root);
  });

  test("is not found before its heads are written", () => {
    const store = new MemoryStore();
    const { records, root } = rebuild(many, 64);
    store.write({ puts: records, deletes: [] });
    expect(() => readNow((keys) => store.readNow(keys), openLatest(root))).toThrow(StoreFault);
  });

  test("refuses an entry that comes twice, or after a later one, in one portion and in two", () => {
    const [a, b] = many as [Entry, Entry];
    for (const portions of [[[a, a]], [[b, a]], [[a], [a]], [[b], [a]]]) {
      const map = new MapRebuild(version);
      const results = portions.map((portion) => map.add(portion));
      expect(results.at(-1)).toMatchObject({ ok: false, error: { code: "wrong-order" } });
    }
  });
});
