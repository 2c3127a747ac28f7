// Every value has exactly one encoding: each row is bytes that a lenient decoder would take, and what ours says.

import { describe, expect, test } from "vitest";
import { AssertionFault } from "../../src/assert.ts";
import * as ssz from "../../src/ssz/index.ts";

/** Bytes from hex, with spaces for reading. */
const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));
const zeros = (count: number) => "00".repeat(count);

interface Row {
  readonly what: string;
  readonly type: ssz.Type<unknown>;
  readonly hex: string;
  /** `ok`, or the code. */
  readonly is: "ok" | ssz.DecodeCode;
  readonly path?: string;
}

const pair = ssz.container({ a: ssz.uint8, b: ssz.uint16 });
/** Fixed part of 9 bytes: `a` and the offsets of `b` and `c`. */
const mixed = ssz.container({ a: ssz.uint8, b: ssz.byteList(8), c: ssz.byteList(8) });
const numbers = ssz.list(ssz.uint16, 3);
const texts = ssz.list(ssz.byteList(4), 3);
const pairs = ssz.list(pair, 3);
const name = ssz.asciiText(4, (text) => /^[a-z]+$/.test(text), "1-4 of [a-z]");
const bits = ssz.bitList(10);
const choice = ssz.union({ number: ssz.uint16, text: ssz.byteList(9) });
const numbered = ssz.union({ number: ssz.uint16, text: ssz.byteList(9) }, { number: 17, text: 1 });
const brief = ssz.bounded(ssz.list(ssz.byteList(9), 9), 11);
const maybe = ssz.optional(ssz.uint16);
const word = ssz.oneOf("red", "green");
const rising = ssz.sortedList(ssz.uint8, 4, (a, b) => a - b);
const even = ssz.refine(ssz.uint8, "bad-value", (n) => (n % 2 === 0 ? undefined : "odd"));
const evenWhenRead = ssz.refineRead(ssz.uint8, "bad-value", (n) => (n % 2 === 0 ? undefined : "odd"));
const nested = ssz.container({ head: pair, rows: ssz.list(mixed, 2), pick: ssz.union({ row: mixed }) });

