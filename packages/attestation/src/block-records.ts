// What attest blocks leave in the store for later ones.
//
//   claim     shard, round     the attest block that has it, its root, and its exports' root    when that block is final
//   fault     what is faulty   the attest block that has the evidence                           when that block is final
//   frontier  …                records of the map of frontiers (A4), one version for each height
//
// All of them stay: a program may wait for long, and then use a claim as old as itself. What later blocks need to know of
// order blocks is in the order chain's own records (`OrderPlaces`).

import {
  codec,
  concatBytes,
  container,
  decodeRecord,
  equalBytes,
  type Height,
  heightType,
  numberBytes,
  type Reading,
  type Root,
  type Round,
  rootType,
  type ShardName,
  type StoreBatch,
  storeBatchOf,
  utf8,
} from "@tandem/shared";
import { type Fault, faultText } from "./faults.ts";
import type { AttestedPlace, AttestState } from "./state.ts";

const kinds = { claim: 32, fault: 33, frontier: 34 } as const;

export type Attested = Pick<AttestedPlace, "height" | "claim" | "exports">;

export const attestedCodec = codec<Attested>(
  "attested-record",
  container({ height: heightType, claim: rootType, exports: rootType }),
);
export const faultRecordCodec = codec<{ readonly height: Height }>("fault-record", container({ height: heightType }));

/** Sorted by shard, then by round: a number begins with a zero byte, and a name has none. */
export function attestedKey(shard: ShardName, round: Round): Uint8Array {
  return concatBytes(Uint8Array.of(kinds.claim), utf8(shard), numberBytes(round));
}

export function faultKey(fault: Fault): Uint8Array {
  return concatBytes(Uint8Array.of(kinds.fault), utf8(faultText(fault)));
}

/** Before all records of the map of frontiers. */
export const frontierPrefix: Uint8Array = Uint8Array.of(kinds.frontier);

/** What a final attest block leaves. Blocks are stored in order of height. */
export function attestBatch({ claims, faults, height, frontiers, before }: AttestState): StoreBatch {
  const map = storeBatchOf(before.map, frontiers.map);
  const puts = [
    ...claims.map((place) => ({
      key: attestedKey(place.shard, place.round),
      value: attestedCodec.encode(place),
    })),
    ...faults.map((fault) => ({ key: faultKey(fault), value: faultRecordCodec.encode({ height }) })),
    ...map.puts.map(({ key, value }) => ({ key: concatBytes(frontierPrefix, key), value })),
  ];
  return { puts, deletes: [] };
}

/** A3: whether a final block has this very claim for its round. */
export function* isAttested(
  shard: ShardName,
  { round, root }: { readonly round: Round; readonly root: Root },
): Reading<boolean> {
  const [record] = yield [attestedKey(shard, round)];
  return record !== undefined && equalBytes(decodeRecord(attestedCodec, record).claim, root);
}

/** S10: whether a final block has evidence of it. */
export function* readProven(fault: Fault): Reading<boolean> {
  const [record] = yield [faultKey(fault)];
  return record !== undefined;
}
