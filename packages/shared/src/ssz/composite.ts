// Containers, lists and unions, and the two wrappers: `refine` adds a rule, `branded` only a type.

import { assert } from "../assert.ts";
import { uint8 } from "./basic.ts";
import { depthOf, merkleizeInto, mixInto, scratchBytes } from "./merkleize.ts";
import { checkSize, DecodeFault, type Input, type Of, type Type } from "./type.ts";

const offsetSize = 4;

type Fields = Readonly<Record<string, Type<never> | Type<any>>>;

/** The value of a container: one property for each field, in order. */
export type ValueOf<F extends Fields> = { readonly [Name in keyof F]: Of<F[Name]> };

function readOffset(input: Input, at: number, end: number): number {
  if (at + offsetSize > end) throw new DecodeFault("too-short", "the bytes end inside an offset");
  return input.view.getUint32(at, true);
}

export function container<F extends Fields>(fields: F): Type<ValueOf<F>> {
  const names = Object.keys(fields);
  const types = names.map((name) => fields[name] as Type<unknown>);
  const depth = depthOf(names.length);
  const fixedBytes = types.reduce((sum, type) => sum + (type.fixedSize ?? offsetSize), 0);
  const isFixed = types.every((type) => type.fixedSize !== undefined);
  const variable = types.filter((type) => type.fixedSize === undefined);

  return {
    fixedSize: isFixed ? fixedBytes : undefined,
    sizeMin: variable.reduce((sum, type) => sum + type.sizeMin, fixedBytes),
    sizeMax: variable.reduce((sum, type) => sum + type.sizeMax, fixedBytes),
    isBasic: false,
    sizeOf(value) {
      let size = fixedBytes;
      for (let i = 0; i < names.length; i++) {
        const type = types[i] as Type<unknown>;
        if (type.fixedSize === undefined) size += type.sizeOf(value[names[i] as string]);
      }
      return size;
    },
    write(value, output, offset) {
      let fixedAt = offset;
      let variableAt = offset + fixedBytes;
      for (let i = 0; i < names.length; i++) {
        const type = types[i] as Type<unknown>;
        const field = value[names[i] as string];
        if (type.fixedSize !== undefined) {
          fixedAt = type.write(field, output, fixedAt);
        } else {
          output.view.setUint32(fixedAt, variableAt - offset, true);
          fixedAt += offsetSize;
          variableAt = type.write(field, output, variableAt);
        }
      }
      return variableAt;
    },
    read(input, start, end) {
      if (isFixed) checkSize(end - start, fixedBytes);
      else if (end - start < fixedBytes) checkSize(end - start, fixedBytes);
      const value: Record<string, unknown> = {};
      let i = 0;
      try {
        let fixedAt = start;
        let variableAt = start + fixedBytes;
        for (; i < types.length; i++) {
          const type = types[i] as Type<unknown>;
          const name = names[i] as string;
          if (type.fixedSize !== undefined) {
            value[name] = type.read(input, fixedAt, fixedAt + type.fixedSize);
            fixedAt += type.fixedSize;
            continue;
          }
          const from = start + readOffset(input, fixedAt, end);
          if (from !== variableAt)
            throw new DecodeFault("bad-offset", `begins at ${from - start}, not ${variableAt - start}`);
          fixedAt += offsetSize;
          // It ends where the next variable field begins, or with the container.
          variableAt = end;
          for (let next = i + 1, at = fixedAt; next < types.length; next++) {
            const nextSize = (types[next] as Type<unknown>).fixedSize;
            if (nextSize === undefined) {
              variableAt = start + readOffset(input, at, end);
              break;
            }
            at += nextSize;
          }
          if (variableAt < from || variableAt > end) throw new DecodeFault("bad-offset", "ends outside its container");
          value[name] = type.read(input, from, variableAt);
        }
      } catch (fault) {
        throw fault instanceof DecodeFault ? fault.within(names[i] as string) : fault;
      }
      return value as ValueOf<F>;
    },
    rootInto(value, output, offset) {
      const scratch = new Uint8Array(scratchBytes(names.length));
      for (let i = 0; i < names.length; i++) {
        (types[i] as Type<unknown>).rootInto(value[names[i] as string], scratch, 32 * i);
      }
      merkleizeInto(scratch, names.length, depth, output, offset);
    },
  };
}

