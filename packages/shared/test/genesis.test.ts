// The genesis file: what is right is read, and for every key of a good file whatever is wrong is named.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatGenesis, parseGenesis } from "../src/genesis/file.ts";
import { limits } from "../src/limits.ts";
import { genesisCodec, networkLimitRanges } from "../src/messages/genesis.ts";
import type { Scheme } from "../src/scheme.ts";
import { mockScheme } from "../src/schemes/mock.ts";
import { portableScheme } from "../src/schemes/portable.ts";
import { anyGenesis, sampleGenesis } from "./support/genesis.ts";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Path = readonly (string | number)[];

const genesis = sampleGenesis(mockScheme);
const network = genesisCodec.root(genesis);
const good = JSON.parse(formatGenesis(genesis)) as Json;

function said(file: Json | string, scheme: Scheme = mockScheme): string {
  const parsed = parseGenesis(scheme, typeof file === "string" ? file : JSON.stringify(file));
  if (parsed.ok) return "ok";
  const { code, path, message } = parsed.error;
  expect(message.startsWith(path), `the message begins with the key: ${message}`).toBe(true);
  return `${code} at ${path}`;
}

const write = (path: Path) =>
  path
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`))
    .join("")
    .replace(/^\./, "");

function at(path: Path): Json {
  return path.reduce<Json>((value, key) => (value as { [key: string]: Json })[key] as Json, good);
}

/** The good file with what lies at `path` replaced; `undefined` leaves it out. */
function withAt(path: Path, value: Json | undefined): Json {
  const file = structuredClone(good);
  const parent = path.slice(0, -1).reduce<Json>((inner, key) => (inner as { [key: string]: Json })[key] as Json, file);
  (parent as { [key: string]: Json | undefined })[path.at(-1) as string] = value;
  return file;
}

/** Every path of the good file, in its order. */
function pathsOf(value: Json, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [path];
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [path, ...entries.flatMap(([key, inner]) => pathsOf(inner, [...path, key]))];
}

const paths = pathsOf(good).filter((path) => path.length > 0);
const named = (path: Path) => ({ name: write(path), path });
const keys = paths.filter((path) => typeof path.at(-1) === "string").map(named);
const objects = [[] as Path, ...paths].filter((path) => isObject(at(path))).map(named);

function isObject(value: Json): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

describe("a good file", () => {
  test("gives back the genesis that it was made of, and its root as the network's id", () => {
    expect(parseGenesis(mockScheme, formatGenesis(genesis))).toEqual({ ok: true, value: { genesis, network } });
  });

  test("of keys of BLS is read by the portable scheme", () => {
    const real = sampleGenesis(portableScheme);
    const parsed = parseGenesis(portableScheme, formatGenesis(real));
    expect(parsed).toEqual({ ok: true, value: { genesis: real, network: genesisCodec.root(real) } });
  });

  test("is read back whatever is in it", () => {
    fc.assert(
      fc.property(anyGenesis, (any) => {
        const parsed = parseGenesis(mockScheme, formatGenesis(any));
        expect(parsed).toEqual({ ok: true, value: { genesis: any, network: genesisCodec.root(any) } });
      }),
      { seed: 70, numRuns: 200 },
    );
  });

  test("means the same in whatever order its shards, seats, creators, contracts and allocations stand", () => {
    const file = structuredClone(good) as { [key: string]: Json[] };
    for (const list of ["shards", "contracts", "allocations"]) file[list]?.reverse();
    for (const shard of file["shards"] as { committee: Json[]; creators: Json }[]) {
      shard.committee.reverse();
      if (Array.isArray(shard.creators)) shard.creators.reverse();
    }
    expect(JSON.stringify(file)).not.toBe(JSON.stringify(good));
    expect(parseGenesis(mockScheme, JSON.stringify(file))).toEqual({ ok: true, value: { genesis, network } });
  });

  test("means the same however it is laid out", () => {
    const inReverse = Object.fromEntries(Object.entries(good as object).reverse());
    expect(said(JSON.stringify(inReverse, null, "\t"))).toBe("ok");
  });

  test("means another network with its validators in another order, as bitmaps count in it", () => {
    const file = structuredClone(good) as { validators: Json[] };
    file.validators.reverse();
    expect(said(file as Json)).toBe("network at network");
  });

  test("may have no shards, contracts or allocations", () => {
    const empty = { ...genesis, shards: [], contracts: [], allocations: [] };
    expect(said(formatGenesis(empty))).toBe("ok");
  });
});

test("the good file shows every key: each is required; no list is empty, and every rule for creators is there", () => {
  const empty = paths.filter((path) => Array.isArray(at(path)) && (at(path) as Json[]).length === 0);
  expect(empty).toEqual([]);
  expect(genesis.shards.map(({ creators }) => creators.rule)).toEqual(["anyone", "listed", "nobody"]);
});

describe("every key", () => {
  test.each(keys)("$name missing", ({ name, path }) => {
    expect(said(withAt(path, undefined))).toBe(`missing at ${name}`);
  });

  const others: readonly Json[] = [null, true, 1, "A?", [], {}];
  const isOfType = (value: Json, other: Json, isCreators: boolean) =>
    // Creators are text or a list.
    (isCreators && (typeof other === "string" || Array.isArray(other))) ||
    (typeof value === typeof other &&
      Array.isArray(value) === Array.isArray(other) &&
      value !== null &&
      other !== null);

  test.each(paths.map(named))("$name of a wrong type", ({ name, path }) => {
    const isCreators = path.at(-1) === "creators";
    const wrong = others.filter((other) => !isOfType(at(path), other, isCreators));
    expect(wrong.length).toBeGreaterThanOrEqual(4);
    for (const other of wrong) expect(said(withAt(path, other)), JSON.stringify(other)).toBe(`wrong-type at ${name}`);
  });

  const texts = paths.filter((path) => typeof at(path) === "string").map(named);
  test.each(texts)("$name as text of no form that is known", ({ name, path }) => {
    for (const text of ["", "A?", " ", "é", "x".repeat(100)]) {
      expect(said(withAt(path, text)), JSON.stringify(text)).toBe(`bad-format at ${name}`);
    }
  });

  const numbers = paths.filter((path) => typeof at(path) === "number").map(named);
  test.each(numbers)("$name as a number that it cannot be", ({ name, path }) => {
    expect(said(withAt(path, -1))).toBe(`out-of-range at ${name}`);
    expect(said(withAt(path, 0.5))).toBe(`wrong-type at ${name}`);
    expect(said(withAt(path, 2 ** 53))).toBe(`wrong-type at ${name}`);
  });

  const chosen = Object.entries(networkLimitRanges).map(([name, [min, max]]) => ({ name, min, max }));
  test.each(chosen)("limits.$name from $min to $max, and not beyond", ({ name, min, max }) => {
    // Within its range the file is refused only because its id is another.
    for (const value of [min, max]) expect(said(withAt(["limits", name], value))).toBe("network at network");
    for (const value of [min - 1, max + 1]) {
      expect(said(withAt(["limits", name], value))).toBe(`out-of-range at limits.${name}`);
    }
  });

  const bytes = texts.filter(({ path }) => /^(network|seed|key|possession|payer)$/.test(String(path.at(-1))));
  test.each(bytes)("$name with a byte too few or too many", ({ name, path }) => {
    const hex = at(path) as string;
    expect(said(withAt(path, hex.slice(2)))).toBe(`bad-format at ${name}`);
    expect(said(withAt(path, `${hex}00`))).toBe(`bad-format at ${name}`);
    expect(said(withAt(path, hex.toUpperCase().replace(/^[0-9]*$/, "A")))).toBe(`bad-format at ${name}`);
  });

  const weights = texts.filter(({ name }) => /[wW]eight$/.test(name));
  test.each(weights)("$name of 2^64", ({ name, path }) => {
    expect(said(withAt(path, `${2n ** 64n}`))).toBe(`out-of-range at ${name}`);
  });

  const amounts = texts.filter(({ name }) => /amount$|^fees/.test(name));
  test.each(amounts)("$name of 2^128", ({ name, path }) => {
    expect(said(withAt(path, `${2n ** 128n}`))).toBe(`out-of-range at ${name}`);
  });

  const decimals = texts.filter(({ path }) => /^[0-9]+$/.test(at(path) as string));
  test.each(decimals)("$name is part of the id", ({ path }) => {
    expect(said(withAt(path, `${BigInt(at(path) as string) + 1n}`))).toBe("network at network");
  });

  test.each(numbers.filter(({ name }) => name !== "version"))("$name is part of the id", ({ path }) => {
    expect(said(withAt(path, (at(path) as number) + 1))).toBe("network at network");
  });
});

describe("every object", () => {
  test.each(objects)("$name with a key that is not known", ({ name, path }) => {
    const surplus = [...path, "surplus"];
    expect(said(withAt(surplus, 1))).toBe(`unknown-key at ${write(surplus)}`);
    expect(name).toBe(write(path));
  });

  test.each(objects)("$name with a key twice", ({ path }) => {
    const [key] = Object.keys(at(path) as object) as [string];
    const marked = JSON.stringify(withAt([...path, "surplus"], 1));
    const text = marked.replace('"surplus":1', `"${key}":1`);
    expect(said(text)).toBe(`doubled at ${write([...path, key])}`);
  });
});

describe("what is no such file", () => {
  const fixed: readonly (readonly [what: string, text: string, is: string])[] = [
    ["nothing", "", "not-json at "],
    ["a program", "export default {}", "not-json at "],
    ["a list", "[]", "wrong-type at "],
    ["lists nested 100,000 deep", `${"[".repeat(100_000)}${"]".repeat(100_000)}`, "wrong-type at "],
    ["objects nested 100,000 deep", `${'{"fees":'.repeat(100_000)}1${"}".repeat(100_000)}`, "missing at version"],
    ["100,000 open lists", "[".repeat(100_000), "not-json at "],
  ];

  test.each(fixed)("%s", (_, text, is) => {
    expect(said(text)).toBe(is);
  });

  test("more characters than a file may have", () => {
    expect(said(" ".repeat(limits.genesisFileBytesMax + 1))).toBe("too-large at ");
  });

  test("lists nested 100,000 deep, in place of every value", () => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    const leaves = paths.filter((path) => !isObject(at(path)) && !Array.isArray(at(path)));
    for (const path of leaves) {
      const text = JSON.stringify(withAt(path, "here")).replace('"here"', deep);
      expect(said(text).startsWith(`wrong-type at ${write(path)}`)).toBe(true);
    }
  });

  test("any JSON, alone and in place of any value, is refused by name", () => {
    const place = fc.constantFrom<Path>(...paths);
    fc.assert(
      fc.property(fc.jsonValue(), place, (value, path) => {
        expect(said(value as Json)).not.toBe("ok");
        const file = withAt(path, value as Json);
        if (JSON.stringify(file) !== JSON.stringify(good)) expect(said(file)).toMatch(/^[a-z-]+ at [a-zA-Z0-9.[\]]+/);
      }),
      { seed: 71, numRuns: 1000 },
    );
  });
});
