import { limits } from "../limits.ts";
import { type Failure, failure, type Result, success } from "../result.ts";
import { Fault, Reader } from "./reader.ts";
import type { Value, ValueCode, ValueError } from "./value.ts";

/** What `read` makes of exactly these bytes. A `Fault` that it throws becomes its failure, with one of `Code`. */
export function decodeWith<T, Code extends string>(
  bytes: Uint8Array,
  bytesMax: number,
  read: (reader: Reader) => T,
): Result<T, Failure<Code | ValueCode>> {
  if (bytes.length > bytesMax) return failure("over-limit", "", `${bytes.length} bytes where ${bytesMax} are allowed`);
  const reader = new Reader(bytes);
  try {
    const value = read(reader);
    reader.end();
    return success(value);
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    return failure(fault.code as Code, fault.path, fault.message);
  }
}

/** P8: the value of exactly these bytes, if they are its canonical encoding. Never throws. */
export function decodeValue(bytes: Uint8Array): Result<Value, ValueError> {
  return decodeWith<Value, ValueCode>(bytes, limits.valueBytesMax, (reader) => reader.value());
}
