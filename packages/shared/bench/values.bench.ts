// Values and their encoding beside the plain CBOR library, on the same bytes. It gives numbers where ours gives
// bigint, and checks less: neither the order of keys nor, within 64 bits, the form of bignums.

import { type DecodeOptions, decode, encode } from "cborg";
import { bigIntDecoder, bigIntEncoder, bigNegIntDecoder } from "cborg/taglib";
import type { Bench } from "../../../scripts/bench/measure.ts";
import { decodeValue } from "../src/values/decode.ts";
import { encodeValue } from "../src/values/encode.ts";
import type { Value } from "../src/values/value.ts";

export const area = "shared";

export const strictest: DecodeOptions = {
  useMaps: true,
  strict: true,
  allowIndefinite: false,
  allowUndefined: false,
  rejectDuplicateMapKeys: true,
  tags: { 2: bigIntDecoder, 3: bigNegIntDecoder },
};

function transfer(index: number): Value {
  return new Map<string, Value>([
    ["amount", BigInt(index) * 1_000_003n],
    ["from", `alice-${index}`],
    ["to", "bob-the-builder"],
    ["memo", `invoice ${index} of this month`],
    ["paid", index % 2 === 0],
    ["id", new Uint8Array(32).fill(index)],
  ]);
}

const samples: readonly (readonly [name: string, value: Value])[] = [
  ["a record", transfer(7)],
  ["200 records", Array.from({ length: 200 }, (_, index) => transfer(index))],
  ["4,000 integers", Array.from({ length: 4000 }, (_, index) => BigInt(77 * index))],
  ["500 256-bit words", Array.from({ length: 500 }, (_, index) => (1n << 250n) + BigInt(index))],
  ["500 texts", Array.from({ length: 500 }, (_, index) => `the quick brown fox jumps over the lazy dog ${index}`)],
  ["100 byte strings", Array.from({ length: 100 }, (_, index) => new Uint8Array(500).fill(index))],
];

export default async function values(bench: Bench): Promise<void> {
  for (const [name, value] of samples) {
    const bytes = encodeValue(value);
    const items = bytes.length / 1e6;
    const ours = { items, run: () => void decodeValue(bytes) };
    await bench.rate(`decode ${name}`, "MB/s", ours, { items, run: () => void decode(bytes, strictest) });
  }
  for (const [name, value] of samples) {
    const items = encodeValue(value).length / 1e6;
    const ours = { items, run: () => void encodeValue(value) };
    const options = { typeEncoders: { bigint: bigIntEncoder } };
    await bench.rate(`encode ${name}`, "MB/s", ours, { items, run: () => void encode(value, options) });
  }
}
