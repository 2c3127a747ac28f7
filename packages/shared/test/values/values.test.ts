// P8: one canonical encoding per value, and nothing else is accepted.

import { decode as cborgDecode, encode as cborgEncode, type DecodeOptions } from "cborg";
import { bigIntDecoder, bigIntEncoder, bigNegIntDecoder } from "cborg/taglib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromHex, toHex } from "../../src/bytes.ts";
import { limits } from "../../src/limits.ts";
import { decodeValue } from "../../src/values/decode.ts";
import { checkValue, encodeValue, tryEncodeValue } from "../../src/values/encode.ts";
import { formatValue } from "../../src/values/format.ts";
import { equalValues, integerMax, integerMin, type Value } from "../../src/values/value.ts";
import { valueProblem } from "../oracles/cbor.ts";
import { attackDecoder, mutate, Random } from "../support/hostile.ts";
import { anyValue } from "./any-value.ts";

const hex = (text: string) => fromHex(text) as Uint8Array;
const codeOf = (bytes: Uint8Array) => {
  const result = decodeValue(bytes);
  return result.ok ? "decoded" : result.error.code;
};
const decoded = (bytes: Uint8Array): Value => {
  const result = decodeValue(bytes);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
};
const nested = (depth: number): Value => (depth === 1 ? null : [nested(depth - 1)]);

/** RFC 8949, appendix A: every example that is a value of ours, in its notation. */
const examples: readonly (readonly [string, string])[] = [
  ["00", "0"],
  ["01", "1"],
  ["0a", "10"],
  ["17", "23"],
  ["1818", "24"],
  ["1819", "25"],
  ["1864", "100"],
  ["1903e8", "1000"],
  ["1a000f4240", "1000000"],
  ["1b000000e8d4a51000", "1000000000000"],
  ["1bffffffffffffffff", "18446744073709551615"],
  ["c249010000000000000000", "18446744073709551616"],
  ["3bffffffffffffffff", "-18446744073709551616"],
  ["c349010000000000000000", "-18446744073709551617"],
  ["20", "-1"],
  ["29", "-10"],
  ["3863", "-100"],
  ["3903e7", "-1000"],
  ["f4", "false"],
  ["f5", "true"],
  ["f6", "null"],
  ["40", "h''"],
  ["4401020304", "h'01020304'"],
  ["60", '""'],
  ["6161", '"a"'],
  ["6449455446", '"IETF"'],
  ["62225c", '"\\"\\\\"'],
  ["62c3bc", '"ü"'],
  ["63e6b0b4", '"水"'],
  ["64f0908591", '"𐅑"'],
  ["80", "[]"],
  ["83010203", "[1, 2, 3]"],
  ["8301820203820405", "[1, [2, 3], [4, 5]]"],
  [
    "98190102030405060708090a0b0c0d0e0f101112131415161718181819",
    "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25]",
  ],
  ["a0", "{}"],
  ["a26161016162820203", '{"a": 1, "b": [2, 3]}'],
  ["826161a161626163", '["a", {"b": "c"}]'],
  ["a56161614161626142616361436164614461656145", '{"a": "A", "b": "B", "c": "C", "d": "D", "e": "E"}'],
];

describe("encoding", () => {
  test.each(examples)("RFC 8949 example %s is %s", (bytes, text) => {
    const value = decoded(hex(bytes));
    expect(formatValue(value)).toBe(text);
    expect(toHex(encodeValue(value))).toBe(bytes);
  });

  test("what is encoded decodes to an equal value", () => {
    const property = fc.property(anyValue, (value) => {
      const again = decoded(encodeValue(value));
      expect(again).toEqual(value);
      expect(equalValues(again, value)).toBe(true);
    });
    fc.assert(property, { seed: 8, numRuns: 2000 });
  });

  test("a CBOR library that shares no code with ours encodes every value to the same bytes, and decodes them", () => {
    const tags = { 2: bigIntDecoder, 3: bigNegIntDecoder };
    const options: DecodeOptions = { useMaps: true, strict: true, rejectDuplicateMapKeys: true, tags };
    const property = fc.property(anyValue, (value) => {
      const bytes = encodeValue(value);
      expect(toHex(cborgEncode(value, { typeEncoders: { bigint: bigIntEncoder } }))).toBe(toHex(bytes));
      expect(bigintsOf(cborgDecode(bytes, options))).toEqual(value);
    });
    fc.assert(property, { seed: 81, numRuns: 2000 });
  });

  test("the order in which a map was filled means nothing", () => {
    const there = new Map<string, Value>([
      ["b", 1n],
      ["aa", 2n],
      ["a", 3n],
      ["", 4n],
    ]);
    const back = new Map([...there].reverse());
    expect(toHex(encodeValue(there))).toBe(toHex(encodeValue(back)));
    expect([...(decoded(encodeValue(there)) as Map<string, Value>).keys()]).toEqual(["", "a", "b", "aa"]);
    expect(formatValue(there)).toBe('{"": 4, "a": 3, "b": 1, "aa": 2}');
    expect(equalValues(there, back)).toBe(true);
  });

  test("keys are ordered by their encoded bytes: by length in UTF-8, then by code point, not by UTF-16 unit", () => {
    const keys = ["\u{10000}", "\uffff", "\ud7ff", "z", "aaaa", "é", "aaa"];
    const map = new Map(keys.map((key) => [key, null]));
    const order = ["z", "é", "aaa", "\ud7ff", "\uffff", "aaaa", "\u{10000}"];
    expect([...(decoded(encodeValue(map)) as Map<string, Value>).keys()]).toEqual(order);
  });

  test("integers end at -2^255 and 2^256-1", () => {
    for (const edge of [integerMin, integerMax]) expect(decoded(encodeValue(edge))).toBe(edge);
    for (const beyond of [integerMin - 1n, integerMax + 1n]) expect(checkValue(beyond)?.code).toBe("out-of-range");
  });
});

