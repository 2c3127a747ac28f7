// P1, and the shape of P2, P5 and P6: one encoding per program, and each rule broken one at a time.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromHex, toHex } from "../../src/bytes.ts";
import { limits } from "../../src/limits.ts";
import { checkProgram } from "../../src/programs/check.ts";
import { decodeProgram } from "../../src/programs/decode.ts";
import { encodeProgram } from "../../src/programs/encode.ts";
import { decodeValue } from "../../src/values/decode.ts";
import { formatValue } from "../../src/values/format.ts";
import { attackDecoder } from "../support/hostile.ts";
import { anyProgram } from "./any-program.ts";
import {
  allow,
  call,
  either,
  from,
  group,
  literal,
  payloadOf,
  program,
  pure,
  reads,
  whole,
  writes,
} from "./support.ts";

const roomy = allow(["a", "b", "c", "d"], 1_000_000_000);

const example = program(
  [
    call("a/tokens.withdraw", writes("alice"), literal(100n)),
    call("b/tokens.deposit", writes("bob"), from(0)),
    pure("add", either(1, literal(0n)), literal(1n)),
    { ...call("b/notes.put", reads("owner"), from(2), either(0, from(1))), expect: null },
    call("a/notes.clear", whole),
  ],
  [group(0, 2)],
);

describe("encoding", () => {
  test("a program, in the notation of its encoding", () => {
    const decoded = decodeValue(encodeProgram(example));
    const steps = [
      `{"at": "a/tokens", "args": [[100]], "budget": 1000000, "method": "withdraw", "writes": [h'616c696365']}`,
      `{"at": "b/tokens", "args": [0], "budget": 1000000, "method": "deposit", "writes": [h'626f62']}`,
      `{"args": [[1, [0]], [1]], "pure": "add", "budget": 10}`,
      `{"at": "b/notes", "args": [2, [0, 1]], "reads": [h'6f776e6572'], "budget": 1000000, "expect": null, "method": "put"}`,
      `{"at": "a/notes", "whole": true, "budget": 1000000, "method": "clear"}`,
    ];
    expect(decoded.ok && formatValue(decoded.value)).toBe(`{"steps": [${steps.join(", ")}], "groups": [[0, 2]]}`);
  });

  test("the bytes of a program do not change by accident", () => {
    expect(toHex(encodeProgram(program([call("a/x.get", writes("k")), pure("not", from(0))], [group(0, 1)])))).toBe(
      "a2657374657073" + // steps
        "82a46261746" +
        "3612f78666275646765741a000f4240" +
        "666d6574686f64636765746677726974657381416b" +
        "a3646172677381006470757265636e6f74666275646765740a" +
        "6667726f75707381820001", // groups
    );
  });

  test("what is encoded decodes to an equal program", () => {
    const property = fc.property(anyProgram, (any) => {
      expect(decodeProgram(encodeProgram(any))).toEqual({ ok: true, value: any });
    });
    fc.assert(property, { seed: 1, numRuns: 1000 });
  });

  test("arbitrary bytes give a program or a typed error, and no program has two encodings", () => {
    const valid = fc.sample(anyProgram, { seed: 2, numRuns: 300 }).map(encodeProgram);
    attackDecoder({ name: "program", decode: decodeProgram, encode: encodeProgram, valid });
  });

  test("a value that is no program is void, whatever it is", () => {
    for (const plain of [null, true, 0, "steps", [], {}, [[]], { steps: null }, { steps: {} }, { steps: [0] }]) {
      expect(decodeProgram(payloadOf(plain))).toMatchObject({ ok: false, error: { code: "bad-shape" } });
    }
  });
});

const step = { at: "a/x", budget: limits.placeCost, method: "get" };
const writing = { ...step, writes: [Uint8Array.of(1)] };
const withStep = (changes: object) => ({ steps: [{ ...step, ...changes }] });
const many = <T>(count: number, item: T): T[] => Array(count).fill(item);
const key = (index: number) => Uint8Array.of(index >> 8, index & 255);
const keys = (count: number, first = 0) => Array.from({ length: count }, (_, index) => key(first + index));
const bytes = (length: number) => new Uint8Array(length);