const mixRoot = new Uint8Array(32);

export function list<T>(type: Type<T>, itemsMax: number): Type<readonly T[]> {
  const { fixedSize } = type;
  const perChunk = type.isBasic ? 32 / (fixedSize as number) : 1;
  const depth = depthOf(Math.ceil(itemsMax / perChunk));

  const readVariable = (input: Input, start: number, end: number): T[] => {
    if (end === start) return [];
    const first = readOffset(input, start, end);
    const count = first / offsetSize;
    if (first === 0 || first % offsetSize !== 0) throw new DecodeFault("bad-offset", `the first offset is ${first}`);
    if (count > itemsMax) throw new DecodeFault("over-limit", `${count} items where ${itemsMax} are allowed`);
    if (first > end - start) throw new DecodeFault("too-short", "the bytes end inside the offsets");
    const items: T[] = [];
    let from = start + first;
    for (let i = 0; i < count; i++) {
      const to = i + 1 < count ? start + readOffset(input, start + offsetSize * (i + 1), end) : end;
      if (to < from || to > end) throw new DecodeFault("bad-offset", "ends outside its list", `[${i}]`);
      items.push(readItem(input, from, to, i));
      from = to;
    }
    return items;
  };
  const readFixed = (input: Input, start: number, end: number, size: number): T[] => {
    const count = Math.floor((end - start) / size);
    checkSize(end - start, count * size);
    if (count > itemsMax) throw new DecodeFault("over-limit", `${count} items where ${itemsMax} are allowed`);
    const items: T[] = [];
    for (let i = 0; i < count; i++) items.push(readItem(input, start + i * size, start + (i + 1) * size, i));
    return items;
  };
  const readItem = (input: Input, from: number, to: number, i: number): T => {
    try {
      return type.read(input, from, to);
    } catch (fault) {
      throw fault instanceof DecodeFault ? fault.within(`[${i}]`) : fault;
    }
  };

  return {
    fixedSize: undefined,
    sizeMin: 0,
    sizeMax: itemsMax * (fixedSize ?? offsetSize + type.sizeMax),
    isBasic: false,
    sizeOf(value) {
      if (fixedSize !== undefined) return value.length * fixedSize;
      return value.reduce((sum, item) => sum + offsetSize + type.sizeOf(item), 0);
    },
    write(value, output, offset) {
      assert(value.length <= itemsMax, `${value.length} items where ${itemsMax} are allowed`);
      let at = offset + (fixedSize === undefined ? offsetSize * value.length : 0);
      for (let i = 0; i < value.length; i++) {
        if (fixedSize === undefined) output.view.setUint32(offset + offsetSize * i, at - offset, true);
        at = type.write(value[i] as T, output, at);
      }
      return at;
    },
    read: (input, start, end) =>
      fixedSize === undefined ? readVariable(input, start, end) : readFixed(input, start, end, fixedSize),
    rootInto(value, output, offset) {
      assert(value.length <= itemsMax, `${value.length} items where ${itemsMax} are allowed`);
      const count = Math.ceil(value.length / perChunk);
      const scratch = new Uint8Array(scratchBytes(count));
      if (type.isBasic) {
        const into = { bytes: scratch, view: new DataView(scratch.buffer) };
        let at = 0;
        for (const item of value) at = type.write(item, into, at);
      } else {
        for (let i = 0; i < value.length; i++) type.rootInto(value[i] as T, scratch, 32 * i);
      }
      merkleizeInto(scratch, count, depth, mixRoot, 0);
      mixInto(mixRoot, value.length, output, offset);
    },
  };
}

/** One of several types: a selector byte, then the value. `{ kind, value }` in memory. */
export type UnionValue<F extends Fields> = {
  readonly [Kind in keyof F]: { readonly kind: Kind; readonly value: Of<F[Kind]> };
}[keyof F];

