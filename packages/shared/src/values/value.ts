// P8: values are a small closed set with one canonical encoding each. Arguments, outcomes and contract state
// are values; nothing else crosses from one step to another.
//
//   integer   bigint, -2^255 ... 2^256-1 (both signed and unsigned 256-bit words fit)
//   bytes     Uint8Array
//   text      string of Unicode scalar values: no lone surrogates
//   boolean, null
//   list      array of values
//   map       Map from text to values; the order in which a Map was filled means nothing
//
// There are no floats (platforms print and round them differently), no undefined, and no objects.
// Depth, items and encoded bytes are limited (`valueDepthMax`, `valueItemsMax`, `valueBytesMax`), so any
// walk over a value may recurse.

import { equalBytes } from "../bytes.ts";
import type { Failure } from "../result.ts";
import { compareUtf8, utf8Length } from "./text.ts";

export type Value = bigint | Uint8Array | string | boolean | null | readonly Value[] | ReadonlyMap<string, Value>;

export const integerMin = -(1n << 255n);
export const integerMax = (1n << 256n) - 1n;

export type ValueCode =
  | "too-short" // the bytes end inside the value, or a length points beyond them
  | "too-long" // bytes are left over
  | "not-canonical" // the value has another encoding, and that one is the only one allowed
  | "not-a-value" // a float, undefined, object, tag or simple value outside the closed set
  | "out-of-range" // an integer outside 256 bits
  | "bad-text" // not UTF-8, or text with a lone surrogate
  | "bad-order" // the keys of a map are not in order, or one appears twice
  | "over-limit"; // deeper, longer or with more items than allowed

export type ValueError = Failure<ValueCode>;

/** Whether two values have the same encoding. */
export function equalValues(a: Value, b: Value): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  if (a instanceof Uint8Array || b instanceof Uint8Array) {
    return a instanceof Uint8Array && b instanceof Uint8Array && equalBytes(a, b);
  }
  if (a instanceof Map || b instanceof Map) return a instanceof Map && b instanceof Map && equalMaps(a, b);
  return equalLists(a as readonly Value[], b as readonly Value[]);
}

function equalLists(a: readonly Value[], b: readonly Value[]): boolean {
  return a.length === b.length && a.every((item, index) => equalValues(item, b[index] as Value));
}

function equalMaps(a: ReadonlyMap<string, Value>, b: ReadonlyMap<string, Value>): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) {
    const other = b.get(key);
    if (other === undefined || !equalValues(value, other)) return false;
  }
  return true;
}

/** The keys of a map in the order of its encoding: a longer key has the larger head, so it comes later. */
export function keysInOrder(map: ReadonlyMap<string, unknown>): readonly string[] {
  if (map.size < 2) return [...map.keys()];
  const keys = Array.from(map.keys(), (name) => ({ name, length: utf8Length(name) }));
  keys.sort((a, b) => a.length - b.length || compareUtf8(a.name, b.name));
  return keys.map(({ name }) => name);
}
