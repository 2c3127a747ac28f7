// SSZ (Simple Serialize): the parts that Tandem uses, with strict decoding.
//
// A `Type` maps a plain value to bytes, back, and to its hash tree root. Every value has exactly one
// encoding: offsets must be tight and in order, bit lists end in their one delimiter, sizes fit their
// limits, and nothing may follow. Reading allocates in proportion to the input, never to what it claims.
// Inside this folder a bad encoding is a thrown `DecodeFault`; `codec` turns it into a value.

import type { Failure } from "../result.ts";

export type DecodeCode =
  | "too-short" // the bytes end inside a value
  | "too-long" // bytes are left over
  | "bad-offset" // an offset is not where the value before it ends
  | "over-limit" // more items, bits or bytes than the limit
  | "out-of-range" // a number, boolean or selector has no such value
  | "bad-bits" // a bit list without its delimiter
  | "bad-text" // not text of the required form
  | "bad-order" // a list that must be sorted and unique is not
  | "bad-value"; // a rule of the message itself

export type DecodeError = Failure<DecodeCode>;

/** Never leaves this folder. No `Error`: a stack trace for each bad message would cost more than its decoding. */
export class DecodeFault {
  readonly code: DecodeCode;
  readonly message: string;
  path = "";

  constructor(code: DecodeCode, message: string) {
    this.code = code;
    this.message = message;
  }
}

/** What was thrown while reading the part at `place`: a field's name, or `[index]` of a list. */
export function within(place: string, thrown: unknown): unknown {
  if (thrown instanceof DecodeFault) {
    const { path } = thrown;
    thrown.path = path === "" || path.startsWith("[") ? place + path : `${place}.${path}`;
  }
  return thrown;
}

export interface Input {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

export interface Type<T> {
  /** Encoded bytes of every value, or `undefined` if they differ. */
  readonly fixedSize: number | undefined;
  readonly sizeMin: number;
  readonly sizeMax: number;
  /** Several values share one 32-byte chunk in lists and vectors. */
  readonly isBasic: boolean;
  sizeOf(value: T): number;
  /** Writes `value` at `offset` and returns the offset after it. */
  write(value: T, output: Input, offset: number): number;
  /** Reads exactly the bytes from `start` to `end`. */
  read(input: Input, start: number, end: number): T;
  /** Writes the hash tree root to 32 bytes of `output` at `offset`. */
  rootInto(value: T, output: Uint8Array, offset: number): void;
}

/** The value type of a `Type`. */
export type Of<AnyType> = AnyType extends Type<infer T> ? T : never;

/** Types by name: the fields of a container, the options of a union. */
export type Fields = Readonly<Record<string, Type<unknown>>>;

export function inputOf(bytes: Uint8Array): Input {
  // A Buffer's `slice` shares memory with its source; a plain Uint8Array's copies.
  const plain =
    bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { bytes: plain, view: new DataView(plain.buffer, plain.byteOffset, plain.byteLength) };
}

export const offsetSize = 4;

/** An offset inside `start` to `end`. */
export function readOffset({ view }: Input, at: number, end: number): number {
  if (at + offsetSize > end) throw new DecodeFault("too-short", "the bytes end inside an offset");
  return view.getUint32(at, true);
}

export function checkSize(got: number, want: number): void {
  if (got < want) throw new DecodeFault("too-short", `${got} bytes where ${want} are needed`);
  if (got > want) throw new DecodeFault("too-long", `${got} bytes where ${want} are expected`);
}
