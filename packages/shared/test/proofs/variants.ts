// What somebody could make of an honest proof by changing little: bytes, and the order and place of its parts.

import type { Codec } from "../../src/ssz/index.ts";
import { rearranged } from "../merkle/tampering.ts";

export interface Variant {
  readonly how: string;
  readonly bytes: Uint8Array;
}

/** Other values that the byte at a place takes in turn. */
export type OtherValues = (byte: number, at: number) => readonly number[];

/** One for each byte: its lowest bit, its highest bit or all bits are turned. */
export const oneOther: OtherValues = (byte, at) => [byte ^ ([0x01, 0x80, 0xff][at % 3] as number)];
export const everyBit: OtherValues = (byte) => Array.from({ length: 8 }, (_, bit) => byte ^ (1 << bit));
export const allOthers: OtherValues = (byte) => Array.from({ length: 255 }, (_, i) => (byte + i + 1) % 256);

export function* byteVariants(valid: Uint8Array, othersOf: OtherValues): Generator<Variant> {
  for (let at = 0; at < valid.length; at++) {
    for (const other of othersOf(valid[at] as number, at)) {
      const bytes = valid.slice();
      bytes[at] = other;
      yield { how: `byte ${at} is ${other}, not ${valid[at]}`, bytes };
    }
    yield { how: `cut to ${at} bytes`, bytes: valid.slice(0, at) };
  }
  for (const more of [[0], [1], [0xff], new Array(32).fill(0), valid]) {
    yield { how: `${more.length} bytes after it`, bytes: Uint8Array.from([...valid, ...more]) };
    yield { how: `${more.length} bytes before it`, bytes: Uint8Array.from([...more, ...valid]) };
  }
}

interface Changed {
  readonly how: string;
  readonly value: unknown;
}

/** Items of each list dropped, doubled and exchanged; fields of each record exchanged. */
function* rearrangements(value: unknown, path: string): Generator<Changed> {
  if (value instanceof Uint8Array) {
    yield* rearrangedHashes(value, path);
  } else if (Array.isArray(value)) {
    for (const [number, items] of rearranged(value).entries())
      yield { how: `${path} rearranged, ${number}`, value: items };
    for (const [at, item] of value.entries()) {
      yield* within(rearrangements(item, `${path}[${at}]`), (changed) => value.with(at, changed));
    }
  } else if (typeof value === "object" && value !== null) {
    yield* exchangedFields(value, path);
    for (const [name, field] of Object.entries(value)) {
      yield* within(rearrangements(field, `${path}.${name}`), (changed) => ({ ...value, [name]: changed }));
    }
  }
}

function* within(inner: Generator<Changed>, wrap: (value: unknown) => unknown): Generator<Changed> {
  for (const { how, value } of inner) yield { how, value: wrap(value) };
}

/** Some lists of hashes are one string of bytes. */
function* rearrangedHashes(bytes: Uint8Array, path: string): Generator<Changed> {
  if (bytes.length % 32 !== 0) return;
  const hashes = Array.from({ length: bytes.length / 32 }, (_, at) => bytes.subarray(32 * at, 32 * at + 32));
  for (const [number, items] of rearranged(hashes).entries()) {
    yield {
      how: `hashes of ${path} rearranged, ${number}`,
      value: Uint8Array.from(items.flatMap((hash) => [...hash])),
    };
  }
}

function* exchangedFields(record: object, path: string): Generator<Changed> {
  const fields = Object.entries(record);
  for (const [at, [one, first]] of fields.entries()) {
    for (const [other, second] of fields.slice(at + 1)) {
      yield { how: `${path}: ${one} and ${other} exchanged`, value: { ...record, [one]: second, [other]: first } };
    }
  }
}

/** Parts of `value` replaced by what stands in their place in `other`. */
function* grafts(value: unknown, other: unknown, path: string): Generator<Changed> {
  yield { how: `${path} of another proof`, value: other };
  const isRecord = (part: unknown) => typeof part === "object" && part !== null && !(part instanceof Uint8Array);
  if (!isRecord(value) || !isRecord(other)) return;
  for (const [name, field] of Object.entries(value as object)) {
    const inner = grafts(field, (other as Record<string, unknown>)[name], `${path}.${name}`);
    if (Array.isArray(value)) yield* within(inner, (changed) => value.with(Number(name), changed));
    else yield* within(inner, (changed) => ({ ...(value as object), [name]: changed }));
  }
}

/** Those of the changed values that have an encoding: the others cannot be sent. */
function* encoded(codec: Codec<unknown>, valid: unknown, changes: Iterable<Changed>): Generator<Variant> {
  const original = Buffer.from(codec.encode(valid));
  for (const { how, value } of changes) {
    const bytes = tryEncode(codec, value);
    if (bytes !== undefined && Buffer.compare(original, bytes) !== 0) yield { how, bytes };
  }
}

function tryEncode(codec: Codec<unknown>, value: unknown): Uint8Array | undefined {
  try {
    return codec.encode(value);
  } catch {
    return undefined;
  }
}

export function rearrangedVariants(codec: Codec<unknown>, proof: unknown): Generator<Variant> {
  return encoded(codec, proof, rearrangements(proof, codec.name));
}

export function graftedVariants(codec: Codec<unknown>, proof: unknown, other: unknown): Generator<Variant> {
  return encoded(codec, proof, grafts(proof, other, codec.name));
}
