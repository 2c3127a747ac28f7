// Shapes say what an argument, or a configuration, may be. Whatever a program delivers is read through one: it gives
// what the environment works with, or nothing if the value is another. Reading never throws. What takes more than a
// glance is charged before it is read (P7); values that come here are at most as large as P8 allows.

import {
  type ContractName,
  type EnvironmentName,
  isContractName,
  isName,
  type Meter,
  type MethodName,
  utf8,
  type Value,
} from "@tandem/shared";
import { sizeOf } from "./size.ts";

export interface Shape<Read> {
  /** For the sentence of a refusal: "an account (32 bytes)". */
  readonly what: string;
  read(value: Value, meter: Meter): Read | undefined;
}

/** May be left out of a record. */
interface OptionalShape<Read> extends Shape<Read> {
  readonly optional: true;
}

/** What shapes read, one after the other. */
export type ReadOf<Shapes extends readonly Shape<unknown>[]> = {
  readonly [Index in keyof Shapes]: Shapes[Index] extends Shape<infer Read> ? Read : never;
};

/** Units for a glance at a value: its type, its size, its range. */
const glanceUnits = 5;

/** Amounts of money and of places, as in the ledger: sums of two are far from the end of integers. */
export const amountMax = (1n << 128n) - 1n;
const heightMax = BigInt(Number.MAX_SAFE_INTEGER);
/** Bytes of a value that is kept: a page of text; whoever has more keeps its hash. */
const contentBytesMax = 4096;
/** Nesting of a value that is kept: half of what values may have, so it fits into what is made of it. */
const contentDepthMax = 8;
/** Bytes of a label in UTF-8: with a prefix and an account it fits a key of 128 bytes. */
const labelBytesMax = 64;

export const integer: Shape<bigint> = {
  what: "an integer",
  read: (value) => (typeof value === "bigint" ? value : undefined),
};

/** Nothing is no amount: a payment of nothing is a mistake, and its receipt would prove nothing. */
export const amount: Shape<bigint> = {
  what: "an amount (1 to 2^128-1)",
  read: (value) => (typeof value === "bigint" && value >= 1n && value <= amountMax ? value : undefined),
};

/** What may also be nothing: an allowance, a capacity. */
export const quantity: Shape<bigint> = {
  what: "a quantity (0 to 2^128-1)",
  read: (value) => (typeof value === "bigint" && value >= 0n && value <= amountMax ? value : undefined),
};

export const truth: Shape<boolean> = {
  what: "true or false",
  read: (value) => (typeof value === "boolean" ? value : undefined),
};

/** Who holds something: the key of a payer. */
export const account: Shape<Uint8Array> = {
  what: "an account (32 bytes)",
  read: (value) => (value instanceof Uint8Array && value.length === 32 ? value : undefined),
};

export const height: Shape<bigint> = {
  what: "a height",
  read: (value) => (typeof value === "bigint" && value >= 0n && value <= heightMax ? value : undefined),
};

/** A name that people give: a seat, a deal, an entry. */
export const label: Shape<string> = {
  what: `a label (text of 1 to ${labelBytesMax} bytes)`,
  read(value, meter) {
    if (typeof value !== "string" || value.length === 0 || value.length > labelBytesMax) return undefined;
    meter.charge(value.length);
    return value.isWellFormed() && utf8(value).length <= labelBytesMax ? value : undefined;
  },
};

export const contractName = nameShape<ContractName>("a contract (shard/name)", isContractName);
export const environmentName = nameShape<EnvironmentName>("an environment's name", isName);
export const methodName = nameShape<MethodName>("a method's name", isName);

function nameShape<Name extends string>(what: string, isOne: (text: string) => boolean): Shape<Name> {
  return {
    what,
    read(value, meter) {
      if (typeof value !== "string" || value.length > labelBytesMax) return undefined;
      meter.charge(value.length);
      return isOne(value) ? (value as Name) : undefined;
    },
  };
}

export const anything: Shape<Value> = { what: "a value", read: (value) => value };

/** Any value that can be kept, and given back inside of a map, without reaching a limit of values (P8). */
export const content: Shape<Value> = {
  what: `a value (at most ${contentBytesMax} bytes, ${contentDepthMax} deep)`,
  read: (value, meter) => (sizeOf(value, meter, contentDepthMax) <= contentBytesMax ? value : undefined),
};

