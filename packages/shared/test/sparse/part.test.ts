// Parts of a map: what their hash commits to, or nothing; and older versions of a stored map, found by a reading.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sha256, useHasher } from "../../src/hashing.ts";
import { asRoot, type Root, zeroRoot } from "../../src/numbers.ts";
import {
  emptySnapshot,
  leadsTo,
  type MapChange,
  type MapPart,
  type MapPlace,
  type MapSnapshot,
  MemoryStore,
  openMap,
  openPart,
  openPast,
  type PartNode,
  partNodeOf,
  placeBelow,
  pruneMap,
  readFrom,
  readNow,
  readPart,
  SparseMap,
  topPlace,
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
  steeredHasher,
  text,
} from "./support.ts";

useHasher(steeredHasher);

const partAt = (map: SparseMap, place: MapPlace): MapPart | undefined => readNow(() => [], readPart(map, place));

function mapOf(changes: readonly MapChange[]): SparseMap {
  return must(SparseMap.empty.apply(changes));
}

interface Seen {
  readonly place: MapPlace;
  readonly hash: Root;
  readonly part: MapPart;
}

/** All parts of a map from the top, and what they show of it. */
function walk(root: Root, partOf: (place: MapPlace) => MapPart | undefined) {
  const seen: Seen[] = [];
  const entries = new Map<string, string>();
  const visit = (place: MapPlace, node: PartNode): void => {
    if (node.kind === "empty") return;
    if (node.below !== undefined) {
      node.below.forEach((child, bit) => void visit(placeBelow(place, bit), child));
      return;
    }
    const part = partOf(place);
    if (part === undefined) throw new Error(`no part at depth ${place.depth}`);
    seen.push({ place, hash: node.hash, part });
    const opened = must(openPart(place, node.hash, part));
    if (opened.kind === "entry") entries.set(hex(opened.key), hex(opened.value));
    else visit(place, { ...node, below: opened.below });
  };
  visit(topPlace, partNodeOf(root));
  return { seen, entries };
}

const listOf = (plain: PlainMap) => new Map(plain.entries.map(({ key, value }) => [hex(key), hex(value)]));

/** So that the last bits say what kinds of nodes they are of. */
const asLeaf = (bytes: Uint8Array) => asRoot(Uint8Array.from(bytes, (byte, at) => (at === 31 ? byte | 1 : byte)));
const asInner = (bytes: Uint8Array) => asRoot(Uint8Array.from(bytes, (byte, at) => (at === 31 ? byte & 0xfe : byte)));
const innerOf = (left: Uint8Array, right: Uint8Array) => asInner(sha256(Uint8Array.of(...left, ...right)));
const nodes = (...hashes: readonly Uint8Array[]): MapPart => ({
  kind: "nodes",
  value: Uint8Array.from(hashes.flatMap((hash) => [...hash])),
});

describe("D1-D3: from the root down, parts show the whole map", () => {
  test("of any map, in memory and stored", async () => {
    const property = fc.asyncProperty(anyHistory(someKeys, 6), async (history) => {
      const store = new MemoryStore();
      let at: MapSnapshot = emptySnapshot;
      let plain = new PlainMap();
      for (const changes of history) {
        const update = await updateMap(store, at, at.version + 1, changes);
        store.write(update.batch);
        at = update.snapshot;
        plain = plain.after(changes);
      }
      // Each part alone, of a map of which nothing is known.
      const stored = walk(at.root, (place) => readNow((keys) => store.readNow(keys), readOf(at, place)));
      const whole = mapOf(plain.entries);
      const inMemory = walk(whole.root, (place) => partAt(whole, place));
      expect(stored.entries).toEqual(listOf(plain));
      expect(inMemory).toEqual(stored);
    });
    await fc.assert(property, { seed: 3, numRuns: 150 });
  });

  function* readOf(at: MapSnapshot, place: MapPlace) {
    return yield* readPart(yield* openMap(at), place);
  }

  test("ten thousand entries are two parts deep, and one for the entry", () => {
    const map = mapOf(Array.from({ length: 10_000 }, (_, i) => ({ key: text(`key ${i}`), value: text(`${i}`) })));
    const key = text("key 777");
    let place = topPlace;
    let node = partNodeOf(map.root);
    let parts = 0;
    while (node.kind === "inner") {
      if (node.below === undefined) {
        parts++;
        const part = must(openPart(place, node.hash, partAt(map, place) as MapPart));
        if (part.kind === "nodes") node = { ...node, below: part.below };
      }
      const bit = leadsTo(placeBelow(place, 1), pathOf(key)) ? 1 : 0;
      place = placeBelow(place, bit);
      node = (node.below as readonly PartNode[])[bit] as PartNode;
    }
    expect([parts <= 3, node.kind, partAt(map, place)]).toEqual([
      true,
      "leaf",
      { kind: "entry", value: { key, value: text("777") } },
    ]);
  });

  test("where no node is, there is no part", () => {
    const map = mapOf([{ key: keyAtBits("0"), value: text("a") }]);
    expect(partAt(map, topPlace)?.kind).toBe("entry");
    expect(partAt(map, placeBelow(topPlace, 0))).toBeUndefined();
    expect(partAt(SparseMap.empty, topPlace)).toBeUndefined();
  });
});

