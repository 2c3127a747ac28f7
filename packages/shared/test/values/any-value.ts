// Values for property tests: mostly small, often at an edge.

import fc from "fast-check";
import type { Value } from "../../src/values/value.ts";

const edges = [
  0n,
  23n,
  24n,
  255n,
  256n,
  65535n,
  65536n,
  2n ** 32n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n,
  2n ** 72n,
  2n ** 255n,
];
const edgeIntegers = edges.flatMap((edge) => [edge - 1n, edge, edge + 1n].flatMap((near) => [near, -near]));

const anyInteger: fc.Arbitrary<bigint> = fc.oneof(
  fc.bigInt({ min: -(2n ** 255n), max: 2n ** 256n - 1n }),
  fc.bigInt({ min: -300n, max: 70_000n }),
  fc.constantFrom(...edgeIntegers, 2n ** 256n - 1n).filter((integer) => integer >= -(2n ** 255n)),
);

/** Text with every width of UTF-8; never a lone surrogate. */
const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({ unit: "grapheme-ascii", maxLength: 300 }),
);

export const anyValue: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthIdentifier: "value" },
    anyInteger,
    fc.uint8Array({ maxLength: 300 }),
    anyText,
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 30, depthIdentifier: "value" }),
    fc
      .array(fc.tuple(anyText, tie("value")), { maxLength: 30, depthIdentifier: "value" })
      .map((entries) => new Map(entries)),
  ),
})).value;
