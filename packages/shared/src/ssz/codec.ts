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

/** `limit` in bytes, where the type alone could have more. */
export function codec<T>(name: string, type: Type<T>, limit = Number.POSITIVE_INFINITY): Codec<T> {
  const bytesMax = Math.min(limit, type.sizeMax);
  return {
    name,
    type,
    bytesMax,
    encode(value) {
      const size = type.sizeOf(value);
      assert(size <= bytesMax, `${name}: ${size} bytes where ${bytesMax} are allowed`);
      const bytes = new Uint8Array(size);
      const end = type.write(value, inputOf(bytes), 0);
      assert(end === size, `${name}: wrote ${end} of ${size} bytes`);
      return bytes;
    },
    decode(bytes) {
      if (bytes.length > bytesMax && type.fixedSize === undefined) {
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
