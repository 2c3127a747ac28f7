// How large a value is, for who keeps it or works through it. Each part is charged before it is looked at (P7).

import type { Meter, Value } from "@tandem/shared";

/** Units for a part of a value: a scalar, a list, a map, a key of one. */
const partUnits = 5;
/** Bytes of text, bytes or integers that a unit pays for. */
const bytesPerUnit = 8;
/** At least what a head takes in the encoding of a value (P8). */
const headBytes = 9;

/** No less than the encoded bytes of a value; infinite if it is deeper. */
export function sizeOf(value: Value, meter: Meter, depthMax: number): number {
  meter.charge(partUnits);
  if (depthMax === 0) return Number.POSITIVE_INFINITY;
  if (typeof value === "bigint") return 4 * headBytes;
  if (typeof value === "string") return sizeOfBytes(3 * value.length, meter);
  if (value instanceof Uint8Array) return sizeOfBytes(value.length, meter);
  if (value instanceof Map) return sizeOfMap(value, meter, depthMax);
  return Array.isArray(value) ? sizeOfList(value, meter, depthMax) : headBytes;
}

function sizeOfBytes(length: number, meter: Meter): number {
  meter.charge(Math.ceil(length / bytesPerUnit));
  return headBytes + length;
}

function sizeOfList(list: readonly Value[], meter: Meter, depthMax: number): number {
  let size = headBytes;
  for (const item of list) size += sizeOf(item, meter, depthMax - 1);
  return size;
}

function sizeOfMap(map: ReadonlyMap<string, Value>, meter: Meter, depthMax: number): number {
  let size = headBytes;
  for (const [key, item] of map) size += sizeOf(key, meter, depthMax) + sizeOf(item, meter, depthMax - 1);
  return size;
}