export const nothing: Shape<null> = { what: "null", read: (value) => (value === null ? value : undefined) };

/** For working through a value that is kept. */
export function chargeForContent(value: Value, meter: Meter): void {
  sizeOf(value, meter, contentDepthMax);
}

export function optional<Read>(shape: Shape<Read>): OptionalShape<Read> {
  return { ...shape, what: `${shape.what} or left out`, optional: true };
}

/** Units of a glance at each item of a list or map; charged before the items are looked at. */
export function glanceAtAll(count: number, meter: Meter): void {
  meter.charge(count * glanceUnits);
}

export function listOf<Read>(item: Shape<Read>, most: number): Shape<readonly Read[]> {
  return {
    what: `a list of at most ${most}, each ${item.what}`,
    read(value, meter) {
      if (!Array.isArray(value) || value.length > most) return undefined;
      glanceAtAll(value.length, meter);
      return readAll(value as readonly Value[], (each) => item.read(each, meter));
    },
  };
}

/** A list of exactly these. */
export function tupleOf<const Shapes extends readonly Shape<unknown>[]>(...shapes: Shapes): Shape<ReadOf<Shapes>> {
  return {
    what: `[${shapes.map(({ what }) => what).join(", ")}]`,
    read(value, meter) {
      if (!Array.isArray(value) || value.length !== shapes.length) return undefined;
      glanceAtAll(shapes.length, meter);
      const read = readAll(shapes, (shape, index) => shape.read(value[index] as Value, meter));
      return read as ReadOf<Shapes> | undefined;
    },
  };
}

/** A map from any keys of one shape. */
export function mapOf<Key extends string, Read>(
  key: Shape<Key>,
  item: Shape<Read>,
  most: number,
): Shape<ReadonlyMap<Key, Read>> {
  return {
    what: `a map of at most ${most}, from ${key.what} to ${item.what}`,
    read(value, meter) {
      if (!(value instanceof Map) || value.size > most) return undefined;
      glanceAtAll(value.size, meter);
      const entry = ([name, held]: [string, Value]) => {
        const [left, right] = [key.read(name, meter), item.read(held, meter)];
        return left === undefined || right === undefined ? undefined : ([left, right] as const);
      };
      const entries = readAll([...(value as ReadonlyMap<string, Value>)], entry);
      return entries === undefined ? undefined : new Map(entries);
    },
  };
}

type Fields = Readonly<Record<string, Shape<unknown> | OptionalShape<unknown>>>;
type RecordOf<Shapes extends Fields> = {
  readonly [Name in keyof Shapes]: Shapes[Name] extends OptionalShape<infer Read>
    ? Read | undefined
    : Shapes[Name] extends Shape<infer Read>
      ? Read
      : never;
};

/** A map with these keys and no others. What is optional and left out is `undefined`, and nothing else is. */
export function recordOf<const Shapes extends Fields>(shapes: Shapes): Shape<RecordOf<Shapes>> {
  const names = Object.keys(shapes);
  return {
    what: `a map {${names.map((name) => `${name}: ${shapes[name]?.what}`).join(", ")}}`,
    read(value, meter) {
      if (!(value instanceof Map) || value.size > names.length) return undefined;
      glanceAtAll(names.length, meter);
      let left = value.size;
      const entries = readAll(names, (name) => {
        const [shape, held] = [shapes[name] as Fields[string], value.get(name) as Value | undefined];
        if (held === undefined) return "optional" in shape ? ([name, undefined] as const) : undefined;
        left--;
        const read = shape.read(held, meter);
        return read === undefined ? undefined : ([name, read] as const);
      });
      return entries === undefined || left > 0 ? undefined : (Object.fromEntries(entries) as RecordOf<Shapes>);
    },
  };
}

/** Stops at the first that gives nothing. */
function readAll<Item, Read>(
  items: readonly Item[],
  read: (item: Item, index: number) => Read | undefined,
): Read[] | undefined {
  const all: Read[] = [];
  for (const [index, item] of items.entries()) {
    const each = read(item, index);
    if (each === undefined) return undefined;
    all.push(each);
  }
  return all;
}
