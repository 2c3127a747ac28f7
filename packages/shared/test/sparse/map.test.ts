// M1-M3: one tree for each content, against a plain map and a naive rebuild.

import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { useHasher } from "../../src/hashing.ts";
import { limits } from "../../src/limits.ts";
import { type MapChange, SparseMap } from "../../src/sparse/index.ts";
import { innerHash, leafHash } from "../oracles/sparse-map.ts";
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

const mapOf = (...changes: readonly MapChange[]) => must(SparseMap.empty.apply(changes));
const put = (key: Uint8Array, value: string): MapChange => ({ key, value: text(value) });
const drop = (key: Uint8Array): MapChange => ({ key, value: undefined });
const leafOf = (key: Uint8Array, value: string) => leafHash({ path: pathOf(key), value: text(value) });

describe("the root", () => {
  test("of the empty map is zero", () => {
    expect(hex(SparseMap.empty.root)).toBe("00".repeat(32));
  });

  test("of one entry is SHA-256(SHA-256(key), SHA-256(value)) with the last bit set", () => {
    const sha256 = (...parts: Uint8Array[]) => createHash("sha256").update(Buffer.concat(parts)).digest();
    const hash = sha256(sha256(text("alice")), sha256(text("7")));
    hash[31] = (hash[31] as number) | 1;
    expect(hex(mapOf(put(text("alice"), "7")).root)).toBe(hex(hash));
  });

  test("of two entries that part at the third bit has two inner nodes with an empty half above", () => {
    const [a, b] = [keyAtBits("010"), keyAtBits("011")];
    const parting = innerHash(leafOf(a, "1"), leafOf(b, "2"));
    const nothing = new Uint8Array(32);
    const want = innerHash(innerHash(nothing, parting), nothing);
    expect(hex(mapOf(put(a, "1"), put(b, "2")).root)).toBe(hex(want));
  });

  test("is the committed one", () => {
    const map = mapOf(...somePlainKeys.map((key, i) => put(key, `${i}`)));
    expect(hex(map.root)).toBe("9d12e7762e46a3fdf8389667197d5576a1c6495b480ba1033dde34688a2fbba2");
  });
});

test("any history: root as rebuilt from nothing, values as in a plain map, earlier maps as they were", () => {
  const keys = fc.constantFrom(somePlainKeys, someDeepKeys, someKeys);
  fc.assert(
    fc.property(
      keys.chain((pool) => anyHistory(pool)),
      (history) => {
        const versions = [{ map: SparseMap.empty, plain: new PlainMap() }];
        for (const changes of history) {
          const { map, plain } = versions.at(-1) as (typeof versions)[number];
          versions.push({ map: must(map.apply(changes)), plain: plain.after(changes) });
        }
        for (const { map, plain } of versions) {
          expect(hex(map.root)).toBe(hex(plain.root));
          for (const key of someKeys) expect(must(map.get(key))).toEqual(plain.get(key));
          for (const key of someKeys) expect(must(map.has(key))).toBe(plain.get(key) !== undefined);
        }
      },
    ),
    { seed: 1, numRuns: 150 },
  );
});

test("a batch of thousands, whose levels are hashed in several steps", () => {
  const changes = Array.from({ length: 6000 }, (_, i) => put(text(`account ${i}`), `${i}`));
  expect(hex(mapOf(...changes).root)).toBe(hex(new PlainMap().after(changes).root));
});

test("content alone makes the tree: any order, in any batches, with detours", () => {
  const content = fc.uniqueArray(fc.nat(someKeys.length - 1), { minLength: 1 });
  const orders = content.chain((places) =>
    fc.tuple(
      fc.shuffledSubarray(places, { minLength: places.length }),
      fc.shuffledSubarray(places, { minLength: places.length }),
      fc.integer({ min: 1, max: 10 }),
      fc.subarray([...someKeys.keys()].filter((place) => !places.includes(place))),
    ),
  );
  fc.assert(
    fc.property(orders, ([order, otherOrder, batchSize, detour]) => {
      const entry = (place: number) => put(someKeys[place] as Uint8Array, `${place}`);
      const oneByOne = order.reduce((map, place) => must(map.apply([entry(place)])), SparseMap.empty);
      let batched = mapOf(...detour.map(entry));
      for (let i = 0; i < otherOrder.length; i += batchSize) {
        batched = must(batched.apply(otherOrder.slice(i, i + batchSize).map(entry)));
      }
      batched = must(batched.apply(detour.map((place) => drop(someKeys[place] as Uint8Array))));
      expect(hex(batched.root)).toBe(hex(oneByOne.root));
    }),
    { seed: 2, numRuns: 100 },
  );
});

describe("a batch", () => {
  const full = () => mapOf(...someKeys.map((key, i) => put(key, `${i}`)));

  test("that deletes everything leaves the empty map", () => {
    expect(hex(must(full().apply(someKeys.map(drop))).root)).toBe("00".repeat(32));
  });

  test("that deletes all but one leaves that leaf at the top, however deep it was", () => {
    const [deepest, ...others] = [...someKeys].reverse() as [Uint8Array, ...Uint8Array[]];
    expect(hex(must(full().apply(others.map(drop))).root)).toBe(hex(leafOf(deepest, `${someKeys.length - 1}`)));
  });

  test("that changes nothing leaves the very same nodes", () => {
    const map = full();
    const same = someKeys.map((key, i) => put(key, `${i}`));
    expect(must(map.apply(same)).top).toBe(map.top);
    expect(must(map.apply([drop(text("never there"))])).top).toBe(map.top);
    expect(must(map.apply([])).top).toBe(map.top);
  });

  test("with the empty value differs from one that deletes", () => {
    const map = mapOf(put(text("a"), ""), put(text("b"), "1"));
    expect(must(map.get(text("a")))).toEqual(new Uint8Array());
    expect(hex(map.root)).not.toBe(hex(must(map.apply([drop(text("a"))])).root));
  });

  test("with one key twice, or with more bytes than the limits, is our own mistake", () => {
    expect(() => mapOf(put(text("a"), "1"), drop(text("a")))).toThrow("names each key once");
    const long = (bytes: number) => new Uint8Array(bytes);
    expect(() => mapOf({ key: long(limits.keyBytesMax + 1), value: text("") })).toThrow("a key of 129 bytes");
    expect(() => mapOf({ key: text("a"), value: long(limits.valueBytesMax + 1) })).toThrow("a value of 65537 bytes");
    expect(() => mapOf({ key: long(limits.keyBytesMax), value: long(limits.valueBytesMax) })).not.toThrow();
  });
});

test("two keys whose paths differ in their last bit alone lie 256 levels deep, and come back up", () => {
  const [left, right] = [keyAtBits("1".repeat(255)), keyAtBits("1".repeat(256))];
  const both = mapOf(put(left, "l"), put(right, "r"));
  expect(must(both.get(left))).toEqual(text("l"));
  expect(must(both.get(right))).toEqual(text("r"));
  let want = innerHash(leafOf(left, "l"), leafOf(right, "r"));
  for (let depth = 254; depth >= 0; depth--) want = innerHash(new Uint8Array(32), want);
  expect(hex(both.root)).toBe(hex(want));
  expect(hex(must(both.apply([drop(right)])).root)).toBe(hex(leafOf(left, "l")));
});
