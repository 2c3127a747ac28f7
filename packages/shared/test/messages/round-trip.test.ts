// Whatever the types and rules allow is encoded and decoded back, and only equal values have equal roots.

import fc from "fast-check";
import { expect, test } from "vitest";
import { equalBytes } from "../../src/bytes.ts";
import { table } from "../support/table.ts";

const parameters = { seed: 30, numRuns: 100 };

test.each(table)("$name: decode(encode(x)) is x", ({ codec, arbitrary }) => {
  fc.assert(
    fc.property(arbitrary, (value) => {
      expect(codec.decode(codec.encode(value))).toEqual({ ok: true, value });
    }),
    parameters,
  );
});

test.each(table)("$name: two values have one root exactly if they have one encoding", ({ codec, arbitrary }) => {
  fc.assert(
    fc.property(arbitrary, arbitrary, (a, b) => {
      expect(equalBytes(codec.root(a), codec.root(b))).toBe(equalBytes(codec.encode(a), codec.encode(b)));
      expect(codec.root(a)).toEqual(codec.root(a));
    }),
    parameters,
  );
});
