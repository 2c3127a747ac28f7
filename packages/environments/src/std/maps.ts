// Maps from text to values. What comes out is a new map; the one that goes in stays as it was.

import { success, type Value } from "@tandem/shared";
import { pureFunction, pureFunctionOfAll, refuse } from "../support/method.ts";
import { anything, type Shape } from "../support/shapes.ts";
import { chargeFor, whole } from "./bounds.ts";

type Entries = ReadonlyMap<string, Value>;

const map: Shape<Entries> = { what: "a map", read: (value) => (value instanceof Map ? value : undefined) };
const text: Shape<string> = { what: "text", read: (value) => (typeof value === "string" ? value : undefined) };

/** Of a key, its value, a key, its value… A key that comes twice has the later value. */
export const mapOf = pureFunctionOfAll("map-of", (meter, values) => {
  chargeFor(meter, ...values);
  const made = new Map<string, Value>();
  for (let place = 0; place < values.length; place += 2) {
    const [key, value] = [values[place], values[place + 1]];
    if (typeof key !== "string" || value === undefined) {
      return refuse("bad-arguments", "map-of takes keys in text, each with its value.");
    }
    made.set(key, value);
  }
  return whole(made);
});

export const field = pureFunction("field", [map, text], (meter, entries, key) => {
  chargeFor(meter, key);
  const found = entries.get(key);
  return found === undefined ? refuse("no-field", "The map has no such key.") : success(found);
});

export const hasField = pureFunction("has-field", [map, text], (meter, entries, key) => {
  chargeFor(meter, key);
  return success(entries.has(key));
});

export const withField = pureFunction("with-field", [map, text, anything], (meter, entries, key, value) => {
  chargeFor(meter, entries, key, value);
  return whole(new Map(entries).set(key, value));
});

export const withoutField = pureFunction("without-field", [map, text], (meter, entries, key) => {
  chargeFor(meter, entries, key);
  const rest = new Map(entries);
  rest.delete(key);
  return success(rest);
});
