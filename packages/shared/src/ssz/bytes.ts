// Byte vectors, byte lists, names as text, and bit lists.

import { assert } from "../assert.ts";
import { depthOf, merkleizeBytesInto, mixInto } from "./merkleize.ts";
import { checkSize, DecodeFault, type Type } from "./type.ts";

const mixRoot = new Uint8Array(32);

function listRootInto(bytes: Uint8Array, length: number, depth: number, output: Uint8Array, offset: number): void {
  merkleizeBytesInto(bytes, depth, mixRoot, 0);
  mixInto(mixRoot, length, output, offset);
}

export function byteVector(size: number): Type<Uint8Array> {
  const depth = depthOf(Math.ceil(size / 32));
  return {
    fixedSize: size,
    sizeMin: size,
    sizeMax: size,
    isBasic: false,
    sizeOf: () => size,
    write(value, output, offset) {
      assert(value.length === size, () => `${value.length} bytes where ${size} are needed`);
      output.bytes.set(value, offset);
      return offset + size;
    },
    read(input, start, end) {
      checkSize(end - start, size);
      return input.bytes.slice(start, end);
    },
    rootInto(value, output, offset) {
      assert(value.length === size, () => `${value.length} bytes where ${size} are needed`);
      if (size === 32) output.set(value, offset);
      else merkleizeBytesInto(value, depth, output, offset);
    },
  };
}

export function byteList(sizeMax: number, sizeMin = 0): Type<Uint8Array> {
  const depth = depthOf(Math.ceil(sizeMax / 32));
  const checkLength = ({ length }: Uint8Array) =>
    assert(length >= sizeMin && length <= sizeMax, () => `${length} bytes, not ${sizeMin}-${sizeMax}`);
  return {
    fixedSize: undefined,
    sizeMin,
    sizeMax,
    isBasic: false,
    sizeOf: (value) => value.length,
    write(value, output, offset) {
      checkLength(value);
      output.bytes.set(value, offset);
      return offset + value.length;
    },
    read(input, start, end) {
      const size = end - start;
      if (size < sizeMin) throw new DecodeFault("too-short", `${size} bytes where ${sizeMin} are needed`);
      if (size > sizeMax) throw new DecodeFault("over-limit", `${size} bytes where ${sizeMax} are allowed`);
      return input.bytes.slice(start, end);
    },
    rootInto(value, output, offset) {
      checkLength(value);
      listRootInto(value, value.length, depth, output, offset);
    },
  };
}

/**
 * Byte lists that are decoded without being copied: the value is a view of the input, which must not change as long as
 * the value is in use. For what is long, and is kept together with its encoding.
 */
export function byteListView(sizeMax: number): Type<Uint8Array> {
  const type = byteList(sizeMax);
  return {
    ...type,
    read(input, start, end) {
      if (end - start > sizeMax)
        throw new DecodeFault("over-limit", `${end - start} bytes where ${sizeMax} are allowed`);
      return input.bytes.subarray(start, end);
    },
  };
}

/** ASCII text of a fixed form, encoded as a byte list: names of shards, contracts, methods. */
export function asciiText(sizeMax: number, isValid: (text: string) => boolean, form: string): Type<string> {
  const bytes = byteList(sizeMax, 1);
  const toBytes = (text: string) => {
    assert(isValid(text), () => `${JSON.stringify(text)} is not ${form}`);
    const ascii = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) ascii[i] = text.charCodeAt(i);
    return ascii;
  };
  return {
    fixedSize: undefined,
    sizeMin: 1,
    sizeMax,
    isBasic: false,
    sizeOf: (value) => value.length,
    write: (value, output, offset) => bytes.write(toBytes(value), output, offset),
    read(input, start, end) {
      const text = String.fromCharCode(...bytes.read(input, start, end));
      if (!isValid(text)) throw new DecodeFault("bad-text", `${JSON.stringify(text)} is not ${form}`);
      return text;
    },
    rootInto: (value, output, offset) => bytes.rootInto(toBytes(value), output, offset),
  };
}

/** A list of up to `bitsMax` booleans; on the wire one delimiter bit marks its end. */
export function bitList(bitsMax: number): Type<readonly boolean[]> {
  const depth = depthOf(Math.ceil(bitsMax / 256));
  const pack = (bits: readonly boolean[], packed: Uint8Array, offset: number) => {
    assert(bits.length <= bitsMax, `${bits.length} bits where ${bitsMax} are allowed`);
    for (let i = 0; i < bits.length; i++) {
      if (bits[i]) packed[offset + (i >> 3)] = (packed[offset + (i >> 3)] as number) | (1 << (i & 7));
    }
  };
  return {
    fixedSize: undefined,
    sizeMin: 1,
    sizeMax: Math.floor(bitsMax / 8) + 1,
    isBasic: false,
    sizeOf: (value) => Math.floor(value.length / 8) + 1,
    write(value, output, offset) {
      const end = offset + Math.floor(value.length / 8) + 1;
      output.bytes.fill(0, offset, end);
      pack(value, output.bytes, offset);
      output.bytes[end - 1] = (output.bytes[end - 1] as number) | (1 << (value.length & 7));
      return end;
    },
    read(input, start, end) {
      const last = input.bytes[end - 1];
      if (end <= start || !last) throw new DecodeFault("bad-bits", "a bit list ends in its delimiter bit");
      const length = 8 * (end - start - 1) + (31 - Math.clz32(last));
      if (length > bitsMax) throw new DecodeFault("over-limit", `${length} bits where ${bitsMax} are allowed`);
      const bits: boolean[] = [];
      for (let i = 0; i < length; i++) bits.push((((input.bytes[start + (i >> 3)] as number) >> (i & 7)) & 1) === 1);
      return bits;
    },
    rootInto(value, output, offset) {
      const packed = new Uint8Array(Math.ceil(value.length / 8));
      pack(value, packed, 0);
      listRootInto(packed, value.length, depth, output, offset);
    },
  };
}
