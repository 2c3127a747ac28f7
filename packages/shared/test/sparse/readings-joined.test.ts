// Readings side by side and under prefixes: what is asked for at one time is one batch, and each gets its own answers.

import { describe, expect, test } from "vitest";
import { concatBytes } from "../../src/bytes.ts";
import {
  emptySnapshot,
  MemoryStore,
  openKeys,
  openLatest,
  type Reading,
  type Records,
  readNow,
  readTogether,
  readUnder,
  updateMap,
} from "../../src/sparse/index.ts";
import { must, text } from "./support.ts";

/** Reads keys in batches, one after the other, and gives what it read as text. */
function* reader(...batches: readonly (readonly string[])[]): Reading<string> {
  const read: string[] = [];
  for (const keys of batches) {
    const records = yield keys.map(text);
    read.push(...records.map((record) => (record === undefined ? "-" : String.fromCharCode(...record))));
  }
  return read.join(" ");
}

/** Answers each key with itself, and writes down the batches. */
function echo() {
  const batches: string[][] = [];
  const read = (keys: readonly Uint8Array[]): Records => {
    batches.push(keys.map((key) => String.fromCharCode(...key)));
    return keys.map((key) => (key.length > 2 ? undefined : key));
  };
  return { batches, read };
}

describe("several readings side by side", () => {
  test("ask together, and each goes on with what it asked for, to its own end", () => {
    const { batches, read } = echo();
    const results = readNow(
      read,
      readTogether([reader(["a", "b"], ["c"]), reader(), reader(["d"]), reader(["e"], ["fff", "g"], ["h"])]),
    );
    expect(results).toEqual(["a b c", "", "d", "e - g h"]);
    expect(batches).toEqual([["a", "b", "d", "e"], ["c", "fff", "g"], ["h"]]);
  });

  test("none of them ask for nothing", () => {
    const { batches, read } = echo();
    expect(readNow(read, readTogether([]))).toEqual([]);
    expect(batches).toEqual([]);
  });
});

describe("T2: a reading under a prefix", () => {
  test("asks for keys with the prefix, and gets their values", () => {
    const { batches, read } = echo();
    expect(readNow(read, readUnder(text("p"), reader(["a"], ["b", "cc"])))).toBe("pa pb -");
    expect(batches).toEqual([["pa"], ["pb", "pcc"]]);
  });

  test("two maps in one store do not meet, and the latest version of each is found", async () => {
    const store = new MemoryStore();
    for (const name of ["one", "two"]) {
      const own = new MemoryStore();
      const first = await updateMap(own, emptySnapshot, 3, [{ key: text("k"), value: text(name) }]);
      own.write(first.batch);
      const second = await updateMap(own, first.snapshot, 9, [{ key: text("l"), value: text("later") }]);
      for (const { puts } of [first.batch, second.batch]) {
        store.write({
          puts: puts.map(({ key, value }) => ({ key: concatBytes(text(name), key), value })),
          deletes: [],
        });
      }
      const { root } = second.snapshot;
      const read = (keys: readonly Uint8Array[]) => store.readNow(keys);
      const map = readNow(read, readUnder(text(name), openLatest(root)));
      readNow(read, readUnder(text(name), openKeys(map, { reads: [text("k"), text("l")], writes: [] })));
      expect([map.version, must(map.get(text("k"))), must(map.get(text("l")))]).toEqual([9, text(name), text("later")]);
      expect(() => readNow(read, readUnder(text(name), openLatest(first.snapshot.root)))).toThrow("another root");
    }
  });
});