export function union<F extends Fields>(options: F): Type<UnionValue<F>> {
  const kinds = Object.keys(options);
  const types = kinds.map((kind) => options[kind] as Type<unknown>);
  const root = new Uint8Array(32);
  const selectorOf = (value: UnionValue<F>) => {
    const selector = kinds.indexOf(value.kind as string);
    assert(selector >= 0, `${String(value.kind)} is one of ${kinds.join(", ")}`);
    return selector;
  };
  return {
    fixedSize: undefined,
    sizeMin: 1 + Math.min(...types.map((type) => type.sizeMin)),
    sizeMax: 1 + Math.max(...types.map((type) => type.sizeMax)),
    isBasic: false,
    sizeOf: (value) => 1 + (types[selectorOf(value)] as Type<unknown>).sizeOf(value.value),
    write(value, output, offset) {
      const selector = selectorOf(value);
      output.bytes[offset] = selector;
      return (types[selector] as Type<unknown>).write(value.value, output, offset + 1);
    },
    read(input, start, end) {
      if (end <= start) throw new DecodeFault("too-short", "a union begins with its selector");
      const selector = input.bytes[start] as number;
      const type = types[selector];
      if (type === undefined) throw new DecodeFault("out-of-range", `no selector ${selector} of ${kinds.length}`);
      const kind = kinds[selector] as string;
      try {
        return { kind, value: type.read(input, start + 1, end) } as UnionValue<F>;
      } catch (fault) {
        throw fault instanceof DecodeFault ? fault.within(kind) : fault;
      }
    },
    rootInto(value, output, offset) {
      const selector = selectorOf(value);
      (types[selector] as Type<unknown>).rootInto(value.value, root, 0);
      mixInto(root, selector, output, offset);
    },
  };
}

/** What a rule finds wrong, or nothing. */
export type Problem = string | undefined;

/** `type` with a rule: checked after reading, and asserted before writing. */
export function refine<T>(
  type: Type<T>,
  code: "bad-value" | "bad-order" | "out-of-range",
  problemOf: (value: T) => Problem,
): Type<T> {
  const check = (value: T) => {
    const problem = problemOf(value);
    assert(problem === undefined, problem ?? "");
  };
  return {
    ...type,
    write(value, output, offset) {
      check(value);
      return type.write(value, output, offset);
    },
    read(input, start, end) {
      const value = type.read(input, start, end);
      const problem = problemOf(value);
      if (problem !== undefined) throw new DecodeFault(code, problem);
      return value;
    },
  };
}

/** `list` whose items are in strictly rising order. */
export function sortedList<T>(type: Type<T>, itemsMax: number, compare: (a: T, b: T) => number): Type<readonly T[]> {
  return refine(list(type, itemsMax), "bad-order", (items) => {
    for (let i = 1; i < items.length; i++) {
      if (compare(items[i - 1] as T, items[i] as T) >= 0) return `items ${i - 1} and ${i} are not in rising order`;
    }
    return undefined;
  });
}

/** The same type under a branded name. */
export function branded<Branded>(type: Type<any>): Type<Branded> {
  return type as Type<Branded>;
}

/** A value or `undefined`: on the wire a list of at most one. */
export function optional<T>(type: Type<T>): Type<T | undefined> {
  const items = list(type, 1);
  const toItems = (value: T | undefined) => (value === undefined ? [] : [value]);
  return {
    ...items,
    sizeOf: (value) => items.sizeOf(toItems(value)),
    write: (value, output, offset) => items.write(toItems(value), output, offset),
    read: (input, start, end) => items.read(input, start, end)[0],
    rootInto: (value, output, offset) => items.rootInto(toItems(value), output, offset),
  };
}

/** One of a few words, numbered from 1 on the wire in the order given. */
export function oneOf<const Word extends string>(...words: readonly Word[]): Type<Word> {
  return {
    ...uint8,
    write: (value, output, offset) => uint8.write(words.indexOf(value) + 1, output, offset),
    read(input, start, end) {
      const number = uint8.read(input, start, end);
      const word = words[number - 1];
      if (word === undefined) throw new DecodeFault("out-of-range", `${number} is none of ${words.join(", ")}`);
      return word;
    },
    sizeOf: () => 1,
    rootInto: (value, output, offset) => uint8.rootInto(words.indexOf(value) + 1, output, offset),
  };
}