type Row = readonly [code: string, path: string, what: string, plain: Parameters<typeof payloadOf>[0]];

/** Each differs from a program in one thing. */
const voidRows: readonly Row[] = [
  ["bad-shape", "", "no steps", { groups: [[0, 1]] }],
  ["bad-shape", "", "a key that the grammar does not know", { steps: [step], version: 1 }],
  ["bad-shape", "", "a key named like a property of every object", { steps: [step], constructor: null }],
  ["bad-shape", "steps[0]", "a step with a key of no meaning", withStep({ gas: 1 })],
  ["bad-shape", "steps[0]", "a call without method", withStep({ method: undefined })],
  ["bad-shape", "steps[0]", "a call without contract", withStep({ at: undefined })],
  ["bad-shape", "steps[0]", "a call without budget", withStep({ budget: undefined })],
  ["bad-shape", "steps[0]", "a call and a pure step at once", withStep({ pure: "add" })],
  ["bad-shape", "steps[0]", "a pure step with a footprint", { steps: [{ pure: "add", budget: 1, reads: [key(1)] }] }],
  [
    "bad-shape",
    "steps[0]",
    "a pure step with the whole contract",
    { steps: [{ pure: "add", budget: 1, whole: true }] },
  ],
  ["bad-shape", "steps[0]", "a pure step without budget", { steps: [{ pure: "add" }] }],
  ["bad-shape", "steps[0]", "the whole contract, and keys", withStep({ whole: true, writes: [key(1)] })],
  ["bad-shape", "steps[0].whole", "not the whole contract, said aloud", withStep({ whole: false })],
  ["bad-shape", "steps[0].args", "null for no arguments", withStep({ args: null })],
  ["bad-shape", "steps[0].budget", "a budget below zero", withStep({ budget: -1 })],
  ["bad-shape", "steps[0].at", "a contract named by bytes", withStep({ at: bytes(3) })],
  ["bad-shape", "steps[0].reads[0]", "a key that is text", withStep({ reads: ["k"] })],
  ["bad-shape", "steps[0].args[0]", "a literal without its list", withStep({ args: ["a"] })],
  ["bad-shape", "steps[0].args[0]", "an empty argument", withStep({ args: [[]] })],
  ["bad-shape", "steps[0].args[0]", "an argument of three parts", withStep({ args: [[0, 1, 2]] })],
  [
    "bad-shape",
    "steps[1].args[0]",
    "a literal that has an alternative",
    { steps: [step, { ...step, args: [[["a"], 0]] }] },
  ],
  [
    "bad-shape",
    "steps[1].args[0]",
    "an alternative to the alternative",
    { steps: [step, { ...step, args: [[0, [0, 0]]] }] },
  ],
  ["bad-shape", "groups[0]", "a group of three numbers", { steps: [step], groups: [[0, 1, 1]] }],
  ["bad-shape", "groups[0]", "a group from a negative step", { steps: [step], groups: [[-1, 1]] }],
  ["bad-name", "steps[0].at", "a contract without shard", withStep({ at: "x" })],
  ["bad-name", "steps[0].at", "a contract with an empty name", withStep({ at: "a/" })],
  ["bad-name", "steps[0].at", "a contract in two shards", withStep({ at: "a/b/c" })],
  ["bad-name", "steps[0].at", "a contract in capitals", withStep({ at: "a/X" })],
  ["bad-name", "steps[0].at", "a shard longer than a namespace", withStep({ at: `${"a".repeat(29)}/x` })],
  ["bad-name", "steps[0].method", "a method without name", withStep({ method: "" })],
  ["bad-name", "steps[0].method", "a method with a new line", withStep({ method: "get\n" })],
  ["bad-name", "steps[0].pure", "a function with a dot", { steps: [{ pure: "a.b", budget: 1 }] }],
  ["empty-list", "steps", "no step", { steps: [] }],
  ["empty-list", "groups", "no group, said aloud", { steps: [step], groups: [] }],
  ["empty-list", "steps[0].args", "no arguments, said aloud", withStep({ args: [] })],
  ["empty-list", "steps[0].reads", "no keys to read, said aloud", withStep({ reads: [] })],
  ["empty-list", "steps[0].writes", "no keys to write, said aloud", withStep({ writes: [] })],
  ["too-many-steps", "steps", "65 steps", { steps: many(limits.stepsMax + 1, step) }],
  ["too-many-arguments", "steps[0].args", "17 arguments", withStep({ args: many(limits.argumentsMax + 1, [0]) })],
  ["too-many-keys", "steps[0].reads", "257 keys to read", withStep({ reads: keys(limits.footprintKeysMax + 1) })],
  ["too-many-keys", "steps[0]", "257 keys in all", withStep({ reads: keys(200), writes: keys(57, 300) })],
  ["bad-key", "steps[0].reads[0]", "a key without bytes", withStep({ reads: [bytes(0)] })],
  [
    "bad-key",
    "steps[0].writes[1]",
    "a key of 129 bytes",
    withStep({ writes: [key(0), bytes(limits.keyBytesMax + 1)] }),
  ],
  ["bad-key-order", "steps[0].reads[1]", "keys out of order", withStep({ reads: [key(2), key(1)] })],
  ["bad-key-order", "steps[0].reads[2]", "a key twice", withStep({ reads: [key(0), key(1), key(1)] })],
  [
    "bad-key-order",
    "steps[0].writes[1]",
    "a longer key before its beginning",
    withStep({ writes: [key(1), bytes(1)] }),
  ],
  ["key-twice", "steps[0].reads[1]", "a written key among those read", withStep({ reads: keys(3), writes: [key(1)] })],
  ["bad-reference", "steps[0].args[0]", "a step uses its own outcome", withStep({ args: [0] })],
  ["bad-reference", "steps[0].args[1]", "a later step's outcome", { steps: [{ ...step, args: [["a"], 1] }, step] }],
  ["bad-reference", "steps[1].args[0]", "a step beyond all", { steps: [step, { ...step, args: [2 ** 40] }] }],
  [
    "bad-reference",
    "steps[1].args[0]",
    "a later step as the alternative",
    { steps: [step, { ...step, args: [[0, 1]] }] },
  ],
  [
    "bad-reference",
    "steps[1].args[0]",
    "a later step with an alternative",
    { steps: [step, { ...step, args: [[1, 0]] }] },
  ],
  ["empty-group", "groups[0]", "a group without steps", { steps: [step], groups: [[0, 0]] }],
  [
    "bad-group-order",
    "groups[1]",
    "groups that overlap",
    {
      steps: many(3, step),
      groups: [
        [0, 2],
        [1, 2],
      ],
    },
  ],
  [
    "bad-group-order",
    "groups[1]",
    "groups out of order",
    {
      steps: many(3, step),
      groups: [
        [2, 1],
        [0, 1],
      ],
    },
  ],
  [
    "bad-group-order",
    "groups[1]",
    "a group twice",
    {
      steps: many(3, step),
      groups: [
        [0, 1],
        [0, 1],
      ],
    },
  ],
  ["bad-group-range", "groups[0]", "a group beyond the steps", { steps: [step], groups: [[0, 2]] }],
  ["bad-group-range", "groups[0]", "a group of 2^53 - 1 steps", { steps: [step], groups: [[0, 2 ** 53 - 1]] }],
  ["bad-group-range", "groups", "65 groups", { steps: [step], groups: many(limits.stepsMax + 1, [0, 1]) }],
  ["out-of-range", "steps[0].budget", "a budget beyond all", withStep({ budget: limits.budgetMax + 1 })],
  ["out-of-range", "steps[0].budget", "a budget of 2^64 - 1", withStep({ budget: 2n ** 64n - 1n })],
  ["idle-group", "groups[0]", "a group that only reads", { steps: [{ ...step, reads: [key(1)] }], groups: [[0, 1]] }],
  ["idle-group", "groups[0]", "a group of pure steps", { steps: [{ pure: "add", budget: 1 }], groups: [[0, 1]] }],
  [
    "idle-group",
    "groups[1]",
    "a group beside steps that write",
    {
      steps: [writing, step, step, writing],
      groups: [
        [0, 1],
        [1, 2],
        [3, 1],
      ],
    },
  ],
  ["budget-too-small", "steps[0].budget", "no budget", withStep({ budget: 0 })],
  [
    "budget-too-small",
    "steps[2].budget",
    "a budget that does not pay for an outcome's place",
    { steps: [step, { pure: "add", budget: 0 }, { ...step, budget: limits.placeCost - 1 }] },
  ],
  [
    "budget-too-small",
    "steps[1].budget",
    "a budget that does not pay for all keys of a footprint, read or written",
    { steps: [step, { ...step, reads: [key(1), key(2)], writes: [key(3)], budget: limits.placeCost + 23_999 }] },
  ],
  [
    "budget-too-small",
    "steps[0].budget",
    "a budget that does not pay for who takes the outcome, be it through a pure step or as an alternative",
    {
      steps: [
        { ...step, budget: 3 * limits.placeCost - 1 },
        { pure: "add", args: [0, 0], budget: 0 },
        { ...step, args: [1, 0] },
        { ...step, args: [[1, 0]] },
      ],
    },
  ],
  [
    "untouched-shard",
    "steps[1].at",
    "a contract in a shard that is not touched",
    { steps: [step, { ...step, at: "e/x" }] },
  ],
  ["over-budget", "steps", "more budget than the envelope has", { steps: many(2, { ...step, budget: 600_000_000 }) }],
  ["over-budget", "steps", "a pure step that counts four times", { steps: [{ pure: "add", budget: 250_000_001 }] }],
];

