// A codec is the public face of one encoding: bytes, strict decoding, and root.

import { assert } from "../assert.ts";
import type { Root } from "../numbers.ts";
import { failure, type Result, success } from "../result.ts";
import { type DecodeError, DecodeFault, inputOf, type Type, within } from "./type.ts";

export interface Codec<T> {
  /** As it stands in errors and in the table of golden hashes. */
  readonly name: string;
  readonly type: Type<T>;
  /** Longer input is refused before it is looked at. */
  readonly bytesMax: number;
  encode(value: T): Uint8Array;
  decode(bytes: Uint8Array): Result<T, DecodeError>;
  root(value: T): Root;
}

export function codec<T>(name: string, type: Type<T>, bytesMax = type.sizeMax): Codec<T> {
  return {
    name,
    type,
    bytesMax,
    encode(value) {
      const bytes = new Uint8Array(type.sizeOf(value));
      assert(bytes.length <= bytesMax, `${name}: ${bytes.length} bytes where ${bytesMax} are allowed`);
      const end = type.write(value, inputOf(bytes), 0);
      assert(end === bytes.length, `${name}: wrote ${end} of ${bytes.length} bytes`);
      return bytes;
    },
    decode(bytes) {
      if (bytes.length > bytesMax) {
        return failure("over-limit", name, `${name}: ${bytes.length} bytes where ${bytesMax} are allowed`);
      }
      try {
        return success(type.read(inputOf(bytes), 0, bytes.length));
      } catch (thrown) {
        within(name, thrown);
        if (!(thrown instanceof DecodeFault)) throw thrown;
        return failure(thrown.code, thrown.path, `${thrown.path}: ${thrown.message}`);
      }
    },
    root(value) {
      const root = new Uint8Array(32);
      type.rootInto(value, root, 0);
      return root as Root;
    },
  };
}
