// Everything that `tandem decode` can read: each codec that `shared` exports, under its own name.

import type { Codec } from "@tandem/shared";
import * as shared from "@tandem/shared";

export interface Kind {
  readonly name: string;
  readonly bytesMax: number;
  readonly decode: Codec<unknown>["decode"];
  readonly root: (value: unknown) => Uint8Array;
}

export const kinds: ReadonlyMap<string, Kind> = new Map(
  (Object.values(shared) as unknown[])
    .filter(isCodec)
    .map((codec): [string, Kind] => [codec.name, codec])
    .sort(([a], [b]) => (a < b ? -1 : 1)),
);

function isCodec(exported: unknown): exported is Codec<unknown> {
  if (typeof exported !== "object" || exported === null) return false;
  return "decode" in exported && "root" in exported && "bytesMax" in exported && "name" in exported;
}