describe("each rule broken", () => {
  test.each(voidRows)("%s at '%s': %s", (code, path, _, plain) => {
    const checked = checkProgram(payloadOf(plain), roomy);
    expect(checked).toMatchObject({ kind: "void", failure: { code, path } });
  });

  test.each([
    [
      "not-canonical",
      "a budget in more bytes than it needs",
      "a1657374657073 81a3 626174 63612f78 66627564676574 1801 666d6574686f64 63676574",
    ],
    [
      "not-canonical",
      "a list of indefinite length",
      "a1657374657073 9fa3 626174 63612f78 66627564676574 01 666d6574686f64 63676574 ff",
    ],
    [
      "not-canonical",
      "a reference in more bytes than it needs",
      "a1657374657073 81a4 626174 63612f78 6461726773 811800 66627564676574 01 666d6574686f64 63676574",
    ],
    ["bad-order", "keys out of order", "a1657374657073 81a3 66627564676574 01 626174 63612f78 666d6574686f64 63676574"],
    [
      "bad-order",
      "a key twice",
      "a1657374657073 81a4 626174 63612f78 626174 63612f78 66627564676574 01 666d6574686f64 63676574",
    ],
    [
      "too-long",
      "something after the program",
      "a1657374657073 81a3 626174 63612f78 66627564676574 01 666d6574686f64 63676574 00",
    ],
    [
      "too-short",
      "the last byte missing",
      "a1657374657073 81a3 626174 63612f78 66627564676574 01 666d6574686f64 636765",
    ],
    ["too-short", "nothing", ""],
    [
      "not-a-value",
      "a literal that is a float",
      "a1657374657073 81a4 626174 63612f78 6461726773 8181f93c00 66627564676574 01 666d6574686f64 63676574",
    ],
    [
      "bad-text",
      "a contract that is not UTF-8",
      "a1657374657073 81a3 626174 63ff2f78 66627564676574 01 666d6574686f64 63676574",
    ],
  ])("%s: %s", (code, _, hex) => {
    const payload = fromHex(hex.replaceAll(" ", "")) as Uint8Array;
    expect(checkProgram(payload, roomy)).toMatchObject({ kind: "void", failure: { code } });
  });

  test("the steps may spend exactly what the envelope has", () => {
    const payload = payloadOf({
      steps: [
        { ...step, budget: 20_000 },
        { pure: "add", budget: 10 },
      ],
    });
    expect(checkProgram(payload, allow(["a", "b"], 20_020)).kind).toBe("program");
    expect(checkProgram(payload, allow(["a", "b"], 20_019))).toMatchObject({ failure: { code: "over-budget" } });
  });

  test("a call's least budget is enough: its places, and each key of its footprint; the whole contract names none", () => {
    const some = { ...step, reads: [key(1), key(2)], writes: [key(3)], budget: limits.placeCost + 24_000 };
    expect(checkProgram(payloadOf({ steps: [some, { ...step, whole: true }] }), roomy).kind).toBe("program");
  });

  test("P5: one step that may write keeps a group from being idle, be it the whole contract or a key", () => {
    for (const may of [{ whole: true }, { writes: [key(1)] }]) {
      const paid = { ...step, budget: 2 * limits.placeCost + 8_000 };
      const steps = [paid, { pure: "add", budget: 0 }, { ...paid, ...may }];
      expect(checkProgram(payloadOf({ steps, groups: [[0, 3]] }), roomy).kind).toBe("program");
    }
  });

  test("none of them broken", () => {
    expect(checkProgram(payloadOf({ steps: [step] }), roomy).kind).toBe("program");
    expect(checkProgram(encodeProgram(example), roomy).kind).toBe("program");
  });
});

