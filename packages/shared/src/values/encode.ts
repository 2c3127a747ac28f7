import { assert } from "../assert.ts";
import { limits } from "../limits.ts";
import { failure, type Result, success } from "../result.ts";
import { Fault } from "./reader.ts";
import type { Value, ValueCode, ValueError } from "./value.ts";
import { Writer } from "./writer.ts";

/**
 * P8: the canonical encoding of what an environment returned, if it is a value: whatever the types promised.
 * Environments are reviewed code (P9): an object made to pose as a list, map or bytes (`Object.create(Map.prototype)`,
 * a proxy) may make this throw.
 */
export function tryEncodeValue(value: unknown): Result<Uint8Array, ValueError> {
  const writer = new Writer(limits.valueBytesMax);
  try {
    writer.value(value);
    return success(writer.result());
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    return failure(fault.code as ValueCode, fault.path, fault.message);
  }
}

/** Why something is no value within the limits, or nothing if it is one. */
export function checkValue(value: unknown): ValueError | undefined {
  const encoded = tryEncodeValue(value);
  return encoded.ok ? undefined : encoded.error;
}

/** The canonical encoding of a value of ours. */
export function encodeValue(value: Value): Uint8Array {
  const encoded = tryEncodeValue(value);
  assert(encoded.ok, encoded.ok ? "" : `no value${encoded.error.path}: ${encoded.error.message}`);
  return encoded.value;
}