const rows: readonly Row[] = [
  { what: "a uint16 of its size", type: ssz.uint16, hex: "ffff", is: "ok" },
  { what: "a uint16 cut short", type: ssz.uint16, hex: "ff", is: "too-short", path: "it" },
  { what: "a uint16 with a byte more", type: ssz.uint16, hex: "ffff00", is: "too-long", path: "it" },
  { what: "nothing for a number", type: ssz.uint8, hex: "", is: "too-short", path: "it" },
  { what: "2^53-1", type: ssz.uint53, hex: "ffffffffffff1f00", is: "ok" },
  { what: "2^53", type: ssz.uint53, hex: "0000000000002000", is: "out-of-range", path: "it" },
  { what: "2^53+1, which a double would round", type: ssz.uint53, hex: "0100000000002000", is: "out-of-range" },
  { what: "2^64-1 as an exact number", type: ssz.uint53, hex: "ffffffffffffffff", is: "out-of-range" },
  { what: "2^64-1 as a bigint", type: ssz.uint64, hex: "ffffffffffffffff", is: "ok" },
  { what: "a uint128 cut short", type: ssz.uint128, hex: zeros(15), is: "too-short" },
  { what: "true", type: ssz.boolean, hex: "01", is: "ok" },
  { what: "a boolean of 2", type: ssz.boolean, hex: "02", is: "out-of-range", path: "it" },
  { what: "a boolean of 255", type: ssz.boolean, hex: "ff", is: "out-of-range" },

  { what: "a byte vector cut short", type: ssz.byteVector(3), hex: "0102", is: "too-short", path: "it" },
  { what: "a byte vector with a byte more", type: ssz.byteVector(3), hex: "01020304", is: "too-long", path: "it" },
  { what: "a full byte list", type: ssz.byteList(3), hex: "010203", is: "ok" },
  { what: "a byte list over its limit", type: ssz.byteList(3), hex: "01020304", is: "over-limit", path: "it" },
  { what: "a byte list under its least size", type: ssz.byteList(3, 1), hex: "", is: "too-short", path: "it" },
  { what: "a name", type: name, hex: "61626364", is: "ok" },
  { what: "an empty name", type: name, hex: "", is: "too-short", path: "it" },
  { what: "a name over its limit", type: name, hex: "6162636465", is: "over-limit" },
  { what: "a name in capitals", type: name, hex: "4142", is: "bad-text", path: "it" },
  { what: "a name with a byte that is not ASCII", type: name, hex: "61e9", is: "bad-text" },
  { what: "a name with a zero at its end", type: name, hex: "6100", is: "bad-text" },

  { what: "no bits", type: bits, hex: "01", is: "ok" },
  { what: "ten bits", type: bits, hex: "ff07", is: "ok" },
  { what: "no bytes at all", type: bits, hex: "", is: "bad-bits", path: "it" },
  { what: "no delimiter", type: bits, hex: "00", is: "bad-bits", path: "it" },
  { what: "bits whose last byte lost its delimiter", type: bits, hex: "ff00", is: "bad-bits" },
  { what: "eleven bits", type: bits, hex: "0008", is: "over-limit", path: "it" },
  { what: "bits of three bytes", type: bits, hex: "000001", is: "over-limit", path: "it" },
  {
    what: "no bytes for bits, behind a byte that could be a delimiter",
    type: ssz.container({ text: ssz.byteList(1), bits }),
    hex: "08000000 09000000 ff",
    is: "bad-bits",
    path: "it.bits",
  },
  { what: "eight bits, the delimiter alone in its byte", type: bits, hex: "aa01", is: "ok" },

  { what: "a fixed container", type: pair, hex: "01 0200", is: "ok" },
  { what: "a fixed container cut short", type: pair, hex: "01 02", is: "too-short", path: "it" },
  { what: "a fixed container with a byte more", type: pair, hex: "01 0200 00", is: "too-long", path: "it" },
  { what: "a container with both fields", type: mixed, hex: "01 09000000 0b000000 aaaa bb", is: "ok" },
  { what: "a container with both empty", type: mixed, hex: "01 09000000 09000000", is: "ok" },
  { what: "a container cut inside its offsets", type: mixed, hex: "01 09000000 0b0000", is: "too-short", path: "it" },
  { what: "an empty container", type: mixed, hex: "", is: "too-short", path: "it" },
  {
    what: "a first offset into the fixed part",
    type: mixed,
    hex: "01 08000000 0b000000 aaaabb",
    is: "bad-offset",
    path: "it.b",
  },
  { what: "a first offset of zero", type: mixed, hex: "01 00000000 0b000000 aaaabb", is: "bad-offset", path: "it.b" },
  {
    what: "a gap before the first field",
    type: mixed,
    hex: "01 0a000000 0b000000 aaaabb",
    is: "bad-offset",
    path: "it.b",
  },
  {
    what: "a second offset before the first",
    type: mixed,
    hex: "01 09000000 08000000 aaaabb",
    is: "bad-offset",
    path: "it.b",
  },
  {
    what: "a second offset after the end",
    type: mixed,
    hex: "01 09000000 0d000000 aaaabb",
    is: "bad-offset",
    path: "it.b",
  },
  {
    what: "a second offset of 2^32-1",
    type: mixed,
    hex: "01 09000000 ffffffff aaaabb",
    is: "bad-offset",
    path: "it.b",
  },
  { what: "a first offset of 2^32-1", type: mixed, hex: "01 ffffffff 0b000000 aaaabb", is: "bad-offset", path: "it.b" },
  {
    what: "a last field over its limit",
    type: mixed,
    hex: `01 09000000 09000000 ${zeros(9)}`,
    is: "over-limit",
    path: "it.c",
  },

  { what: "an empty list of numbers", type: numbers, hex: "", is: "ok" },
  { what: "a full list of numbers", type: numbers, hex: "0100 0200 0300", is: "ok" },
  { what: "half a number", type: numbers, hex: "0100 02", is: "too-long", path: "it" },
  { what: "four numbers of three", type: numbers, hex: "0100 0200 0300 0400", is: "over-limit", path: "it" },
  { what: "a wrong item", type: ssz.list(ssz.boolean, 4), hex: "00 01 03", is: "out-of-range", path: "it[2]" },
  {
    what: "a wrong part of an item",
    type: ssz.list(ssz.container({ flag: ssz.boolean }), 4),
    hex: "0102",
    is: "out-of-range",
    path: "it[1].flag",
  },
  { what: "half a container", type: pairs, hex: "010200 01", is: "too-long", path: "it" },
  { what: "an empty list of texts", type: texts, hex: "", is: "ok" },
  { what: "a list of three empty texts", type: texts, hex: "0c000000 0c000000 0c000000", is: "ok" },
  { what: "part of an offset", type: texts, hex: "040000", is: "too-short", path: "it" },
  { what: "a first offset of zero", type: texts, hex: "00000000", is: "bad-offset", path: "it" },
  { what: "a first offset between offsets", type: texts, hex: "05000000 aa", is: "bad-offset", path: "it" },
  { what: "a first offset for four texts", type: texts, hex: `10000000 ${zeros(12)}`, is: "over-limit", path: "it" },
  { what: "a first offset for 2^30 texts", type: texts, hex: "fcffffff", is: "over-limit", path: "it" },
  { what: "a first offset after the end", type: texts, hex: "0c000000 0c000000", is: "too-short", path: "it" },
  { what: "texts that overlap", type: texts, hex: "0c000000 0b000000 0c000000", is: "bad-offset", path: "it[0]" },
  {
    what: "a last text that begins before the one before it",
    type: texts,
    hex: "0c000000 0e000000 0d000000 aabb",
    is: "bad-offset",
    path: "it[1]",
  },
  {
    what: "a text that begins after the end",
    type: texts,
    hex: "08000000 ffffffff aa",
    is: "bad-offset",
    path: "it[0]",
  },
  {
    what: "a text over its limit",
    type: texts,
    hex: `08000000 09000000 01 ${zeros(5)}`,
    is: "over-limit",
    path: "it[1]",
  },

  { what: "the first option", type: choice, hex: "00 0100", is: "ok" },
  { what: "the second option, empty", type: choice, hex: "01", is: "ok" },
  { what: "no selector", type: choice, hex: "", is: "too-short", path: "it" },
  { what: "a selector without option", type: choice, hex: "02 0100", is: "out-of-range", path: "it" },
  { what: "a selector of 255", type: choice, hex: "ff", is: "out-of-range", path: "it" },
  { what: "an option cut short", type: choice, hex: "00 01", is: "too-short", path: "it.number" },
  { what: "an option with a byte more", type: choice, hex: "00 0100 00", is: "too-long", path: "it.number" },
  { what: "an option by the selector that it was given", type: numbered, hex: "11 0100", is: "ok" },
  { what: "an option with a byte more, where selectors are given", type: numbered, hex: "11 0100 00", is: "too-long" },
  { what: "a selector between those that are given", type: numbered, hex: "02", is: "out-of-range", path: "it" },
  { what: "the place of an option that was given a selector", type: numbered, hex: "00 0100", is: "out-of-range" },
  { what: "as many bytes as the bound", type: brief, hex: "08000000 0b000000 aabbcc", is: "ok" },
  { what: "a byte more than the bound", type: brief, hex: "08000000 0b000000 aabbccdd", is: "over-limit", path: "it" },
  { what: "a byte more than the bound, of no list", type: brief, hex: zeros(12), is: "over-limit" },
  { what: "nothing for an optional", type: maybe, hex: "", is: "ok" },
  { what: "something for an optional", type: maybe, hex: "0100", is: "ok" },
  { what: "two things for an optional", type: maybe, hex: "0100 0100", is: "over-limit", path: "it" },

  { what: "the last word", type: word, hex: "02", is: "ok" },
  { what: "word zero", type: word, hex: "00", is: "out-of-range", path: "it" },
  { what: "a word too many", type: word, hex: "03", is: "out-of-range", path: "it" },
  { what: "numbers in rising order", type: rising, hex: "010203", is: "ok" },
  { what: "numbers out of order", type: rising, hex: "010302", is: "bad-order", path: "it" },
  { what: "a number twice", type: rising, hex: "0101", is: "bad-order", path: "it" },
  { what: "what a rule allows", type: even, hex: "02", is: "ok" },
  { what: "what a rule forbids", type: even, hex: "03", is: "bad-value", path: "it" },
  { what: "what a rule for reading allows", type: evenWhenRead, hex: "02", is: "ok" },
  { what: "what a rule for reading forbids", type: evenWhenRead, hex: "03", is: "bad-value", path: "it" },

  {
    what: "an error deep inside names the whole path",
    type: nested,
    hex: "01 0200 0b000000 25000000 08000000 11000000 01 09000000 09000000 01 08000000 09000000 00 01 09000000 09000000",
    is: "bad-offset",
    path: "it.rows[1].b",
  },
  {
    what: "an error inside an option names the option",
    type: nested,
    hex: "01 0200 0b000000 0b000000 00 01 09000000",
    is: "too-short",
    path: "it.pick.row",
  },
];

