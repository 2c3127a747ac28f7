// Where two maps differ, against plain comparison of their entries.

import {
  asRoot,
  type Job,
  type MapChange,
  type MapPart,
  type MapPlace,
  openPart,
  type Root,
  readNow,
  readPart,
  SparseMap,
  sha256,
  toHex,
  utf8,
} from "@tandem/shared";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type CompareScope,
  compareMaps,
  type MapDifference,
  type MapSide,
  type MissingPart,
} from "../../src/explaining/compare.ts";

type Plain = ReadonlyMap<string, string>;

function mapOf(plain: Plain): SparseMap {
  const changes: MapChange[] = [...plain].map(([key, value]) => ({ key: utf8(key), value: utf8(value) }));
  const map = SparseMap.empty.apply(changes);
  if (!map.ok) throw new Error(map.error.message);
  return map.value;
}

const numbered = (count: number): Plain => new Map(Array.from({ length: count }, (_, i) => [`key ${i}`, `${i}`]));

/** A side that has its map, and counts what it is asked. */
class Side implements MapSide<never> {
  readonly root: Root;
  readonly #map: SparseMap;
  readonly #bend: (place: MapPlace) => MissingPart | MapPart | undefined;
  asked = 0;

  constructor(plain: Plain, bend: (place: MapPlace) => MissingPart | MapPart | undefined = () => undefined) {
    this.#map = mapOf(plain);
    this.root = this.#map.root;
    this.#bend = bend;
  }

