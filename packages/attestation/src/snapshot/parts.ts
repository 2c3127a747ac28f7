// C3: a snapshot of a shard, as a stream of parts in one order. Whoever takes them one after the other never holds the whole
// of it. The same state gives the same parts, wherever they are made from it.
//
//   head                        network, shard, and the proof that its claim was attested (A3)
//   content                     the claim with its exports (C5)
//   contracts                   names and records, in the order of their paths; behind each such part, of its contracts
//     state …                   with a state, in the same order, all entries in the order of their paths
//   pending …                   entries of pending programs (C3), by the paths of their positions
//   end                         how many parts there were, so that one that was cut short is told from a whole one
//
// Blobs are not in it: those of pending programs are in the order chain, which a follower has anyway.

import type { NamedRecord } from "@tandem/execution";
import {
  type AttestationProof,
  attestationProofCodec,
  bounded,
  byteList,
  type Codec,
  codec,
  container,
  contractNameType,
  contractRecordCodec,
  limits,
  list,
  type PendingEntry,
  type Position,
  pendingEntryCodec,
  positionCodec,
  type Root,
  rootType,
  type ShardName,
  shardNameType,
  type Type,
  uint53,
  union,
} from "@tandem/shared";
import { type ClaimContent, claimContentCodec } from "../content/claim-content.ts";

export interface SnapshotHead {
  readonly network: Root;
  readonly shard: ShardName;
  readonly proof: AttestationProof;
}

export interface StateEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

export interface StatePart {
  readonly contract: NamedRecord["name"];
  readonly entries: readonly StateEntry[];
}

export interface PendingItem {
  readonly position: Position;
  readonly entry: PendingEntry;
}

export type SnapshotPart =
  | { readonly kind: "head"; readonly value: SnapshotHead }
  | { readonly kind: "content"; readonly value: ClaimContent }
  | { readonly kind: "contracts"; readonly value: readonly NamedRecord[] }
  | { readonly kind: "state"; readonly value: StatePart }
  | { readonly kind: "pending"; readonly value: readonly PendingItem[] }
  | { readonly kind: "end"; readonly value: { readonly parts: number } };

export const snapshotLimits = {
  /** Items of a part: a few hundred bytes each. */
  partItemsMax: 1024,
  /** Encoded bytes of a part: a claim's content (17 MiB) or one pending entry (16 MiB), and what is around it. */
  partBytesMax: claimContentCodec.bytesMax + 1024,
  /**
   * Contracts of a shard: what makes their maps the latest is written in one batch with the shard's record, some 430 bytes
   * for each, and a batch of a store has up to 64 MiB.
   */
  contractsMax: 131_072,
} as const;

/** What a writer puts into one part; an item that is larger has a part for itself. */
export interface PartBounds {
  readonly itemsMax: number;
  /** Encoded bytes of items. */
  readonly bytesMax: number;
}

export const usualBounds: PartBounds = { itemsMax: snapshotLimits.partItemsMax, bytesMax: 1024 * 1024 };

const items = <T>(type: Type<T>) => list(type, snapshotLimits.partItemsMax);
const namedRecordType: Type<NamedRecord> = container({ name: contractNameType, record: contractRecordCodec.type });
const stateEntryType: Type<StateEntry> = container({
  key: byteList(limits.keyBytesMax, 1),
  value: byteList(limits.valueBytesMax),
});
const pendingItemType: Type<PendingItem> = container({
  position: positionCodec.type,
  entry: bounded(pendingEntryCodec.type, pendingEntryCodec.bytesMax),
});

export const snapshotPartCodec: Codec<SnapshotPart> = codec<SnapshotPart>(
  "snapshot-part",
  union({
    head: container({ network: rootType, shard: shardNameType, proof: attestationProofCodec.type }),
    content: bounded(claimContentCodec.type, claimContentCodec.bytesMax),
    contracts: items(namedRecordType),
    state: container({ contract: contractNameType, entries: items(stateEntryType) }),
    pending: items(pendingItemType),
    end: container({ parts: uint53 }),
  }),
  snapshotLimits.partBytesMax,
);