describe("bytes and what a strict decoder says", () => {
  test.each(rows)("$what: $is", ({ type, hex, is, path }) => {
    const codec = ssz.codec("it", type, 1000);
    const decoded = codec.decode(bytes(hex));
    expect(decoded.ok ? "ok" : decoded.error.code).toBe(is);
    if (decoded.ok) expect(codec.encode(decoded.value)).toEqual(bytes(hex));
    else {
      if (path !== undefined) expect(decoded.error.path).toBe(path);
      expect(decoded.error.message.startsWith(`${decoded.error.path}: `)).toBe(true);
    }
  });

  test("every code has a row", () => {
    const codes: readonly ssz.DecodeCode[] = [
      "too-short",
      "too-long",
      "bad-offset",
      "over-limit",
      "out-of-range",
      "bad-bits",
      "bad-text",
      "bad-order",
      "bad-value",
    ];
    expect(codes.filter((code) => !rows.some((row) => row.is === code))).toEqual([]);
  });
});

describe("the whole", () => {
  test("a union whose selectors are not bytes, each another, is refused as it is made", () => {
    const of = (number: number, text: number) => () =>
      ssz.union({ number: ssz.uint16, text: ssz.byteList(9) }, { number, text });
    for (const make of [of(1, 1), of(-1, 1), of(1, 256), of(0.5, 1)]) expect(make).toThrow("a selector of its own");
    expect(of(0, 255)).not.toThrow();
  });

  test("a bound holds for what is written too, and a codec knows it", () => {
    expect(ssz.codec("brief", brief).bytesMax).toBe(11);
    const roomy = ssz.codec("it", ssz.container({ brief, text: ssz.byteList(9) }));
    const written = () => roomy.encode({ brief: [bytes("aabbccddeeff"), bytes("")], text: bytes("") });
    expect(written).toThrow("14 bytes where 11 are allowed");
  });

  test("more bytes than the codec's limit are refused unread, whatever they are", () => {
    const small = ssz.codec("small", ssz.byteList(100), 10);
    expect(small.decode(new Uint8Array(10)).ok).toBe(true);
    expect(small.decode(new Uint8Array(11))).toMatchObject({ error: { code: "over-limit", path: "small" } });
  });

  test("a codec never takes more than its type can be", () => {
    expect(ssz.codec("mixed", mixed).bytesMax).toBe(1 + 2 * 4 + 2 * 8);
    expect(ssz.codec("mixed", mixed, 1000).bytesMax).toBe(1 + 2 * 4 + 2 * 8);
  });

  test("what is decoded does not share memory with the input, even with a Buffer", () => {
    const lent = Buffer.from("01 09000000 0b000000 aaaa bb".replaceAll(" ", ""), "hex");
    const decoded = ssz.codec("it", mixed).decode(lent);
    lent.fill(0);
    expect(decoded).toEqual({ ok: true, value: { a: 1, b: bytes("aaaa"), c: bytes("bb") } });
    expect(decoded.ok && decoded.value.b.constructor).toBe(Uint8Array);
  });

  test("bytes that begin in the middle of their memory decode from there", () => {
    const memory = bytes("ffff 01 0200 ffff");
    expect(ssz.codec("it", pair).decode(memory.subarray(2, 5))).toEqual({ ok: true, value: { a: 1, b: 2 } });
  });
});

