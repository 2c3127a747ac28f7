// Lists, and what is like them: text and bytes. What comes out is a new value. Places count from 0.

import { concatBytes, success, type Value } from "@tandem/shared";
import { pureFunction, pureFunctionOfAll, refuse } from "../support/method.ts";
import { anything, integer, type Shape } from "../support/shapes.ts";
import { chargeFor, whole } from "./bounds.ts";

type List = readonly Value[];

const list: Shape<List> = {
  what: "a list",
  read: (value) => (Array.isArray(value) ? (value as List) : undefined),
};

export const listOf = pureFunctionOfAll("list-of", (meter, values) => {
  chargeFor(meter, ...values);
  return whole(values);
});

export const item = pureFunction("item", [list, integer], (_, items, place) => {
  const found = place >= 0n && place < BigInt(items.length) ? items[Number(place)] : undefined;
  return found === undefined ? refuse("no-item", `There is no item ${place} of ${items.length}.`) : success(found);
});

/** Items of a list, entries of a map, bytes of bytes. Text has none: its bytes, letters and code points are not the same. */
export const length = pureFunction("length", [anything], (_, value) => {
  if (Array.isArray(value) || value instanceof Uint8Array) return success(BigInt(value.length));
  if (value instanceof Map) return success(BigInt(value.size));
  return refuse("bad-arguments", "length takes a list, a map, or bytes.");
});

export const append = pureFunction("append", [list, anything], (meter, items, last) => {
  chargeFor(meter, items, last);
  return whole([...items, last]);
});

/** Two lists, two texts, or two of bytes, the first before the second. */
export const concat = pureFunction("concat", [anything, anything], (meter, a, b) => {
  chargeFor(meter, a, b);
  if (Array.isArray(a) && Array.isArray(b)) return whole([...a, ...b]);
  if (typeof a === "string" && typeof b === "string") return whole(a + b);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return whole(concatBytes(a, b));
  return refuse("bad-arguments", "concat takes two lists, two texts, or two of bytes.");
});
