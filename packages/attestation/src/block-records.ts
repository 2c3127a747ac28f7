// What attest blocks leave in the store for later ones, and order blocks for them.
//
//   claim     shard, round     the attest block that has it, its root, and its exports' root    when that block is final
//   order     height           the order block's root, and the attest block that it cites       when it is final
//   fault     what is faulty   the attest block that has the evidence                           when that block is final
//   frontier  …                records of the map of frontiers (A4), one version for each height
//
// All of them stay: a program may wait for long, and then use a claim as old as itself.

import {
  type BlockRef,
  blockRefType,
  codec,
  concatBytes,
  container,
  type Height,
  heightType,
  type OrderHeader,
  type Root,
  type Round,
  rootType,
  type ShardName,
  type StoreBatch,
  type StoreRecord,
  storeBatchOf,
  utf8,
} from "@tandem/shared";
import { type Fault, faultText } from "./faults.ts";
import type { AttestedPlace, AttestState } from "./state.ts";

const kinds = { claim: 0, order: 1, fault: 2, frontier: 3 } as const;

export type Attested = Pick<AttestedPlace, "height" | "claim" | "exports">;

/** A final order block, as claims of its round see it. */
export interface OrderPlace {
  readonly root: Root;
  readonly attested: BlockRef;
}

export const attestedCodec = codec<Attested>(
  "attested-record",
  container({ height: heightType, claim: rootType, exports: rootType }),
);
export const orderPlaceCodec = codec<OrderPlace>(
  "order-place-record",
  container({ root: rootType, attested: blockRefType }),
);
export const faultRecordCodec = codec<{ readonly height: Height }>("fault-record", container({ height: heightType }));

/** Sorted by shard, then by round: a number begins with a zero byte, and a name has none. */
export function attestedKey(shard: ShardName, round: Round): Uint8Array {
  return concatBytes(Uint8Array.of(kinds.claim), utf8(shard), numberBytes(round));
}

export function orderKey(height: Height): Uint8Array {
  return concatBytes(Uint8Array.of(kinds.order), numberBytes(height));
}

export function faultKey(fault: Fault): Uint8Array {
  return concatBytes(Uint8Array.of(kinds.fault), utf8(faultText(fault)));
}

/** Before all records of the map of frontiers. */
export const frontierPrefix: Uint8Array = Uint8Array.of(kinds.frontier);

function numberBytes(number: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(number));
  return bytes;
}

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

/** What a final order block leaves for claims of its round. */
export function orderRecord({ height, attested }: OrderHeader, root: Root): StoreRecord {
  return { key: orderKey(height), value: orderPlaceCodec.encode({ root, attested }) };
}
