// Our SSZ says the same as `@chainsafe/ssz`, byte for byte and root for root.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { codec } from "../../src/ssz/index.ts";
import { anySchema, anyValue, type Schema } from "../oracles/schema.ts";
import { oracleOf } from "../oracles/ssz.ts";
import { oursOf } from "./ours.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

function expectAgreement(schema: Schema, values: readonly unknown[]): void {
  const ours = codec("value", oursOf(schema));
  const oracle = oracleOf(schema);
  for (const value of values) {
    const bytes = ours.encode(value);
    expect(hex(bytes)).toBe(hex(oracle.encode(value)));
    expect(hex(ours.root(value))).toBe(hex(oracle.root(value)));
    const decoded = ours.decode(bytes);
    expect(decoded.ok && decoded.value).toEqual(value);
    expect(decoded.ok, decoded.ok ? "" : decoded.error.message).toBe(true);
    expect(bytes.length).toBeGreaterThanOrEqual(ours.type.sizeMin);
    expect(bytes.length).toBeLessThanOrEqual(ours.type.sizeMax);
  }
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const pattern = (length: number) => Uint8Array.from({ length }, (_, index) => (index * 151 + 7) & 0xff);

describe("random schemas and values", () => {
  test("the same bytes, the same root, and back", () => {
    const cases = anySchema.chain((schema) =>
      fc.record({ schema: fc.constant(schema), values: fc.array(anyValue(schema), { minLength: 1, maxLength: 3 }) }),
    );
    fc.assert(
      fc.property(cases, ({ schema, values }) => expectAgreement(schema, values)),
      { seed: 20, numRuns: 1500 },
    );
  });
});

describe("every size around the edges of chunks and levels", () => {
  for (const bytes of [1, 2, 4, 8, 16] as const) {
    test(`uint${8 * bytes} at each power of two, one below and one above`, () => {
      const max = (1n << BigInt(8 * bytes)) - 1n;
      const values = range(0, 8 * bytes).flatMap((bit) => [-1n, 0n, 1n].map((step) => (1n << BigInt(bit)) + step));
      const within = values.filter((value) => value <= max);
      expectAgreement({ kind: "uint", bytes }, bytes <= 4 ? within.map(Number) : within);
    });
  }

  test("uint53 up to 2^53-1", () => {
    const values = range(0, 53).flatMap((bit) => [2 ** bit - 1, Math.min(2 ** bit, Number.MAX_SAFE_INTEGER)]);
    expectAgreement({ kind: "uint53" }, values);
  });

  test("byte vectors of 1 to 260 bytes", () => {
    for (const size of range(1, 260)) expectAgreement({ kind: "byte-vector", size }, [pattern(size)]);
  });

  test("byte lists of 0 to 260 bytes, under limits of every depth", () => {
    const values = range(0, 260).map(pattern);
    for (const max of [32, 33, 64, 65, 128, 129, 260, 262_144, 2 ** 40]) {
      const fitting = values.filter((value) => value.length <= max);
      expectAgreement({ kind: "byte-list", max }, fitting);
    }
  });

  test("byte lists and lists of roots of more chunks than are hashed in one small buffer", () => {
    const lengths = [63, 64, 65, 66, 67, 127, 128, 129, 130, 131, 191, 257, 261, 515];
    for (const max of [520, 1024, 2 ** 20]) {
      const roots = lengths.map((length) => range(1, length).map((n) => pattern(32).fill(n, 0, 8)));
      expectAgreement({ kind: "list", item: { kind: "byte-vector", size: 32 }, max }, roots);
      const texts = lengths.flatMap((length) => [pattern(32 * length), pattern(32 * length - 5)]);
      expectAgreement({ kind: "byte-list", max: 32 * max }, texts);
    }
  });

  test("bit lists of every length from 0 to 520, all clear, all set and mixed", () => {
    for (const max of [520, 1024]) {
      const values = range(0, 520).flatMap((length) => [
        new Array(length).fill(false),
        new Array(length).fill(true),
        Array.from({ length }, (_, index) => (index * 7) % 3 === 0),
      ]);
      expectAgreement({ kind: "bit-list", max }, values);
    }
  });

  test("lists of numbers and of booleans, empty to full", () => {
    for (const bytes of [1, 2, 8, 16] as const) {
      const values = range(0, 70).map((length) => range(1, length).map((n) => (bytes <= 4 ? n : BigInt(n))));
      expectAgreement({ kind: "list", item: { kind: "uint", bytes }, max: 70 }, values);
    }
    const booleans = range(0, 70).map((length) => range(1, length).map((n) => n % 3 === 0));
    expectAgreement({ kind: "list", item: { kind: "boolean" }, max: 70 }, booleans);
  });

  test("lists of roots and of texts of different sizes, empty to full", () => {
    const roots = range(0, 40).map((length) => range(1, length).map(() => pattern(32)));
    expectAgreement({ kind: "list", item: { kind: "byte-vector", size: 32 }, max: 40 }, roots);
    const texts = range(0, 40).map((length) => range(1, length).map((n) => pattern(n % 5)));
    expectAgreement({ kind: "list", item: { kind: "byte-list", max: 8 }, max: 40 }, texts);
  });

  test("containers of 1 to 40 fields, with fixed and variable ones by turns", () => {
    for (const count of range(1, 40)) {
      const fields = range(1, count).map((n): [string, Schema] => [
        `field${n}`,
        n % 3 === 0 ? { kind: "byte-list", max: 50 } : { kind: "uint", bytes: 4 },
      ]);
      const value = range(1, count).map((n) => [`field${n}`, n % 3 === 0 ? pattern(n) : n]);
      expectAgreement({ kind: "container", fields: Object.fromEntries(fields) }, [Object.fromEntries(value)]);
    }
  });
});
