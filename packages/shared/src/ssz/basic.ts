// Basic types: unsigned integers (little endian) and booleans.

import { assert } from "../assert.ts";
import { checkSize, DecodeFault, type Type } from "./type.ts";

function basic<T>(
  size: number,
  write: (view: DataView, offset: number, value: T) => void,
  read: (view: DataView, offset: number) => T,
): Type<T> {
  // The bytes after the value stay zero.
  const chunk = new Uint8Array(32);
  const chunkView = new DataView(chunk.buffer);
  return {
    fixedSize: size,
    sizeMin: size,
    sizeMax: size,
    isBasic: true,
    sizeOf: () => size,
    write(value, output, offset) {
      write(output.view, offset, value);
      return offset + size;
    },
    read(input, start, end) {
      checkSize(end - start, size);
      return read(input.view, start);
    },
    rootInto(value, output, offset) {
      write(chunkView, 0, value);
      output.set(chunk, offset);
    },
  };
}

function small(size: 1 | 2 | 4): Type<number> {
  const max = 2 ** (8 * size) - 1;
  return basic(
    size,
    (view, offset, value) => {
      assert(Number.isInteger(value) && value >= 0 && value <= max, () => `${value} does not fit ${size} bytes`);
      if (size === 1) view.setUint8(offset, value);
      else if (size === 2) view.setUint16(offset, value, true);
      else view.setUint32(offset, value, true);
    },
    (view, offset) => {
      if (size === 1) return view.getUint8(offset);
      if (size === 2) return view.getUint16(offset, true);
      return view.getUint32(offset, true);
    },
  );
}

export const uint8 = small(1);
export const uint16 = small(2);
export const uint32 = small(4);

const twoTo32 = 2 ** 32;

/** A uint64 on the wire that must be exact as a JavaScript number: at most 2^53-1. */
export const uint53: Type<number> = basic(
  8,
  (view, offset, value) => {
    assert(Number.isSafeInteger(value) && value >= 0, () => `${value} is not a whole number below 2^53`);
    view.setUint32(offset, value % twoTo32, true);
    view.setUint32(offset + 4, Math.floor(value / twoTo32), true);
  },
  (view, offset) => {
    const high = view.getUint32(offset + 4, true);
    if (high > 0x1f_ffff) throw new DecodeFault("out-of-range", "a number above 2^53-1");
    return high * twoTo32 + view.getUint32(offset, true);
  },
);

export const uint64: Type<bigint> = basic(
  8,
  (view, offset, value) => {
    assert(value >= 0n && value < 1n << 64n, `${value} does not fit 8 bytes`);
    view.setBigUint64(offset, value, true);
  },
  (view, offset) => view.getBigUint64(offset, true),
);

export const uint128: Type<bigint> = basic(
  16,
  (view, offset, value) => {
    assert(value >= 0n && value < 1n << 128n, `${value} does not fit 16 bytes`);
    view.setBigUint64(offset, value & 0xffff_ffff_ffff_ffffn, true);
    view.setBigUint64(offset + 8, value >> 64n, true);
  },
  (view, offset) => (view.getBigUint64(offset + 8, true) << 64n) | view.getBigUint64(offset, true),
);

export const boolean: Type<boolean> = basic(
  1,
  (view, offset, value) => {
    assert(typeof value === "boolean", `${value} is neither true nor false`);
    view.setUint8(offset, value ? 1 : 0);
  },
  (view, offset) => {
    const byte = view.getUint8(offset);
    if (byte > 1) throw new DecodeFault("out-of-range", `a boolean is 0 or 1, not ${byte}`);
    return byte === 1;
  },
);
