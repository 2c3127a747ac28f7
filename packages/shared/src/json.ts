// Strict reading of JSON that people wrote: every key known, every value of its form, and an error that
// names the place. A `Reader` turns an unknown into a value or a `Fault` at a path.

import { fromHex } from "./bytes.ts";
import { type Failure, failure, type Result, success } from "./result.ts";

export type JsonCode =
  | "too-large" // more bytes than a file may have
  | "not-json"
  | "wrong-type"
  | "missing" // a key that must be there
  | "doubled" // a key that stands twice in one object
  | "unknown-key"
  | "bad-format" // text that is not what it must be
  | "out-of-range"
  | "too-many";

class Fault extends Error {
  readonly failure: Failure<JsonCode>;

  constructor(code: JsonCode, path: string, message: string) {
    super(message);
    this.failure = { code, path, message: path === "" ? message : `${path}: ${message}` };
  }
}

/** For readers that their own room writes: what stands at this place cannot be read. */
export function refuseJson(code: JsonCode, path: string, message: string): never {
  throw new Fault(code, path, message);
}

export type Reader<T> = (value: unknown, path: string) => T;

/** Reads the whole of `text`. */
export function readJson<T>(text: string, charactersMax: number, reader: Reader<T>): Result<T, Failure<JsonCode>> {
  if (text.length > charactersMax) {
    return failure("too-large", "", `${text.length} characters where ${charactersMax} are allowed`);
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    return failure("not-json", "", `this is not JSON: ${whyNot((error as Error).message)}`);
  }
  try {
    refuseDoubledKeys(text);
    return success(reader(parsed, ""));
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { ok: false, error: error.failure };
  }
}

/** In one line: what JSON.parse says may quote the text, line breaks and all, and then says again that it is not JSON. */
function whyNot(said: string): string {
  if (/^Unexpected end|^Unterminated/.test(said)) return "it ends too early";
  const what = said.replace(/, (\.\.\.)?"[\s\S]*$/, "").replace(/ in JSON(?= at )| after JSON(?= at )/, "");
  return `${what.slice(0, 1).toLowerCase()}${what.slice(1)}`;
}

/** An object or list of JSON text that is still open. */
interface Open {
  /** Keys so far; none of a list. */
  readonly keys: Set<string> | undefined;
  /** Key or index of what is being read. */
  place: string | number;
}

/** `JSON.parse` keeps the last of two equal keys in silence, and a reader may have seen the first. `text` is valid. */
function refuseDoubledKeys(text: string): void {
  const open: Open[] = [];
  for (let at = 0, start = 0; at < text.length; at++) {
    const character = text[at];
    const inner = open.at(-1);
    if (character === "{") open.push({ keys: new Set(), place: "" });
    else if (character === "[") open.push({ keys: undefined, place: 0 });
    else if (character === "}" || character === "]") open.pop();
    else if (character === "," && typeof inner?.place === "number") inner.place++;
    else if (character === ":" && inner?.keys !== undefined)
      addKey(open, inner.keys, JSON.parse(text.slice(start, at)));
    else if (character === '"') {
      start = at;
      at = endOfString(text, at);
    }
  }
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at;
}

function addKey(open: readonly Open[], keys: Set<string>, key: string): void {
  (open.at(-1) as Open).place = key;
  if (keys.has(key)) {
    const path = open.reduce((whole, { place }) => within(whole, place), "");
    throw new Fault("doubled", path, "this key stands twice");
  }
  keys.add(key);
}

function within(path: string, place: string | number): string {
  if (typeof place === "number") return `${path}[${place}]`;
  return path === "" ? cut(place) : `${path}.${cut(place)}`;
}

const shownMax = 60;

/** Text as far as anybody reads it: it is whatever the file has, and as long. */
function cut(text: string): string {
  return text.length > shownMax ? `${text.slice(0, shownMax)}…` : text;
}

function show(text: string): string {
  return JSON.stringify(cut(text));
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function nameOf(value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "object") return Array.isArray(value) ? "a list" : "an object";
  return typeof value === "string" ? "text" : `a ${typeof value}`;
}

function expectString(value: unknown, path: string): string {
  if (typeof value !== "string") throw new Fault("wrong-type", path, `text is expected, not ${nameOf(value)}`);
  return value;
}

/** Every key of `needed`, any of `optional`, and no other. */
export function jsonObject<T extends object, Optional extends object = object>(
  needed: { readonly [Name in keyof T]: Reader<T[Name]> },
  optional?: { readonly [Name in keyof Optional]: Reader<Optional[Name]> },
): Reader<T & Partial<Optional>> {
  const readers = new Map<string, Reader<unknown>>(Object.entries({ ...needed, ...optional }));
  return (value, path) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new Fault("wrong-type", path, `an object is expected, not ${nameOf(value)}`);
    }
    for (const name of Object.keys(value)) {
      if (readers.has(name)) continue;
      throw new Fault("unknown-key", within(path, name), `no such key; known are ${[...readers.keys()].join(", ")}`);
    }
    const read: Record<string, unknown> = {};
    for (const [name, reader] of readers) {
      if (Object.hasOwn(value, name)) read[name] = reader((value as Record<string, unknown>)[name], within(path, name));
      else if (Object.hasOwn(needed, name)) throw new Fault("missing", within(path, name), "this key is missing");
    }
    return read as T & Partial<Optional>;
  };
}