/** cborg gives numbers where they are exact. */
function bigintsOf(value: unknown): unknown {
  if (typeof value === "number") return BigInt(value);
  if (Array.isArray(value)) return value.map(bigintsOf);
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, bigintsOf(item)]));
  return value;
}

const ff = (count: number) => "ff".repeat(count);

/** Each form that RFC 8949 allows, or that looks like it, and that is not the one encoding of a value. */
const refusedForms: readonly (readonly [string, string, string])[] = [
  ["not-canonical", "0 in two bytes", "1800"],
  ["not-canonical", "23 in two bytes", "1817"],
  ["not-canonical", "0 in three bytes", "190000"],
  ["not-canonical", "255 in three bytes", "1900ff"],
  ["not-canonical", "65535 in five bytes", "1a0000ffff"],
  ["not-canonical", "2^32-1 in nine bytes", "1b00000000ffffffff"],
  ["not-canonical", "-1 in two bytes", "3800"],
  ["not-canonical", "-256 in three bytes", "3900ff"],
  ["not-canonical", "-65536 in five bytes", "3a0000ffff"],
  ["not-canonical", "-2^32 in nine bytes", "3b00000000ffffffff"],
  ["not-canonical", "a length of bytes in two bytes", "580100"],
  ["not-canonical", "a length of bytes in three bytes", "59000100"],
  ["not-canonical", "a length of bytes in five bytes", "5a0000000100"],
  ["not-canonical", "a length of bytes in nine bytes", "5b000000000000000100"],
  ["not-canonical", "a length of text in two bytes", "780161"],
  ["not-canonical", "a count of a list in two bytes", "980100"],
  ["not-canonical", "a count of a map in two bytes", "b801616100"],
  ["not-canonical", "a length of a key in two bytes", "a178016100"],
  ["not-canonical", "bytes of indefinite length", "5f4100ff"],
  ["not-canonical", "text of indefinite length", "7f6161ff"],
  ["not-canonical", "a list of indefinite length", "9f00ff"],
  ["not-canonical", "a map of indefinite length", "bf616100ff"],
  ["not-canonical", "a bignum that is empty", "c240"],
  ["not-canonical", "a bignum for 1", "c24101"],
  ["not-canonical", "a bignum for 2^64-1", `c248${ff(8)}`],
  ["not-canonical", "a bignum for -2^64", `c348${ff(8)}`],
  ["not-canonical", "a bignum with a leading zero", `c24a0001${"00".repeat(8)}`],
  ["not-canonical", "a negative bignum with a leading zero", `c34a0001${"00".repeat(8)}`],
  ["not-canonical", "a bignum whose length is in two bytes", `c25809${ff(9)}`],
  ["not-canonical", "a bignum of indefinite length", `c25f49${ff(9)}ff`],
  ["not-a-value", "a tag number in two bytes", `d802 49${ff(9)}`],
  ["not-a-value", "a bignum that is no bytes", "c201"],
  ["not-a-value", "a bignum tagged twice", `c2c249${ff(9)}`],
  ["not-a-value", "tag 0, a date", "c06161"],
  ["not-a-value", "tag 1, a time", "c100"],
  ["not-a-value", "tag 24, encoded CBOR", "d8184100"],
  ["not-a-value", "tag 55799, self-described CBOR", "d9d9f700"],
  ["not-a-value", "undefined", "f7"],
  ["not-a-value", "simple value 16", "f0"],
  ["not-a-value", "simple value 255", "f8ff"],
  ["not-a-value", "false in two bytes", "f814"],
  ["not-a-value", "a float of 16 bits", "f93c00"],
  ["not-a-value", "a float of 32 bits", "fa47c35000"],
  ["not-a-value", "a float of 64 bits", "fb3ff199999999999a"],
  ["not-a-value", "a float that is whole", "f90000"],
  ["not-a-value", "infinity", "f97c00"],
  ["not-a-value", "not a number", "f97e00"],
  ["not-a-value", "a break", "ff"],
  ["not-a-value", "a reserved head", "1c"],
  ["not-a-value", "a reserved head of bytes", "5d"],
  ["not-a-value", "a key that is an integer", "a10000"],
  ["not-a-value", "a key that is bytes", "a1416100"],
  ["bad-order", "keys out of order", "a2616200616100"],
  ["bad-order", "a longer key before a shorter one", "a262616100616200"],
  ["bad-order", "a key twice", "a2616100616100"],
  ["bad-order", "the empty key twice", "a260006000"],
  ["bad-order", "the third key before the first", "a3616200616300616100"],
  ["bad-text", "a lone continuation byte", "6180"],
  ["bad-text", "an overlong encoding", "62c080"],
  ["bad-text", "a surrogate in UTF-8", "63eda080"],
  ["bad-text", "a code point above U+10FFFF", "64f4908080"],
  ["bad-text", "a sequence cut short", "62e6b0"],
  ["bad-text", "a key that is not UTF-8", "a161ff00"],
  ["bad-text", "long text that is not UTF-8", `78 20${"61".repeat(31)}80`],
  ["out-of-range", "2^256", `c25821${"01"}${"00".repeat(32)}`],
  ["out-of-range", "-2^255-1", `c3582080${"00".repeat(31)}`],
  ["out-of-range", "-2^256", `c35820${ff(32)}`],
  ["too-long", "a byte after the value", "0000"],
  ["too-long", "a second value", "f6f6"],
  ["too-short", "nothing", ""],
  ["too-short", "a head cut short", "18"],
  ["too-short", "a head of nine bytes cut short", "1b00000001000000"],
  ["too-short", "bytes cut short", "4200"],
  ["too-short", "text cut short", "6261"],
  ["too-short", "a list cut short", "8200"],
  ["too-short", "a map without its last value", "a16161"],
  ["too-short", "a bignum without its bytes", "c2"],
];

