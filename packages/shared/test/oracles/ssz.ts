// The same schemas in `@chainsafe/ssz`, and our values in its form. Imports nothing of ours.

import * as other from "@chainsafe/ssz";
import type { Schema } from "./schema.ts";

export interface Oracle {
  encode(value: unknown): Uint8Array;
  root(value: unknown): Uint8Array;
}

export function oracleOf(schema: Schema): Oracle {
  const type = typeOf(schema);
  return {
    encode: (value) => type.serialize(translate(schema, value)),
    root: (value) => type.hashTreeRoot(translate(schema, value)),
  };
}

function typeOf(schema: Schema): other.Type<unknown> {
  switch (schema.kind) {
    case "uint":
      return schema.bytes <= 4
        ? new other.UintNumberType(schema.bytes as 4)
        : new other.UintBigintType(schema.bytes as 8);
    case "uint53":
      return new other.UintBigintType(8);
    case "boolean":
      return new other.BooleanType();
    case "word":
      return new other.UintNumberType(1);
    case "byte-vector":
      return new other.ByteVectorType(schema.size);
    case "byte-list":
    case "text":
      return new other.ByteListType(schema.max);
    case "bit-list":
      return new other.BitListType(schema.max);
    case "list":
      return listOf(typeOf(schema.item), schema.max);
    case "optional":
      return listOf(typeOf(schema.item), 1);
    case "container":
      return new other.ContainerType(
        Object.fromEntries(Object.entries(schema.fields).map(([name, field]) => [name, typeOf(field)])),
      );
    case "union":
      return new other.UnionType(Object.values(schema.options).map(typeOf));
  }
}

function listOf(item: other.Type<unknown>, max: number): other.Type<unknown> {
  if (other.isBasicType(item)) return new other.ListBasicType(item, max);
  return new other.ListCompositeType(item as other.CompositeTypeAny, max);
}

function translate(schema: Schema, value: unknown): unknown {
  switch (schema.kind) {
    case "uint53":
      return BigInt(value as number);
    case "word":
      return schema.words.indexOf(value as string) + 1;
    case "text":
      return new TextEncoder().encode(value as string);
    case "bit-list":
      return other.BitArray.fromBoolArray(value as boolean[]);
    case "list":
      return (value as unknown[]).map((item) => translate(schema.item, item));
    case "optional":
      return value === undefined ? [] : [translate(schema.item, value)];
    case "container":
      return Object.fromEntries(
        Object.entries(schema.fields).map(([name, field]) => [
          name,
          translate(field, (value as Record<string, unknown>)[name]),
        ]),
      );
    case "union": {
      const { kind, value: inner } = value as { kind: string; value: unknown };
      const selector = Object.keys(schema.options).indexOf(kind);
      return { selector, value: translate(schema.options[kind] as Schema, inner) };
    }
    default:
      return value;
  }
}
