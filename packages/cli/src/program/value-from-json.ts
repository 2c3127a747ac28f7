// Values as people write them in JSON (`to-json.ts` has the forms), in programs and in the contracts of a genesis (P8).

import {
  fromHex,
  jsonCount,
  jsonText,
  limits,
  type Reader,
  refuseJson,
  tryEncodeValue,
  type Value,
} from "@tandem/shared";

/** Keys of accounts by their names, where these may stand for them: `{"account": "account-0"}`. */
export type NamedAccounts = ReadonlyMap<string, Uint8Array>;

/** What an object may be, in words. */
export const valueForms = '{"bytes"}, {"integer"} or {"map"}';

export const anyText = jsonText<string>(() => true, "text");

export function valueReader(accounts?: NamedAccounts): Reader<Value> {
  return (value, path) => {
    const read = new ValueReader(accounts).at(value, path, 1);
    const encoded = tryEncodeValue(read);
    return encoded.ok ? read : refuseJson("out-of-range", path, `this is no value: ${encoded.error.message}`);
  };
}

class ValueReader {
  readonly #accounts: NamedAccounts | undefined;

  constructor(accounts: NamedAccounts | undefined) {
    this.#accounts = accounts;
  }

  at(value: unknown, path: string, depth: number): Value {
    if (depth > limits.valueDepthMax) return refuseJson("out-of-range", path, `deeper than ${limits.valueDepthMax}`);
    if (value === null || typeof value === "boolean" || typeof value === "string") return value;
    if (typeof value === "number") return wholeNumber(value, path);
    if (Array.isArray(value)) return value.map((each, index) => this.at(each, `${path}[${index}]`, depth + 1));
    return this.#tagged(value as object, path, depth);
  }

  #tagged(value: object, path: string, depth: number): Value {
    const [[tag, inner] = ["", undefined], ...more] = Object.entries(value);
    const at = `${path}.${tag}`;
    if (more.length === 0) {
      if (tag === "bytes") return bytesOf(inner, at);
      if (tag === "integer") return integerOf(inner, at);
      if (tag === "map") return this.#map(inner, at, depth);
      if (tag === "account" && this.#accounts !== undefined) return keyOf(this.#accounts, inner, at);
    }
    return refuseJson("bad-format", path, this.#whatObjectsAre(tag));
  }

  #map(value: unknown, path: string, depth: number): Value {
    if (!isObject(value))
      return refuseJson("wrong-type", path, "an object is expected: the names of the map's entries");
    const entries = Object.entries(value);
    return new Map(entries.map(([name, each]) => [name, this.at(each, `${path}.${name}`, depth + 1)]));
  }

  #whatObjectsAre(tag: string): string {
    if (this.#accounts !== undefined) return `an object is {"account"}, ${valueForms}`;
    if (tag === "step") return "an outcome can only be a whole argument, and no part of one";
    return `an object is ${valueForms}`;
  }
}

/** JSON readers round what is larger, each in its own way. */
function wholeNumber(value: number, path: string): bigint {
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    return refuseJson("out-of-range", path, 'a number of this size is written as {"integer": "…"}, or it is rounded');
  }
  return BigInt(jsonCount(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)(value, path));
}

export function bytesOf(value: unknown, path: string): Uint8Array {
  const bytes = fromHex(anyText(value, path).replace(/^0x/, ""));
  return bytes ?? refuseJson("bad-format", path, "lower-case hex is expected, two digits a byte");
}

const integerDigitsMax = 78;

function integerOf(value: unknown, path: string): bigint {
  const text = anyText(value, path);
  if (/^-?\d+$/.test(text) && text.length <= integerDigitsMax) return BigInt(text);
  return refuseJson("bad-format", path, "decimal digits are expected");
}

function keyOf(accounts: NamedAccounts, value: unknown, path: string): Uint8Array {
  const name = anyText(value, path);
  return (
    accounts.get(name) ?? refuseJson("bad-format", path, `no account is called so; there are ${namesOf(accounts)}`)
  );
}

const namesShown = 4;

function namesOf(accounts: NamedAccounts): string {
  const names = [...accounts.keys()];
  if (names.length === 0) return "none";
  return names.length <= namesShown ? names.join(", ") : `${names[0]} to ${names.at(-1)}`;
}

export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