describe("decoding", () => {
  test.each(refusedForms)("%s: %s", (code, _, bytes) => {
    expect(codeOf(hex(bytes.replaceAll(" ", "")))).toBe(code);
  });

  test("a lone surrogate does not encode, in text or in a key", () => {
    expect(checkValue("\ud800")?.code).toBe("bad-text");
    expect(checkValue(new Map([["\udfff", null]]))?.code).toBe("bad-text");
    expect(checkValue("\ud83d\ude00")).toBeUndefined();
  });

  test("a byte order mark is text like any other", () => {
    expect(decoded(encodeValue("\ufeffa"))).toBe("\ufeffa");
    expect(decoded(encodeValue(`\ufeff${"a".repeat(40)}`))).toBe(`\ufeff${"a".repeat(40)}`);
  });

  test("decoded bytes are a copy: changing the input later changes nothing", () => {
    const input = Buffer.from("42abcd", "hex");
    const value = decoded(input) as Uint8Array;
    input.fill(0);
    expect(value).toEqual(Uint8Array.of(0xab, 0xcd));
  });

  test("arbitrary bytes give a value or a typed error, and no value has two encodings", () => {
    const valid = fc.sample(anyValue, { seed: 3, numRuns: 300 }).map(encodeValue);
    attackDecoder({ name: "value", decode: decodeValue, encode: encodeValue, valid });
  });

  test("bytes are accepted exactly when a second, plain reading of the rules accepts them", () => {
    const random = new Random(4);
    const valid = fc
      .sample(anyValue, { seed: 4, numRuns: 300 })
      .map(encodeValue)
      .filter((bytes) => bytes.length < 300);
    const max = { depth: limits.valueDepthMax, items: limits.valueItemsMax, bytes: limits.valueBytesMax };
    let accepted = 0;
    for (let run = 0; run < 40_000; run++) {
      const bytes = run % 4 === 0 ? random.bytes(1 + random.below(6)) : mutate(random, random.pick(valid));
      const problem = valueProblem(bytes, max);
      if (problem === undefined) accepted++;
      if ((codeOf(bytes) === "decoded") !== (problem === undefined)) {
        expect.fail(`${toHex(bytes)}: ${codeOf(bytes)}, but: ${problem}`);
      }
    }
    expect(accepted).toBeGreaterThan(1000);
  });
});

