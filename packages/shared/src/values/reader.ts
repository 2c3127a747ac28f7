// A cursor over canonical CBOR (RFC 8949, section 4.2.1: core deterministic encoding), strict. Values and
// programs are read through it. It accepts exactly one encoding of what it reads:
//
// - heads in their shortest form; definite lengths only;
// - integers of up to 64 bits as major types 0 and 1, larger ones as bignums (tags 2 and 3) of 9 to 32 bytes
//   without leading zeros (preferred serialization, RFC 8949 section 3.4.3);
// - text as valid UTF-8; maps keyed by text, in the bytewise order of the encoded keys, without duplicates;
// - false, true and null; no floats, no undefined, no other tags or simple values.
//
// What is wrong is thrown as a `Fault`, and the decoders that own a reader turn it into a value. Nothing is
// allocated for a length that the input claims: lists and maps grow as their items are read.

import { fromUtf8 } from "../bytes.ts";
import { limits } from "../limits.ts";
import { integerMax, integerMin, type Value, type ValueCode } from "./value.ts";

export class Fault<Code extends string = string> extends Error {
  readonly code: Code;
  readonly path: string;

  constructor(code: Code, message: string, path = "") {
    super(message);
    this.code = code;
    this.path = path;
  }

  /** The same, seen from what holds the place where it happened: a key, or `[index]` of a list. */
  within(place: string): Fault<Code> {
    const inner = this.path === "" || this.path.startsWith("[") ? this.path : `.${this.path}`;
    return new Fault(this.code, this.message, place + inner);
  }
}

export const major = { unsigned: 0, negative: 1, bytes: 2, text: 3, list: 4, map: 5, tag: 6, simple: 7 } as const;
export const simple = { false: 0xf4, true: 0xf5, null: 0xf6 } as const;
/** First byte of a bignum: tag 2 for what is not negative, tag 3 for -1 - n. */
export const bignumTag = { unsigned: 0xc2, negative: 0xc3 } as const;
const majorNames = ["an integer", "a negative integer", "bytes", "text", "a list", "a map", "a tag", "a simple value"];

/** Integers of one byte are most integers: they need not be made anew. */
const smallIntegers = Array.from({ length: 24 }, (_, integer) => BigInt(integer));

/** By the size of an argument, the least that needs it. */
const argumentMin = [0, 24, 2 ** 8, 0, 2 ** 16, 0, 0, 0, 2 ** 32];

export class Reader {
  readonly bytes: Uint8Array;
  offset = 0;
  private view: DataView | undefined;
  /** Items of lists and entries of maps that may still be read. */
  itemsLeft = 0;

