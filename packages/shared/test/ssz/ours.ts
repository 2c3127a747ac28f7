// The types of `src/ssz` for a schema.

import * as ssz from "../../src/ssz/index.ts";
import type { Schema } from "../oracles/schema.ts";

const uints: Readonly<Record<number, ssz.Type<unknown>>> = {
  1: ssz.uint8,
  2: ssz.uint16,
  4: ssz.uint32,
  8: ssz.uint64,
  16: ssz.uint128,
};

export function oursOf(schema: Schema): ssz.Type<unknown> {
  switch (schema.kind) {
    case "uint":
      return uints[schema.bytes] as ssz.Type<unknown>;
    case "uint53":
      return ssz.uint53;
    case "boolean":
      return ssz.boolean;
    case "word":
      return ssz.oneOf(...schema.words);
    case "byte-vector":
      return ssz.byteVector(schema.size);
    case "byte-list":
      return ssz.byteList(schema.max);
    case "text":
      return ssz.asciiText(schema.max, (text) => text.length <= schema.max, `1-${schema.max} characters`);
    case "bit-list":
      return ssz.bitList(schema.max);
    case "list":
      return ssz.list(oursOf(schema.item), schema.max);
    case "optional":
      return ssz.optional(oursOf(schema.item));
    case "container":
      return ssz.container(typesOf(schema.fields));
    case "union":
      return ssz.union(typesOf(schema.options));
  }
}

function typesOf(schemas: Readonly<Record<string, Schema>>): Record<string, ssz.Type<unknown>> {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, oursOf(schema)]));
}
