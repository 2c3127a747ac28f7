// What records of all kinds, of both chains, are made of.

import { StoreFault } from "./sparse/index.ts";
import type { Codec } from "./ssz/index.ts";

/** Of keys: big-endian, so that records are sorted by it. */
export function numberBytes(number: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(number));
  return bytes;
}

/** A record that does not decode was not written by us: the world failed. */
export function decodeRecord<T>({ decode, name }: Codec<T>, record: Uint8Array): T {
  const value = decode(record);
  if (!value.ok) throw new StoreFault("bad-record", `${name}: ${value.error.message}`);
  return value.value;
}