  constructor(bytes: Uint8Array) {
    // A Buffer's `slice` shares memory with its source; a plain Uint8Array's copies.
    const isPlain = bytes.constructor === Uint8Array;
    this.bytes = isPlain ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  fault(code: ValueCode | "bad-shape", message: string, offset = this.offset): never {
    throw new Fault(code, `${message}, at byte ${offset}`);
  }

  end(): void {
    const left = this.bytes.length - this.offset;
    if (left > 0) this.fault("too-long", `${left} bytes are left over`);
  }

  /** The major type of what comes next. */
  peek(): number {
    return this.first() >> 5;
  }

  /**
   * Reads the head of an item that must have this major type, and returns its argument: exact below 2^53.
   * A grammar asks for types, and another is `bad-shape`; values take any.
   */
  head(expected: number): number {
    const first = this.first();
    if (first >> 5 !== expected) {
      this.fault("bad-shape", `${majorNames[expected]} is expected, not ${majorNames[first >> 5]}`);
    }
    this.offset++;
    return this.argument(first & 31);
  }

  /** The count of a list or map that comes next; items are at least a byte each. */
  count(expected: number): number {
    const start = this.offset;
    const count = this.head(expected);
    if (count > this.bytes.length - this.offset) this.fault("too-short", `${count} items go beyond the end`, start);
    return count;
  }

  /** Whether these bytes come next; if so, goes past them. */
  skip(expected: Uint8Array): boolean {
    const start = this.offset;
    for (let at = 0; at < expected.length; at++) if (this.bytes[start + at] !== expected[at]) return false;
    this.offset = start + expected.length;
    return true;
  }

  byteString(): Uint8Array {
    const length = this.length(this.head(major.bytes));
    this.offset += length;
    return this.bytes.slice(this.offset - length, this.offset);
  }

  text(): string {
    return this.textOf(this.length(this.head(major.text)));
  }

  /**
   * A key of a map, given where the key before it began, or -1 for the first. Keys that follow each other
   * are compared as they are encoded: in their shortest form, a longer key has the larger head.
   */
  key(previous: number): string {
    const start = this.offset;
    if (this.peek() !== major.text) this.fault("not-a-value", "a map's key must be text");
    const key = this.text();
    if (previous >= 0 && !this.isBefore(previous, start)) this.fault("bad-order", "keys are not in order", start);
    return key;
  }

  /** A value of its own: its depth, items and bytes count from here. */
  value(): Value {
    const start = this.offset;
    this.itemsLeft = limits.valueItemsMax;
    const value = this.item(1);
    const length = this.offset - start;
    if (length > limits.valueBytesMax) this.fault("over-limit", `a value of ${length} bytes`, start);
    return value;
  }

  private item(depth: number): Value {
    const first = this.first();
    this.offset++;
    switch (first >> 5) {
      case major.unsigned:
        return first < 24 ? (smallIntegers[first] as bigint) : this.integer(first & 31);
      case major.negative:
        return -1n - this.integer(first & 31);
      case major.bytes: {
        const length = this.length(this.argument(first & 31));
        this.offset += length;
        return this.bytes.slice(this.offset - length, this.offset);
      }
      case major.text:
        return this.textOf(this.length(this.argument(first & 31)));
      case major.list:
        return this.list(this.argument(first & 31), depth);
      case major.map:
        return this.map(this.argument(first & 31), depth);
      default:
        return this.special(first);
    }
  }

  private list(count: number, depth: number): Value[] {
    this.enter(count, depth);
    const items: Value[] = [];
    for (let index = 0; index < count; index++) items.push(this.item(depth + 1));
    return items;
  }

  private map(count: number, depth: number): Map<string, Value> {
    this.enter(count, depth);
    const map = new Map<string, Value>();
    let previous = -1;
    for (let index = 0; index < count; index++) {
      const start = this.offset;
      const key = this.key(previous);
      map.set(key, this.item(depth + 1));
      previous = start;
    }
    return map;
  }

  /** Before the items of a list or map are read. */
  private enter(count: number, depth: number): void {
    if (count > this.bytes.length - this.offset) this.fault("too-short", `${count} items go beyond the end`);
    if (count > this.itemsLeft) this.fault("over-limit", `more than ${limits.valueItemsMax} items in a value`);
    if (count > 0 && depth >= limits.valueDepthMax) this.fault("over-limit", `deeper than ${limits.valueDepthMax}`);
    this.itemsLeft -= count;
  }

  private first(): number {
    if (this.offset >= this.bytes.length) this.fault("too-short", "the bytes end here");
    return this.bytes[this.offset] as number;
  }

  /** The argument of a head whose first byte is read. From 2^53 on it is not exact, but still that large. */
  private argument(info: number): number {
    if (info < 24) return info;
    const size = this.argumentSize(info);
    const start = this.offset;
    this.offset += size;
    let argument = this.bytes[start] as number;
    for (let at = start + 1; at < this.offset; at++) argument = argument * 256 + (this.bytes[at] as number);
    if (argument < (argumentMin[size] as number)) {
      this.fault("not-canonical", `${argument} has a shorter head`, start - 1);
    }
    return argument;
  }

  private argumentSize(info: number): number {
    if (info === 31) this.fault("not-canonical", "an indefinite length", this.offset - 1);
    if (info > 27) this.fault("not-a-value", `additional information ${info} is reserved`, this.offset - 1);
    const size = 1 << (info - 24);
    if (size > this.bytes.length - this.offset) this.fault("too-short", "the bytes end inside a head");
    return size;
  }

  private integer(info: number): bigint {
    const argument = this.argument(info);
    if (argument <= Number.MAX_SAFE_INTEGER) return BigInt(argument);
    this.view ??= new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
    return this.view.getBigUint64(this.offset - 8);
  }

  private length(length: number): number {
    if (length > this.bytes.length - this.offset) this.fault("too-short", `${length} bytes go beyond the end`);
    return length;
  }

  /** Text of so many bytes. Most text is short and ASCII, where a call into the decoder costs more than the text. */
  private textOf(length: number): string {
    const start = this.offset;
    const end = start + length;
    this.offset = end;
    if (length > 24) return this.anyText(start, end);
    let text = "";
    for (let at = start; at < end; at++) {
      const byte = this.bytes[at] as number;
      if (byte >= 0x80) return this.anyText(start, end);
      text += String.fromCharCode(byte);
    }
    return text;
  }

  private anyText(start: number, end: number): string {
    const text = fromUtf8(this.bytes.subarray(start, end));
    if (text === undefined) this.fault("bad-text", "text that is not UTF-8", start);
    return text;
  }

  private special(first: number): Value {
    switch (first) {
      case simple.false:
        return false;
      case simple.true:
        return true;
      case simple.null:
        return null;
      case bignumTag.unsigned:
        return this.bignum();
      case bignumTag.negative:
        return -1n - this.bignum();
      default:
        return this.fault("not-a-value", `byte 0x${first.toString(16)} begins no value`, this.offset - 1);
    }
  }

  private bignum(): bigint {
    const start = this.offset - 1;
    const isNegative = this.bytes[start] === bignumTag.negative;
    if (this.peek() !== major.bytes) this.fault("not-a-value", "a bignum is bytes", start);
    const length = this.length(this.head(major.bytes));
    if (length <= 8) this.fault("not-canonical", "a bignum that fits 64 bits", start);
    if (this.bytes[this.offset] === 0) this.fault("not-canonical", "a bignum with a leading zero", start);
    if (length > 32) this.fault("out-of-range", "an integer beyond 256 bits", start);
    let magnitude = 0n;
    for (let end = this.offset + length; this.offset < end; this.offset++) {
      magnitude = (magnitude << 8n) | BigInt(this.bytes[this.offset] as number);
    }
    if (magnitude > (isNegative ? -1n - integerMin : integerMax)) {
      this.fault("out-of-range", "a negative integer beyond 256 bits", start);
    }
    return magnitude;
  }

  /** Whether the encoded text at one offset comes before that at another; both are read and well formed. */
  private isBefore(a: number, b: number): boolean {
    // The first byte that differs decides: it lies in the head, which says the length, or else in the text.
    // `b` ends at the cursor, and no encoded text is the beginning of another.
    for (let at = 0; b + at < this.offset; at++) {
      const difference = (this.bytes[a + at] as number) - (this.bytes[b + at] as number);
      if (difference !== 0) return difference < 0;
    }
    return false;
  }
}