describe("D4: a part is what its hash commits to, or nothing", () => {
  test("any byte changed, left out or added, any other part, and any other place of an entry is refused", () => {
    const property = fc.property(
      anyChanges(someDeepKeys, 24),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (some, at, flip) => {
        const map = mapOf(some.filter(({ value }) => value !== undefined));
        const { seen } = walk(map.root, (place) => partAt(map, place));
        for (const { place, hash, part } of seen) {
          for (const other of [...changed(part, at, flip), ...seen.map((each) => each.part)]) {
            if (equalParts(other, part)) continue;
            expect(codeOf(openPart(place, hash, other))).toBe("wrong-part");
          }
          if (part.kind === "nodes" || place.depth === 0) continue;
          const { path, depth } = place;
          const beside = placeBelow(
            { path, depth: depth - 1 },
            leadsTo(placeBelow({ path, depth: depth - 1 }, 1), path) ? 0 : 1,
          );
          expect(codeOf(openPart(beside, hash, part))).toBe("no-map");
        }
      },
    );
    fc.assert(property, { seed: 4, numRuns: 60 });
  });

  function equalParts(a: MapPart, b: MapPart): boolean {
    const flat = (part: MapPart) =>
      part.kind === "nodes" ? hex(part.value) : `${hex(part.value.key)}=${hex(part.value.value)}`;
    return flat(a) === flat(b);
  }

  function changed(part: MapPart, at: number, flip: number): readonly MapPart[] {
    const bend = (bytes: Uint8Array) => {
      const place = at % Math.max(bytes.length, 1);
      return bytes.map((byte, i) => (i === place ? byte ^ flip : byte));
    };
    if (part.kind === "nodes") {
      const { value } = part;
      const lists = [bend(value), value.slice(0, -32), value.slice(0, -1), Uint8Array.of(...value, ...zeroRoot)];
      return lists.map((list) => ({ kind: "nodes", value: list }));
    }
    const { key, value } = part.value;
    return [
      { kind: "entry", value: { key, value: bend(value.length > 0 ? value : Uint8Array.of(1)) } },
      { kind: "entry", value: { key: Uint8Array.of(...key, 1), value } },
    ];
  }

  const [leaf, other] = [asLeaf(sha256(text("leaf"))), asLeaf(sha256(text("other")))];
  const pair = innerOf(leaf, other);

  test.each<[string, string, Root, MapPart, number?]>([
    ["a pair of leaves", "ok", pair, nodes(leaf, other)],
    ["the same in the wrong order", "wrong-part", pair, nodes(other, leaf)],
    ["a leaf and nothing", "no-map", innerOf(leaf, zeroRoot), nodes(leaf, zeroRoot)],
    ["nothing and a leaf", "no-map", innerOf(zeroRoot, leaf), nodes(zeroRoot, leaf)],
    ["nothing twice", "no-map", innerOf(zeroRoot, zeroRoot), nodes(zeroRoot, zeroRoot)],
    ["nothing and a pair", "ok", innerOf(zeroRoot, pair), nodes(zeroRoot, pair, leaf, other)],
    ["a pair that is not opened", "wrong-part", innerOf(zeroRoot, pair), nodes(zeroRoot, pair)],
    ["a pair where paths end", "ok", pair, nodes(leaf, other), 255],
    ["a pair below where they end", "no-map", pair, nodes(leaf, other), 256],
    ["an inner node where they end", "no-map", innerOf(leaf, pair), nodes(leaf, pair), 255],
  ])("%s: %s", (_, code, hash, part, depth = 0) => {
    expect(codeOf(openPart({ ...topPlace, depth }, hash, part))).toBe(code);
  });
});

describe("older versions", () => {
  const keys = Array.from({ length: 40 }, (_, i) => text(`key ${i}`));

  /** Version 5, 10, and so on; the root after each. */
  async function grown(count: number): Promise<{ store: MemoryStore; roots: Root[] }> {
    const store = new MemoryStore();
    const roots: Root[] = [];
    let at: MapSnapshot = emptySnapshot;
    for (let i = 1; i <= count; i++) {
      const update = await updateMap(store, at, 5 * i, [{ key: keys[i % 40] as Uint8Array, value: text(`${i}`) }]);
      store.write(update.batch);
      at = update.snapshot;
      roots.push(at.root);
    }
    return { store, roots };
  }

  test("each is found from where it was made up to the next one, by its root alone", async () => {
    const { store, roots } = await grown(9);
    const past = async (upTo: number, root: Root) => (await readFrom(store, openPast(upTo, root)))?.root;
    for (let upTo = 0; upTo < 50; upTo++) {
      const root = upTo < 5 ? zeroRoot : (roots[Math.floor(upTo / 5) - 1] as Root);
      expect(await past(upTo, root)).toEqual(root);
      expect(await past(upTo, asRoot(sha256(text("another"))))).toBeUndefined();
      const later = roots[Math.floor(upTo / 5)];
      if (later !== undefined) expect(await past(upTo, later)).toBeUndefined();
    }
  });

  test("nothing is found of a version that is forgotten", async () => {
    const { store, roots } = await grown(9);
    for (let left = 1; left > 0; ) {
      const batch = await pruneMap(store, 20);
      store.write(batch);
      left = batch.deletes.length;
    }
    expect(await readFrom(store, openPast(17, roots[2] as Root))).toBeUndefined();
    expect((await readFrom(store, openPast(22, roots[3] as Root)))?.root).toEqual(roots[3]);
  });

  test("the look for one is bounded", async () => {
    const store = new MemoryStore();
    const first = await updateMap(store, emptySnapshot, 1, [{ key: text("a"), value: text("1") }]);
    store.write(first.batch);
    store.write((await updateMap(store, first.snapshot, 10_000, [{ key: text("a"), value: text("2") }])).batch);
    let asked = 0;
    const found = (upTo: number) =>
      readNow(
        (some) => {
          asked += some.length;
          return store.readNow(some);
        },
        openPast(upTo, first.snapshot.root),
      );
    expect(found(4096)?.root).toEqual(first.snapshot.root);
    asked = 0;
    expect([found(9000), asked]).toEqual([undefined, 4097]);
  });
});
