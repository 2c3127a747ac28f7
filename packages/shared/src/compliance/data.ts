// Plain data: what could be written down and sent elsewhere. Null, booleans, numbers, bigints, text, undefined,
// bytes, lists, maps, sets, and objects without a class of their own.

import { assert } from "../assert.ts";
import { equalBytes } from "../bytes.ts";

const depthMax = 64;

/** A copy that shares nothing with the original, which must be plain data. */
export function copyData(data: unknown, depth = 0): unknown {
  assert(depth < depthMax, "data that holds itself, or is very deep");
  assert(typeof data !== "function" && typeof data !== "symbol", `a ${typeof data} is no data`);
  if (typeof data !== "object" || data === null) return data;
  const copy = (each: unknown) => copyData(each, depth + 1);
  if (data instanceof Uint8Array) return new Uint8Array(data);
  if (Array.isArray(data)) return data.map(copy);
  if (data instanceof Map) return new Map([...data].map(([key, value]) => [copy(key), copy(value)]));
  if (data instanceof Set) return new Set([...data].map(copy));
  const prototype = Object.getPrototypeOf(data);
  assert(prototype === Object.prototype, `a ${prototype?.constructor?.name} is no data`);
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, copy(value)]));
}

/** Whether two pieces of plain data say the same. Maps and sets count their order too. */
export function sameData(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return Object.is(a, b);
  if (a instanceof Uint8Array || b instanceof Uint8Array) {
    return a instanceof Uint8Array && b instanceof Uint8Array && equalBytes(a, b);
  }
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  const [first, second] = [partsOf(a), partsOf(b)];
  return first.length === second.length && first.every((part, index) => sameData(part, second[index]));
}

/** What an object is made of, in a fixed order. */
function partsOf(data: object): unknown[] {
  if (Array.isArray(data)) return data;
  if (data instanceof Map) return [...data].flat();
  if (data instanceof Set) return [...data];
  return Object.entries(data)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flat();
}
