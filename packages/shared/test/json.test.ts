// Strict JSON: every fault with its code and its place, and nothing ever thrown.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  jsonCount,
  jsonDecimal,
  jsonHex,
  jsonList,
  jsonObject,
  jsonText,
  jsonTextOr,
  type Reader,
  readJson,
} from "../src/json.ts";

const word = jsonText<string>((text) => /^[a-z]+$/.test(text), "lower-case letters");
const sample = jsonObject({
  count: jsonCount(1, 10),
  decimal: jsonDecimal<bigint>(100n),
  fixed: jsonHex(2),
  some: jsonHex({ max: 3 }),
  word,
  either: jsonTextOr(word, jsonList(jsonCount(0, 1), 2)),
  list: jsonList(jsonObject({ inner: word }), 2),
});
const good = { count: 1, decimal: "100", fixed: "00ff", some: "0a", word: "abc", either: [1], list: [{ inner: "x" }] };

function said<T>(text: string, reader: Reader<T>, charactersMax = 10_000): string {
  const read = readJson(text, charactersMax, reader);
  return read.ok ? "ok" : `${read.error.code} at ${read.error.path}`;
}

test("what is right is read to the types of its readers", () => {
  expect(readJson(JSON.stringify(good), 1000, sample)).toEqual({
    ok: true,
    value: { ...good, decimal: 100n, fixed: Uint8Array.of(0, 255), some: Uint8Array.of(10) },
  });
});

test("a number is never -0, which JSON can write", () => {
  const read = readJson("-0", 10, jsonCount(0, 1));
  expect(read.ok && Object.is(read.value, 0)).toBe(true);
});

test("a key that every object inherits is still missing where it does not stand", () => {
  expect(said("{}", jsonObject({ toString: word }))).toBe("missing at toString");
});

test("what is optional may be left out, and is read like the rest where it stands", () => {
  const reader = jsonObject({ count: jsonCount(0, 9) }, { word });
  expect(readJson('{"count": 1}', 100, reader)).toEqual({ ok: true, value: { count: 1 } });
  expect(readJson('{"count": 1, "word": "a"}', 100, reader)).toEqual({ ok: true, value: { count: 1, word: "a" } });
  expect(said('{"count": 1, "word": null}', reader)).toBe("wrong-type at word");
  expect(said('{"count": 1, "more": "a"}', reader)).toBe("unknown-key at more");
  expect(said('{"word": "a"}', reader)).toBe("missing at count");
});

describe("one thing wrong", () => {
  const rows: readonly (readonly [what: string, change: object, is: string])[] = [
    ["text for a number", { count: "1" }, "wrong-type at count"],
    ["a fraction", { count: 1.5 }, "wrong-type at count"],
    ["null for a number", { count: null }, "wrong-type at count"],
    ["2^53, which is not exact", { count: 2 ** 53 }, "wrong-type at count"],
    ["a number too small", { count: 0 }, "out-of-range at count"],
    ["a negative number", { count: -1 }, "out-of-range at count"],
    ["a number too large", { count: 11 }, "out-of-range at count"],
    ["a number for a decimal", { decimal: 100 }, "wrong-type at decimal"],
    ["a decimal too large", { decimal: "101" }, "out-of-range at decimal"],
    ["a decimal with a sign", { decimal: "-1" }, "bad-format at decimal"],
    ["a decimal with a leading zero", { decimal: "01" }, "bad-format at decimal"],
    ["a decimal with a space", { decimal: " 1" }, "bad-format at decimal"],
    ["a decimal in hex", { decimal: "0x1" }, "bad-format at decimal"],
    ["an empty decimal", { decimal: "" }, "bad-format at decimal"],
    ["a decimal of 79 digits", { decimal: "1".repeat(79) }, "bad-format at decimal"],
    ["a number for hex", { fixed: 0 }, "wrong-type at fixed"],
    ["hex in capitals", { fixed: "00FF" }, "bad-format at fixed"],
    ["hex with a prefix", { fixed: "0x00" }, "bad-format at fixed"],
    ["half a byte", { fixed: "00f" }, "bad-format at fixed"],
    ["a byte too few", { fixed: "00" }, "bad-format at fixed"],
    ["a byte too many", { fixed: "000000" }, "bad-format at fixed"],
    ["no bytes", { some: "" }, "bad-format at some"],
    ["bytes over the limit", { some: "00000000" }, "bad-format at some"],
    ["a list for text", { word: ["a"] }, "wrong-type at word"],
    ["text of another form", { word: "ABC" }, "bad-format at word"],
    ["neither of both", { either: 1 }, "wrong-type at either"],
    ["text that is none of the first", { either: "A" }, "bad-format at either"],
    ["a wrong item of the second", { either: [0, 2] }, "out-of-range at either[1]"],
    ["an object for a list", { list: {} }, "wrong-type at list"],
    ["too many items", { list: [{ inner: "a" }, { inner: "b" }, { inner: "c" }] }, "too-many at list"],
    ["a list for an object", { list: [[]] }, "wrong-type at list[0]"],
    ["null for an object", { list: [null] }, "wrong-type at list[0]"],
    ["a missing key inside", { list: [{ inner: "a" }, {}] }, "missing at list[1].inner"],
    ["an unknown key inside", { list: [{ inner: "a", outer: 1 }] }, "unknown-key at list[0].outer"],
    ["a key of every object's prototype", { toString: 1 }, "unknown-key at toString"],
  ];

  test.each(rows)("%s: %s", (_, change, is) => {
    expect(said(JSON.stringify({ ...good, ...change }), sample)).toBe(is);
  });

  const texts: readonly (readonly [what: string, text: string, is: string])[] = [
    ["nothing", "", "not-json at "],
    ["half of it", '{"a": [1,', "not-json at "],
    ["a comma at the end", "[1,]", "not-json at "],
    ["a comment", "{} // yes", "not-json at "],
    ["text of another kind", "count = 1", "not-json at "],
    ["a list in place of all", "[]", "wrong-type at "],
    ["null in place of all", "null", "wrong-type at "],
    ["text in place of all", '"{}"', "wrong-type at "],
    ["a key named __proto__", '{"__proto__": {"count": 1}}', "unknown-key at __proto__"],
  ];

  test.each(texts)("%s", (_, text, is) => {
    expect(said(text, sample)).toBe(is);
  });

  test("what is no JSON is told in one line, without the text", () => {
    const message = (text: string) => {
      const read = readJson(text, 1000, sample);
      return read.ok ? "" : read.error.message;
    };
    expect(message("# Tandem\n\nTwo stages")).toBe("this is not JSON: unexpected token '#'");
    expect(message("steps: none")).toBe("this is not JSON: unexpected token 's'");
    for (const text of ["", '{"a": [1,', '{"a": "b']) expect(message(text)).toBe("this is not JSON: it ends too early");
    expect(message("{} // yes")).toMatch(/^this is not JSON: unexpected non-whitespace character at position 3/);
  });

  test("a missing key, for each", () => {
    for (const name of Object.keys(good)) {
      expect(said(JSON.stringify({ ...good, [name]: undefined }), sample)).toBe(`missing at ${name}`);
    }
  });

  test("characters over the limit are refused unread", () => {
    expect(said("x".repeat(11), sample, 10)).toBe("too-large at ");
    expect(said("x".repeat(10), sample, 10)).toBe("not-json at ");
  });
});