describe("values of ours that have no encoding are our own mistake", () => {
  const mistakes: readonly (readonly [what: string, type: ssz.Type<unknown>, value: unknown])[] = [
    ["a number too large", ssz.uint8, 256],
    ["a negative number", ssz.uint16, -1],
    ["a fraction", ssz.uint32, 0.5],
    ["no number", ssz.uint8, Number.NaN],
    ["2^53", ssz.uint53, 2 ** 53],
    ["a bigint too large", ssz.uint64, 1n << 64n],
    ["a negative bigint", ssz.uint128, -1n],
    ["a boolean that is none", ssz.boolean, 1],
    ["a byte vector of another size", ssz.byteVector(3), new Uint8Array(2)],
    ["a byte list over its limit", ssz.byteList(3), new Uint8Array(4)],
    ["a byte list under its least size", ssz.byteList(3, 1), new Uint8Array(0)],
    ["a name of another form", name, "A"],
    ["bits over their limit", bits, new Array(11).fill(true)],
    ["items over their limit", numbers, [1, 2, 3, 4]],
    ["a kind that is no option", choice, { kind: "neither", value: 1 }],
    ["a word that is none", word, "blue"],
    ["items out of order", rising, [2, 1]],
    ["what a rule forbids", even, 3],
  ];

  test.each(mistakes)("%s does not encode", (_, type, value) => {
    expect(() => ssz.codec("it", type, 1000).encode(value)).toThrow(AssertionFault);
  });

  test.each(mistakes)("%s has no root", (_, type, value) => {
    expect(() => ssz.codec("it", type, 1000).root(value)).toThrow(AssertionFault);
  });

  test("what a rule for reading forbids is not looked at when it is ours", () => {
    const codec = ssz.codec("it", evenWhenRead, 1000);
    expect(codec.encode(3)).toEqual(Uint8Array.of(3));
    expect(codec.root(3)).toEqual(ssz.codec("it", ssz.uint8).root(3));
  });

  test("more bytes than the codec would decode", () => {
    expect(() => ssz.codec("small", ssz.byteList(100), 10).encode(new Uint8Array(11))).toThrow(AssertionFault);
  });
});

describe("bounded allocation", () => {
  // Ten offsets that claim the most, and nothing behind them. Memory is counted by what decoding could hold.
  const claims: readonly (readonly [what: string, type: ssz.Type<unknown>, hex: string])[] = [
    ["a list of 2^30 texts", ssz.list(ssz.byteList(2 ** 30), 2 ** 30), "fcffffff"],
    ["a list of lists of 2^30", ssz.list(ssz.list(ssz.byteList(8), 2 ** 30), 2 ** 30), "04000000 fcffffff"],
    [
      "a container whose field ends 4 GB away",
      ssz.container({ a: ssz.byteList(2 ** 32), b: ssz.byteList(2 ** 32) }),
      "08000000 ffffffff",
    ],
  ];

  test.each(claims)("%s, claimed in a few bytes, allocates nothing of it", (_, type, hex) => {
    const codec = ssz.codec("it", type);
    const input = bytes(hex);
    codec.decode(input);
    const before = process.memoryUsage();
    for (let i = 0; i < 1000; i++) expect(codec.decode(input).ok).toBe(false);
    const after = process.memoryUsage();
    const grown = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
    expect(grown).toBeLessThan(64 * 2 ** 20);
  });
});
