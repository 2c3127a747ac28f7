// Everything that `tandem decode` can read: each codec that `shared` exports, under its own name, and the two
// encodings that are CBOR and therefore have no root.

import type { Codec, Failure, Result } from "@tandem/shared";
import * as shared from "@tandem/shared";

export interface Kind {
  readonly name: string;
  readonly bytesMax: number;
  readonly decode: (bytes: Uint8Array) => Result<unknown, Failure>;
  readonly root?: (value: unknown) => Uint8Array;
}

const { limits, decodeProgram, decodeValue } = shared;
const cborKinds: readonly Kind[] = [
  { name: "program", bytesMax: limits.payloadBytesMax, decode: decodeProgram },
  { name: "value", bytesMax: limits.valueBytesMax, decode: decodeValue },
];

export const kinds: ReadonlyMap<string, Kind> = new Map(
  [...(Object.values(shared) as unknown[]).filter(isCodec), ...cborKinds]
    .map((kind): [string, Kind] => [kind.name, kind])
    .sort(([a], [b]) => (a < b ? -1 : 1)),
);

function isCodec(exported: unknown): exported is Codec<unknown> {
  if (typeof exported !== "object" || exported === null) return false;
  return "decode" in exported && "root" in exported && "bytesMax" in exported && "name" in exported;
}
