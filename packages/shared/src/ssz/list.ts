// Lists: items of one type, up to a limit. Items of varying size are preceded by their offsets.

import { assert } from "../assert.ts";
import { depthOf, merkleizeInto, mixInto, scratchBytes } from "./merkleize.ts";
import { checkSize, DecodeFault, type Input, inputOf, offsetSize, readOffset, type Type, within } from "./type.ts";

function readItem<T>(type: Type<T>, input: Input, from: number, to: number, index: number): T {
  try {
    return type.read(input, from, to);
  } catch (thrown) {
    throw within(`[${index}]`, thrown);
  }
}

function checkCount(count: number, itemsMax: number): void {
  if (count > itemsMax) throw new DecodeFault("over-limit", `${count} items where ${itemsMax} are allowed`);
}

function readFixed<T>(type: Type<T>, size: number, itemsMax: number, input: Input, start: number, end: number): T[] {
  const count = Math.floor((end - start) / size);
  checkSize(end - start, count * size);
  checkCount(count, itemsMax);
  const items: T[] = [];
  for (let i = 0; i < count; i++) items.push(readItem(type, input, start + i * size, start + (i + 1) * size, i));
  return items;
}

function readVariable<T>(type: Type<T>, itemsMax: number, input: Input, start: number, end: number): T[] {
  if (end === start) return [];
  const first = readOffset(input, start, end);
  if (first === 0 || first % offsetSize !== 0) throw new DecodeFault("bad-offset", `the first offset is ${first}`);
  const count = first / offsetSize;
  checkCount(count, itemsMax);
  if (first > end - start) throw new DecodeFault("too-short", "the bytes end inside the offsets");
  const items: T[] = [];
  let from = start + first;
  for (let i = 0; i < count; i++) {
    const to = i + 1 < count ? start + readOffset(input, start + offsetSize * (i + 1), end) : end;
    if (to < from || to > end) throw within(`[${i}]`, new DecodeFault("bad-offset", "ends outside its list"));
    items.push(readItem(type, input, from, to, i));
    from = to;
  }
  return items;
}

const itemsRoot = new Uint8Array(32);
const shortItemsMax = 64;

export function list<T>(type: Type<T>, itemsMax: number): Type<readonly T[]> {
  const { fixedSize } = type;
  const perChunk = type.isBasic ? 32 / (fixedSize as number) : 1;
  const depth = depthOf(Math.ceil(itemsMax / perChunk));
  // One buffer for all roots of a short list of this type: no value lies inside another of its own type.
  const roots = new Uint8Array(type.isBasic || itemsMax > shortItemsMax ? 0 : scratchBytes(itemsMax));
  const checkItems = (items: readonly T[]) =>
    assert(items.length <= itemsMax, `${items.length} items where ${itemsMax} are allowed`);

  return {
    fixedSize: undefined,
    sizeMin: 0,
    sizeMax: itemsMax * (fixedSize ?? offsetSize + type.sizeMax),
    isBasic: false,
    sizeOf(items) {
      if (fixedSize !== undefined) return items.length * fixedSize;
      return items.reduce((sum, item) => sum + offsetSize + type.sizeOf(item), 0);
    },
    write(items, output, offset) {
      checkItems(items);
      let at = offset + (fixedSize === undefined ? offsetSize * items.length : 0);
      for (let i = 0; i < items.length; i++) {
        if (fixedSize === undefined) output.view.setUint32(offset + offsetSize * i, at - offset, true);
        at = type.write(items[i] as T, output, at);
      }
      return at;
    },
    read(input, start, end) {
      if (fixedSize === undefined) return readVariable(type, itemsMax, input, start, end);
      return readFixed(type, fixedSize, itemsMax, input, start, end);
    },
    rootInto(items, output, offset) {
      checkItems(items);
      const count = Math.ceil(items.length / perChunk);
      const scratch = roots.length > 0 ? roots : new Uint8Array(scratchBytes(count));
      if (type.isBasic) packInto(type, items, scratch);
      else for (let i = 0; i < items.length; i++) type.rootInto(items[i] as T, scratch, 32 * i);
      merkleizeInto(scratch, count, depth, itemsRoot, 0);
      mixInto(itemsRoot, items.length, output, offset);
    },
  };
}

/** Basic items share chunks as they share bytes on the wire. */
function packInto<T>(type: Type<T>, items: readonly T[], scratch: Uint8Array): void {
  const output = inputOf(scratch);
  let at = 0;
  for (const item of items) at = type.write(item, output, at);
}

/** A value or `undefined`: on the wire a list of at most one. `type` has no value `undefined` itself. */
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
