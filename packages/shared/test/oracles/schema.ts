// Schemas as data, so that one description can be built by our SSZ (`ours.ts`) and by another (`oracle.ts`),
// and arbitrary values of a schema, in the form that ours takes.

import fc from "fast-check";

export type Schema =
  | { readonly kind: "uint"; readonly bytes: 1 | 2 | 4 | 8 | 16 }
  | { readonly kind: "uint53" }
  | { readonly kind: "boolean" }
  | { readonly kind: "byte-vector"; readonly size: number }
  | { readonly kind: "byte-list"; readonly max: number }
  /** At least one character of ASCII. */
  | { readonly kind: "text"; readonly max: number }
  | { readonly kind: "bit-list"; readonly max: number }
  | { readonly kind: "word"; readonly words: readonly string[] }
  | { readonly kind: "list"; readonly item: Schema; readonly max: number }
  | { readonly kind: "optional"; readonly item: Schema }
  | { readonly kind: "container"; readonly fields: Readonly<Record<string, Schema>> }
  | { readonly kind: "union"; readonly options: Readonly<Record<string, Schema>> };

const words = ["one", "two", "three", "four", "five"];
const names = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];

const basic: fc.Arbitrary<Schema> = fc.oneof(
  fc.constantFrom<Schema>(
    { kind: "uint", bytes: 1 },
    { kind: "uint", bytes: 2 },
    { kind: "uint", bytes: 4 },
    { kind: "uint", bytes: 8 },
    { kind: "uint", bytes: 16 },
    { kind: "uint53" },
    { kind: "boolean" },
  ),
  fc.integer({ min: 1, max: words.length }).map((count): Schema => ({ kind: "word", words: words.slice(0, count) })),
);

const leaf: fc.Arbitrary<Schema> = fc.oneof(
  basic,
  fc.integer({ min: 1, max: 130 }).map((size): Schema => ({ kind: "byte-vector", size })),
  fc.integer({ min: 1, max: 130 }).map((max): Schema => ({ kind: "byte-list", max })),
  fc.integer({ min: 1, max: 60 }).map((max): Schema => ({ kind: "text", max })),
  fc.integer({ min: 1, max: 520 }).map((max): Schema => ({ kind: "bit-list", max })),
);

function named(items: readonly Schema[]): Readonly<Record<string, Schema>> {
  return Object.fromEntries(items.map((item, index) => [names[index] as string, item]));
}

/** Any schema of a few levels; depth shrinks towards leaves. */
export const anySchema: fc.Arbitrary<Schema> = fc.letrec<{ schema: Schema }>((tie) => ({
  schema: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    fc.record({ kind: fc.constant("list" as const), item: tie("schema"), max: fc.integer({ min: 1, max: 9 }) }),
    fc.record({ kind: fc.constant("list" as const), item: basic, max: fc.integer({ min: 1, max: 70 }) }),
    fc.record({
      kind: fc.constant("optional" as const),
      // An absent value is `undefined`, so an optional of an optional would have two encodings.
      item: tie("schema").filter((item) => item.kind !== "optional"),
    }),
    fc.record({
      kind: fc.constant("container" as const),
      fields: fc.array(tie("schema"), { minLength: 1, maxLength: names.length }).map(named),
    }),
    fc.record({
      kind: fc.constant("union" as const),
      options: fc.array(tie("schema"), { minLength: 1, maxLength: 4 }).map(named),
    }),
  ),
})).schema;

function uintOf(bytes: 1 | 2 | 4 | 8 | 16): fc.Arbitrary<unknown> {
  const max = (1n << BigInt(8 * bytes)) - 1n;
  return bytes <= 4 ? fc.integer({ min: 0, max: Number(max) }) : fc.bigInt({ min: 0n, max });
}

/** A value of the schema, in our form. Sizes reach their limits: no bias towards short ones. */
export function anyValue(schema: Schema): fc.Arbitrary<unknown> {
  const upTo = (max: number) => ({ minLength: 0, maxLength: max, size: "max" as const });
  switch (schema.kind) {
    case "uint":
      return uintOf(schema.bytes);
    case "uint53":
      return fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
    case "boolean":
      return fc.boolean();
    case "word":
      return fc.constantFrom(...schema.words);
    case "byte-vector":
      return fc.uint8Array({ minLength: schema.size, maxLength: schema.size, size: "max" });
    case "byte-list":
      return fc.uint8Array(upTo(schema.max));
    case "text":
      return fc.string({ unit: "binary-ascii", minLength: 1, maxLength: schema.max, size: "max" });
    case "bit-list":
      return fc.array(fc.boolean(), upTo(schema.max));
    case "list":
      return fc.array(anyValue(schema.item), upTo(schema.max));
    case "optional":
      return fc.option(anyValue(schema.item), { nil: undefined });
    case "container":
      return fc.record(
        Object.fromEntries(Object.entries(schema.fields).map(([name, field]) => [name, anyValue(field)])),
      );
    case "union":
      return fc.oneof(
        ...Object.entries(schema.options).map(([kind, option]) =>
          fc.record({ kind: fc.constant(kind), value: anyValue(option) }),
        ),
      );
  }
}
