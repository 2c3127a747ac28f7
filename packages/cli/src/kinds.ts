// Everything that `tandem decode` can read: each public encoding of `shared`, what peers and followers are told, parts of snapshots, and the two
// that are CBOR and therefore have no root.

import { attestRunCodec, claimContentCodec, snapshotPartCodec } from "@tandem/attestation";
import { sliceRunCodec } from "@tandem/ordering";
import { replicaMessageCodec } from "@tandem/replica";
import { codecs, decodeProgram, decodeValue, type Failure, limits, type Result } from "@tandem/shared";

export interface Kind {
  readonly name: string;
  readonly bytesMax: number;
  readonly decode: (bytes: Uint8Array) => Result<unknown, Failure>;
  readonly root?: (value: unknown) => Uint8Array;
}

const cborKinds: readonly Kind[] = [
  { name: "program", bytesMax: limits.payloadBytesMax, decode: decodeProgram },
  { name: "value", bytesMax: limits.valueBytesMax, decode: decodeValue },
];

export const kinds: ReadonlyMap<string, Kind> = new Map(
  [...codecs, replicaMessageCodec, sliceRunCodec, attestRunCodec, claimContentCodec, snapshotPartCodec, ...cborKinds]
    .map((kind): [string, Kind] => [kind.name, kind])
    .sort(([a], [b]) => (a < b ? -1 : 1)),
);