export function jsonList<T>(item: Reader<T>, itemsMax: number): Reader<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw new Fault("wrong-type", path, `a list is expected, not ${nameOf(value)}`);
    if (value.length > itemsMax)
      throw new Fault("too-many", path, `${value.length} items where ${itemsMax} are allowed`);
    return value.map((each, index) => item(each, within(path, index)));
  };
}

/** Lower-case hex, of a fixed number of bytes or of 1 to `max`. */
export function jsonHex<Branded extends Uint8Array = Uint8Array>(
  size: number | { readonly max: number },
): Reader<Branded> {
  return (value, path) => {
    const bytes = fromHex(expectString(value, path));
    if (bytes === undefined) throw new Fault("bad-format", path, "lower-case hex is expected, two digits a byte");
    if (typeof size === "number" ? bytes.length !== size : bytes.length < 1 || bytes.length > size.max) {
      const want = typeof size === "number" ? `${size}` : `1-${size.max}`;
      throw new Fault("bad-format", path, `${bytes.length} bytes of hex where ${want} are expected`);
    }
    return bytes as Branded;
  };
}

/** A JSON number that is whole and within range. */
export function jsonCount<Branded extends number = number>(min: number, max: number): Reader<Branded> {
  return (value, path) => {
    if (!isWhole(value)) {
      const what = typeof value === "number" ? value : nameOf(value);
      throw new Fault("wrong-type", path, `a whole number is expected, not ${what}`);
    }
    if (value < min || value > max) throw new Fault("out-of-range", path, `${value} is not from ${min} to ${max}`);
    return (value + 0) as Branded; // JSON has a -0
  };
}

/** Decimal digits in text, for numbers that JSON readers would round. */
export function jsonDecimal<Branded extends bigint>(max: bigint): Reader<Branded> {
  return (value, path) => {
    const text = expectString(value, path);
    if (!/^(0|[1-9][0-9]{0,77})$/.test(text)) {
      throw new Fault("bad-format", path, `a decimal number in text is expected, not ${show(text)}`);
    }
    if (BigInt(text) > max) throw new Fault("out-of-range", path, `${text} is above ${max}`);
    return BigInt(text) as Branded;
  };
}

export function jsonText<Branded extends string>(isValid: (text: string) => boolean, form: string): Reader<Branded> {
  return (value, path) => {
    const text = expectString(value, path);
    if (!isValid(text)) throw new Fault("bad-format", path, `${show(text)} is not ${form}`);
    return text as Branded;
  };
}

/** The first reader if the value is text, else the second: `"anyone"` or a list. */
export function jsonTextOr<A, B>(text: Reader<A>, other: Reader<B>): Reader<A | B> {
  return (value, path) => (typeof value === "string" ? text(value, path) : other(value, path));
}