describe("limits", () => {
  test("depth: a scalar has 1, a list one more than its deepest item", () => {
    expect(codeOf(encodeValue(nested(limits.valueDepthMax)))).toBe("decoded");
    const deeper = [nested(limits.valueDepthMax)];
    expect(checkValue(deeper)?.code).toBe("over-limit");
    expect(codeOf(hex(`${"81".repeat(limits.valueDepthMax)}f6`))).toBe("over-limit");
    expect(codeOf(hex(`${"a160".repeat(limits.valueDepthMax)}f6`))).toBe("over-limit");
    expect(codeOf(hex(`${"81".repeat(limits.valueDepthMax - 1)}80`)), "an empty list has depth 1").toBe("decoded");
  });

  test("a nesting bomb as large as a value may be does not overflow the stack", () => {
    expect(codeOf(new Uint8Array(limits.valueBytesMax).fill(0x81))).toBe("over-limit");
    expect(codeOf(new Uint8Array(limits.valueBytesMax).fill(0xc2))).toBe("not-a-value");
  });

  test("bytes", () => {
    const fits = new Uint8Array(limits.valueBytesMax - 3);
    expect(codeOf(encodeValue(fits))).toBe("decoded");
    expect(checkValue(new Uint8Array(fits.length + 1))?.code).toBe("over-limit");
    expect(codeOf(new Uint8Array(limits.valueBytesMax + 1))).toBe("over-limit");
  });

  test("items of all lists and entries of all maps are counted together", () => {
    const rest = limits.valueItemsMax - 3;
    const fits: Value = [new Map([["a", null]]), Array(rest).fill(null)];
    expect(codeOf(encodeValue(fits))).toBe("decoded");
    expect(checkValue([fits])?.code).toBe("over-limit");
    const half = `992000${"f6".repeat(0x2000)}`;
    expect(codeOf(hex(`82${half}${half}`)), "2 items, and 8,192 in each").toBe("over-limit");
    const count = limits.valueItemsMax + 1;
    expect(codeOf(Uint8Array.from([0x99, count >> 8, count & 0xff, ...Array(count).fill(0xf6)]))).toBe("over-limit");
  });

  test("a value that holds one list many times over is refused before it is written out", () => {
    let value: Value = [];
    for (let level = 0; level < 10; level++) value = Array(16).fill(value);
    expect(checkValue(value)?.code).toBe("over-limit");
    const circle: Value[] = [];
    circle.push(circle);
    expect(checkValue(circle)?.code).toBe("over-limit");
  });

  test.each([
    ["bytes", "5bffffffffffffffff"],
    ["bytes", "5affffffff"],
    ["text", "7affffffff"],
    ["a list", "9affffffff"],
    ["a list", "9bffffffffffffffff"],
    ["a map", "baffffffff"],
    ["a bignum", "c25affffffff"],
  ])("a claimed length of %s beyond the input is refused before anything is allocated: %s", (_, bytes) => {
    expect(codeOf(hex(bytes))).toBe("too-short");
  });
});

describe("what is no value", () => {
  test.each<[string, unknown]>([
    ["a number", 1],
    ["a float", 1.5],
    ["undefined", undefined],
    ["an object", {}],
    ["a function", () => 1],
    ["a symbol", Symbol("s")],
    ["a date", new Date(0)],
    ["a set", new Set()],
    ["an array of 16-bit numbers", new Uint16Array(1)],
    ["a hole in a list", new Array(1)],
    ["a number in a list", [[1]]],
    ["a map keyed by numbers", new Map([[1, null]])],
    ["a number in a map", new Map([["a", 1]])],
  ])("%s", (_, thing) => {
    expect(checkValue(thing)?.code).toBe("not-a-value");
  });

  test("an error says where it is", () => {
    const value = [null, new Map([["amount", [1n, 2]]])];
    expect(checkValue(value)).toMatchObject({
      path: "[1].amount[1]",
      message: "the number 2 (integers are bigint) is no value",
    });
  });

  test("our own mistakes are assertions", () => {
    expect(() => encodeValue([1] as unknown as Value)).toThrow("no value[0]");
    expect(tryEncodeValue([1n]).ok).toBe(true);
  });
});

test("equal values are those with equal encodings", () => {
  const some = fc.sample(anyValue, { seed: 5, numRuns: 120 });
  for (const a of some) {
    for (const b of some) expect(equalValues(a, b)).toBe(toHex(encodeValue(a)) === toHex(encodeValue(b)));
  }
  expect(equalValues(new Uint8Array(0), [])).toBe(false);
  expect(equalValues(new Map(), [])).toBe(false);
  expect(equalValues(new Map([["a", null]]), new Map([["b", null]]))).toBe(false);
  expect(equalValues([1n], [1n, 2n])).toBe(false);
});
