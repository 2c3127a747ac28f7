// Writes what `Reader` reads: canonical CBOR, and no other form of it. What is no value is thrown as a
// `Fault` that says where it is. Lengths are checked while writing, so a small value that holds the same
// list many times over cannot fill the memory.

import { utf8 } from "../bytes.ts";
import { limits } from "../limits.ts";
import { bignumTag, Fault, major, simple } from "./reader.ts";
import { utf8Length } from "./text.ts";
import { integerMax, integerMin, keysInOrder, type ValueCode } from "./value.ts";

/** Most of what is written is small: a buffer for it stays, for whichever writer is the only one. */
let spare: Uint8Array | undefined = new Uint8Array(256);

export class Writer {
  private bytes: Uint8Array;
  private offset = 0;
  private itemsLeft = 0;
  private readonly bytesMax: number;

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
    this.bytes = spare ?? new Uint8Array(256);
    spare = undefined;
  }

  /** Afterwards nothing more is written. */
  result(): Uint8Array {
    const result = this.bytes.slice(0, this.offset);
    spare = this.bytes.length <= 256 ? this.bytes : spare;
    return result;
  }

  /** A head with its argument, a whole number below 2^53, in the shortest form. */
  head(type: number, argument: number): void {
    const first = type << 5;
    if (argument < 24) {
      this.bigEndian(first | argument, 1);
      return;
    }
    const power = argument < 0x100 ? 0 : argument < 0x10000 ? 1 : argument < 2 ** 32 ? 2 : 3;
    this.bigEndian(first | (24 + power), 1);
    this.bigEndian(argument, 1 << power);
  }

  byteString(bytes: Uint8Array): void {
    this.head(major.bytes, bytes.length);
    this.raw(bytes);
  }

  text(text: string): void {
    checkText(text);
    const length = utf8Length(text);
    this.head(major.text, length);
    if (length > text.length) this.raw(utf8(text));
    else this.ascii(text);
  }

  /** A value of its own: its depth, items and bytes count from here. Anything may be given. */
  value(value: unknown): void {
    const start = this.offset;
    this.itemsLeft = limits.valueItemsMax;
    this.item(value, 1);
    checkBytes(this.offset - start, limits.valueBytesMax);
  }

  private item(value: unknown, depth: number): void {
    if (typeof value === "bigint") this.integer(value);
    else if (typeof value === "string") this.text(value);
    else if (typeof value === "boolean") this.bigEndian(value ? simple.true : simple.false, 1);
    else if (value === null) this.bigEndian(simple.null, 1);
    else if (value instanceof Uint8Array) this.byteString(value);
    else if (Array.isArray(value)) this.list(value, depth);
    else if (value instanceof Map) this.map(value, depth);
    else throw new Fault<ValueCode>("not-a-value", `${describe(value)} is no value`);
  }

  private integer(value: bigint): void {
    if (value < integerMin || value > integerMax) {
      throw new Fault<ValueCode>("out-of-range", "an integer beyond 256 bits");
    }
    const isNegative = value < 0n;
    const magnitude = isNegative ? -1n - value : value;
    const type = isNegative ? major.negative : major.unsigned;
    if (magnitude <= Number.MAX_SAFE_INTEGER) {
      this.head(type, Number(magnitude));
    } else if (magnitude < 1n << 64n) {
      this.bigEndian((type << 5) | 27, 1);
      this.magnitude(magnitude, 8);
    } else {
      const size = Math.ceil(magnitude.toString(16).length / 2);
      this.bigEndian(isNegative ? bignumTag.negative : bignumTag.unsigned, 1);
      this.head(major.bytes, size);
      this.magnitude(magnitude, size);
    }
  }

  private magnitude(magnitude: bigint, size: number): void {
    const start = this.reserve(size);
    let rest = magnitude;
    for (let at = start + size - 1; at >= start; at--) {
      this.bytes[at] = Number(rest & 0xffn);
      rest >>= 8n;
    }
  }

  private list(items: readonly unknown[], depth: number): void {
    this.enter(items.length, depth);
    this.head(major.list, items.length);
    for (let index = 0; index < items.length; index++) this.inside(index, items[index], depth + 1);
  }

  private map(map: ReadonlyMap<unknown, unknown>, depth: number): void {
    this.enter(map.size, depth);
    for (const key of map.keys()) checkText(key);
    this.head(major.map, map.size);
    for (const key of keysInOrder(map as ReadonlyMap<string, unknown>)) {
      this.text(key);
      this.inside(key, map.get(key), depth + 1);
    }
  }

  private enter(count: number, depth: number): void {
    if (count > 0 && depth >= limits.valueDepthMax) {
      throw new Fault<ValueCode>("over-limit", `deeper than ${limits.valueDepthMax}`);
    }
    if (count > this.itemsLeft) {
      throw new Fault<ValueCode>("over-limit", `more than ${limits.valueItemsMax} items in a value`);
    }
    this.itemsLeft -= count;
  }

  private inside(place: string | number, value: unknown, depth: number): void {
    try {
      this.item(value, depth);
    } catch (fault) {
      throw fault instanceof Fault ? fault.within(typeof place === "number" ? `[${place}]` : place) : fault;
    }
  }

  private bigEndian(number: number, size: number): void {
    const start = this.reserve(size);
    let rest = number;
    for (let at = start + size - 1; at >= start; at--) {
      this.bytes[at] = rest % 0x100;
      rest = Math.floor(rest / 0x100);
    }
  }

  private ascii(text: string): void {
    const start = this.reserve(text.length);
    for (let at = 0; at < text.length; at++) this.bytes[start + at] = text.charCodeAt(at);
  }

  private raw(bytes: Uint8Array): void {
    const at = this.reserve(bytes.length);
    this.bytes.set(bytes, at);
  }

  /** Makes room for so many bytes, and returns where they go. */
  private reserve(size: number): number {
    const start = this.offset;
    this.offset += size;
    checkBytes(this.offset, this.bytesMax);
    if (this.offset > this.bytes.length) {
      const larger = new Uint8Array(Math.max(2 * this.bytes.length, this.offset));
      larger.set(this.bytes.subarray(0, start));
      this.bytes = larger;
    }
    return start;
  }
}

function checkBytes(length: number, max: number): void {
  if (length > max) throw new Fault<ValueCode>("over-limit", `${length} bytes or more where ${max} are allowed`);
}

function checkText(text: unknown): void {
  if (typeof text !== "string")
    throw new Fault<ValueCode>("not-a-value", `a map's key must be text, not ${describe(text)}`);
  if (!text.isWellFormed()) throw new Fault<ValueCode>("bad-text", "text with a lone surrogate");
}

function describe(value: unknown): string {
  if (typeof value === "number") return `the number ${value} (integers are bigint)`;
  return value === undefined ? "undefined" : `this ${typeof value}`;
}