  *part(place: MapPlace, hash: Root): ReturnType<MapSide<never>["part"]> {
    this.asked++;
    const bent = this.#bend(place);
    if (bent?.kind === "missing") return bent;
    const part = bent ?? readNow(() => [], readPart(this.#map, place));
    if (part === undefined) throw new Error("what was asked for is there");
    const opened = openPart(place, hash, part);
    if (!opened.ok) throw new Error(opened.error.message);
    return opened.value;
  }
}

function finished<T>(job: Job<T, never>): T {
  const step = job.next();
  if (step.done !== true) throw new Error("it waits for nothing");
  return step.value;
}

const widest: CompareScope = { entriesMax: 1_000_000 };

function compared(own: Side, theirs: Side, scope: CompareScope = widest): MapDifference {
  return finished(compareMaps(own, theirs, scope));
}

const decoder = new TextDecoder();
const textOf = (bytes: Uint8Array | undefined) => bytes && decoder.decode(bytes);

const shown = ({ entries }: MapDifference) =>
  entries.map(({ key, own, theirs }) => [textOf(key), textOf(own), textOf(theirs)]);

/** The oracle: entries that are not the same, by the hashes of their keys. */
function differing(own: Plain, theirs: Plain) {
  const keys = [...new Set([...own.keys(), ...theirs.keys()])].filter((key) => own.get(key) !== theirs.get(key));
  const pathOf = (key: string) => toHex(sha256(utf8(key)));
  return keys.sort((a, b) => (pathOf(a) < pathOf(b) ? -1 : 1)).map((key) => [key, own.get(key), theirs.get(key)]);
}

describe("one key of ten thousand", () => {
  const plain = numbered(10_000);
  const without = new Map([...plain].filter(([key]) => key !== "key 777"));

  test.each<[string, Plain, Plain, readonly (string | undefined)[]]>([
    ["changed", plain, new Map([...plain, ["key 777", "a million"]]), ["key 777", "777", "a million"]],
    ["added", without, plain, ["key 777", undefined, "777"]],
    ["removed", plain, without, ["key 777", "777", undefined]],
  ])("%s: it is found with both values, by a handful of parts", (_, own, theirs, entry) => {
    const [ours, others] = [new Side(own), new Side(theirs)];
    const found = compared(ours, others);
    expect([shown(found), found.end]).toEqual([[entry], "all"]);
    expect(ours.asked).toBeLessThanOrEqual(4);
    expect(others.asked).toBeLessThanOrEqual(4);
  });

  test("equal maps need no part at all", () => {
    const [own, theirs] = [new Side(plain), new Side(plain)];
    expect(compared(own, theirs)).toEqual({ entries: [], end: "all" });
    expect(own.asked + theirs.asked).toBe(0);
  });
});

test("any two maps: what differs is what plain comparison finds, in the order of paths", () => {
  const anyPlain = fc
    .array(fc.tuple(fc.nat({ max: 40 }), fc.nat({ max: 2 })), { maxLength: 60 })
    .map((entries): Plain => new Map(entries.map(([key, value]) => [`key ${key}`, `${value}`])));
  const seen = { none: 0, some: 0, onlyOwn: 0, onlyTheirs: 0, changed: 0 };
  const property = fc.property(anyPlain, anyPlain, fc.boolean(), (own, other, isNear) => {
    // Near ones share most of their entries, so most of their trees.
    const theirs = isNear ? new Map([...own, ...[...other].slice(0, 2)]) : other;
    const expected = differing(own, theirs);
    const found = compared(new Side(own), new Side(theirs));
    expect([shown(found), found.end]).toEqual([expected, "all"]);
    seen[expected.length === 0 ? "none" : "some"]++;
    for (const [, mine, others] of expected) {
      seen[mine === undefined ? "onlyTheirs" : others === undefined ? "onlyOwn" : "changed"]++;
    }
  });
  fc.assert(property, { seed: 8, numRuns: 400 });
  for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(10);
});

test("large maps with many differences, too", () => {
  const own = numbered(3000);
  const theirs = new Map(
    [...own].flatMap(([key, value], i) => (i % 7 === 0 ? [] : [[key, i % 5 === 0 ? "x" : value]])),
  );
  for (let i = 0; i < 300; i++) theirs.set(`other ${i}`, "y");
  expect(shown(compared(new Side(own), new Side(theirs as Plain)))).toEqual(differing(own, theirs as Plain));
});

describe("bounds", () => {
  test("so many entries are listed, the first ones, and it is said that there are more", () => {
    const [own, theirs] = [numbered(500), new Map([...numbered(500)].map(([key]) => [key, "changed"]))];
    const others = new Side(theirs);
    const found = compared(new Side(own), others, { entriesMax: 5 });
    expect([shown(found), found.end]).toEqual([differing(own, theirs).slice(0, 5), "more"]);
    expect(others.asked).toBeLessThan(20);
  });

  test("exactly as many as may be listed are all", () => {
    const found = compared(new Side(numbered(10)), new Side(numbered(13)), { entriesMax: 3 });
    expect([found.entries.length, found.end]).toEqual([3, "all"]);
  });

  test("one path alone is looked at, and nothing that lies beside it is listed", () => {
    const [own, theirs] = [numbered(500), new Map([...numbered(500)].map(([key]) => [key, "changed"]))];
    const on = (key: string, of: Plain = own) =>
      shown(compared(new Side(of), new Side(theirs), { entriesMax: 5, path: sha256(utf8(key)) }));
    expect(on("key 3")).toEqual([["key 3", "3", "changed"]]);
    expect(on("nobody has it")).toEqual([]);
    expect(on("key 3", new Map())).toEqual([["key 3", undefined, "changed"]]);
    const others = new Side(theirs);
    compared(new Side(own), others, { entriesMax: 5, path: sha256(utf8("key 3")) });
    expect(others.asked).toBeLessThanOrEqual(3);
  });
});

describe("what is not shown", () => {
  const own = numbered(1000);
  const theirs = new Map([...own, ["key 1", "changed"], ["key 2", "changed"]]);

  test.each(["not-kept", "not-shown", "no-map", "more"] as const)("%s ends it, and is said", (why) => {
    const missing: MissingPart = { kind: "missing", why };
    const refuse = ({ depth }: MapPlace) => (depth > 0 ? missing : undefined);
    for (const [mine, others] of [
      [new Side(own, refuse), new Side(theirs)],
      [new Side(own), new Side(theirs, refuse)],
    ] as const) {
      expect(compared(mine, others)).toEqual({ entries: [], end: why });
      // Not even the second place is asked for.
      expect(mine.asked + others.asked).toBeLessThanOrEqual(4);
    }
  });

  test("what was found before it was refused stays", () => {
    let entries = 0;
    const others = new Side(theirs, ({ depth }) =>
      depth > 8 && ++entries > 1 ? { kind: "missing", why: "not-shown" } : undefined,
    );
    const found = compared(new Side(own), others);
    expect([shown(found), found.end]).toEqual([differing(own, theirs).slice(0, 1), "not-shown"]);
  });

  test("a root of which nothing is known but that it differs", () => {
    const map = new Side(new Map(), () => ({ kind: "missing", why: "not-shown" }));
    const root = asRoot(sha256(utf8("whatever")));
    const found = finished(compareMaps(new Side(own), { root, part: (place, hash) => map.part(place, hash) }, widest));
    expect(found).toEqual({ entries: [], end: "not-shown" });
  });
});