describe("a key that stands twice", () => {
  const anything: Reader<unknown> = (value) => value;
  const rows: readonly (readonly [text: string, is: string])[] = [
    ['{"a": 1, "b": 1}', "ok"],
    ['{"a": 1, "a": 1}', "doubled at a"],
    ['{"a": 1, "\\u0061": 2}', "doubled at a"], // the same key in another spelling
    ['{"a": {"b": 1}, "b": {"b": 1}}', "ok"],
    ['{"a": {"b": 1, "c": [], "b": 2}}', "doubled at a.b"],
    ['[{"a": 1}, {"a": 1}]', "ok"],
    ['[{"a": 1}, [0, {"x": 1, "a": 1, "a": 1}]]', "doubled at [1][1].a"],
    ['{"list": [1, 2, {"a": [], "a": {}}]}', "doubled at list[2].a"],
    ['{"a": "b\\": {", "b": "\\\\", "c": "}", "d": ",:[]"}', "ok"], // text that looks like structure
    ['{"a": "\\\\", "a": ""}', "doubled at a"],
    ['{"" : 1, "":2}', "doubled at "],
  ];

  test.each(rows)("%s: %s", (text, is) => {
    expect(said(text, anything)).toBe(is);
  });

  test("never is found in what JSON.stringify writes", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (value, indent) => {
        expect(said(JSON.stringify(value, null, indent), anything)).toBe("ok");
      }),
      { seed: 60, numRuns: 500 },
    );
  });
});

describe("nothing is thrown", () => {
  test("whatever JSON there is", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(said(JSON.stringify(value), sample)).toMatch(/^(wrong-type|missing|unknown-key) at /);
      }),
      { seed: 61, numRuns: 500 },
    );
  });

  test("whatever text there is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(said(text, sample)).not.toBe("ok");
      }),
      { seed: 62, numRuns: 500 },
    );
  });

  test.each(Object.keys(good))("lists nested 100,000 deep in place of %s", (name) => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    const text = JSON.stringify({ ...good, [name]: 0 }).replace(`"${name}":0`, `"${name}":${deep}`);
    expect(said(text, sample, 1_000_000)).toMatch(new RegExp(`^(wrong-type|too-many) at ${name}`));
  });

  test("a message stays readable, whatever it is about", () => {
    const read = readJson(JSON.stringify({ ...good, word: "A".repeat(100_000) }), 1_000_000, sample);
    expect(read.ok || read.error.message.length).toBeLessThan(200);
  });

  test.each([
    ["unknown", (key: string) => JSON.stringify({ ...good, [key]: 1 })],
    ["doubled", (key: string) => `{"${key}": 1, "${key}": 2}`],
  ])("nor does a key that is too long to read make it so: %s", (_, textOf) => {
    const read = readJson(textOf("k".repeat(100_000)), 1_000_000, sample);
    expect(read.ok || read.error.path.length).toBeLessThan(100);
    expect(read.ok || read.error.message.length).toBeLessThan(300);
  });
});