describe("limits", () => {
  const payloadWith = (literalHex: string) =>
    fromHex(
      `a1657374657073${"81a4626174"}63612f786461726773${"8181"}${literalHex}66627564676574${"01"}666d6574686f6463676574`,
    );
  const codeOf = (payload: Uint8Array | undefined) => {
    const decoded = decodeProgram(payload as Uint8Array);
    return decoded.ok ? "decoded" : `${decoded.error.code} at ${decoded.error.path}`;
  };

  test("everything that a program may have at most", () => {
    const largest = {
      ...step,
      args: many(limits.argumentsMax, [0]),
      reads: keys(200),
      writes: [...keys(55, 300), bytes(limits.keyBytesMax).fill(255)],
    };
    const payload = payloadOf({ steps: many(32, largest), groups: many(32, 0).map((_, index) => [index, 1]) });
    expect(codeOf(payload)).toBe("decoded");
    expect(codeOf(payloadOf({ steps: many(limits.stepsMax, step) }))).toBe("decoded");
    expect(codeOf(payloadOf(withStep({ budget: limits.budgetMax })))).toBe("decoded");
  });

  test("depth of a literal counts from the literal", () => {
    expect(codeOf(payloadWith(`${"81".repeat(limits.valueDepthMax - 1)}f6`))).toBe("decoded");
    expect(codeOf(payloadWith(`${"81".repeat(limits.valueDepthMax)}f6`))).toBe("over-limit at steps[0].args[0]");
    expect(codeOf(payloadWith("81".repeat(200_000)))).toBe("over-limit at steps[0].args[0]");
  });

  test("bytes and items of a literal count for each literal", () => {
    const literals = (value: Uint8Array | null[], count: number) => encodeProgramOf(many(count, value));
    const fits = bytes(limits.valueBytesMax - 3);
    expect(codeOf(literals(fits, 3))).toBe("decoded");
    expect(codeOf(payloadWith(`5a00010000${"00".repeat(65536)}`))).toBe("over-limit at steps[0].args[0]");
    expect(codeOf(literals(many(limits.valueItemsMax, null), 3))).toBe("decoded");
    expect(codeOf(payloadWith(`994001${"f6".repeat(16_385)}`))).toBe("over-limit at steps[0].args[0]");
  });

  test("bytes of a payload", () => {
    expect(codeOf(new Uint8Array(limits.payloadBytesMax + 1))).toBe("over-limit at ");
    expect(() => encodeProgramOf(many(5, bytes(60_000)))).toThrow("no program can be encoded like this");
  });

  test.each(["5bffffffffffffffff", "7affffffff", "9affffffff", "9bffffffffffffffff", "baffffffff"])(
    "a claimed length beyond the payload is refused before anything is allocated: %s",
    (bomb) => {
      expect(codeOf(payloadWith(bomb))).toBe("too-short at steps[0].args[0]");
      expect(decodeProgram(fromHex(bomb) as Uint8Array).ok).toBe(false);
      expect(codeOf(fromHex(`a1657374657073${bomb}`))).toMatch(/^(too-short|bad-shape) at steps$/);
    },
  );

  function encodeProgramOf(values: (Uint8Array | null[])[]): Uint8Array {
    return encodeProgram(program([call("a/x", reads(), ...values.map(literal))]));
  }
});
