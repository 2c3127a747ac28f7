// The pieces that the grammar of programs is made of: records, lists and texts of a form, with the path of
// whatever is refused inside them.

import { Fault, major, type Reader } from "../values/reader.ts";
import { keysInOrder } from "../values/value.ts";
import { Writer } from "../values/writer.ts";
import type { VoidCode } from "./program.ts";

export type Read<T> = (reader: Reader) => T;
type Fields = Readonly<Record<string, Read<unknown>>>;
/** Any field may be absent. */
export type RecordOf<F extends Fields> = { -readonly [Name in keyof F]?: ReturnType<F[Name]> };

export function refuse(code: VoidCode, message: string, path = ""): never {
  throw new Fault(code, message, path);
}

/** A map with some of these keys. Their order in the bytes is known, so each is looked for where it may stand. */
export function recordOf<F extends Fields>(fields: F): Read<RecordOf<F>> {
  const names = keysInOrder(new Map(Object.entries(fields)));
  const known = names.map((name) => ({ name, key: encodedKey(name), read: fields[name] as Read<unknown> }));
  return (reader) => {
    const record: Record<string, unknown> = {};
    let left = reader.count(major.map);
    let previous = -1;
    for (const { name, key, read } of known) {
      const start = reader.offset;
      if (left === 0 || !reader.skip(key)) continue;
      record[name] = inside(name, reader, read);
      previous = start;
      left--;
    }
    if (left > 0) refuse("bad-shape", `no key ${JSON.stringify(reader.key(previous))} is known here`);
    return record as RecordOf<F>;
  };
}

function encodedKey(name: string): Uint8Array {
  const writer = new Writer(64);
  writer.text(name);
  return writer.result();
}

export function required<T>(value: T | undefined, key: string): T {
  return value === undefined ? refuse("bad-shape", `the key ${key} is missing`) : value;
}

/** A list with at least one item: an empty one is left out. */
export function listOf<T>(read: Read<T>, max: number, tooMany: VoidCode): Read<readonly T[]> {
  return (reader) => {
    const count = reader.count(major.list);
    if (count === 0) refuse("empty-list", "a list without items is left out");
    if (count > max) refuse(tooMany, `${count} where ${max} are allowed`);
    const items: T[] = [];
    for (let index = 0; index < count; index++) items.push(inside(index, reader, read));
    return items;
  };
}

/** Text of a form, such as a name. */
export function textOf<Name extends string>(isForm: (text: string) => boolean, what: string): Read<Name> {
  return (reader) => {
    const text = reader.text();
    return isForm(text) ? (text as Name) : refuse("bad-name", `${JSON.stringify(text)} is no ${what}`);
  };
}

function inside<T>(place: string | number, reader: Reader, read: Read<T>): T {
  try {
    return read(reader);
  } catch (fault) {
    throw fault instanceof Fault ? fault.within(typeof place === "number" ? `[${place}]` : place) : fault;
  }
}
