// What a follower gives so that others can check its claim (C2, C3). None of it is believed: it is compared with roots
// that are, or with what comes out.
//
//   of a lane     the contract's record before; the keys that its nodes touch, as a witness under the record's state
//                 root; the lists behind the lane's roots; the blobs whose programs the nodes are of
//   of a round    all pending entries of the claim before, with their blobs; the contracts of the lanes, as a witness
//                 under that claim's root; and of each lane the same as above, without blobs
//
// A round takes programs from its slices and from the pending entries, so its lanes bring none.

import {
  type Blob,
  blobCodec,
  blobIndexType,
  bounded,
  type ContractRecord,
  codec,
  comparePositions,
  container,
  contractRecordCodec,
  heightType,
  laneExportsCodec,
  laneInputsCodec,
  laneNodesCodec,
  limits,
  list,
  optional,
  type PendingEntry,
  type Position,
  pendingEntryCodec,
  type SparseWitness,
  sortedList,
  sparseWitnessCodec,
  type TimeMs,
  type Type,
  timeMsType,
} from "@tandem/shared";
import type { LaneContent } from "../round/lane-run.ts";

/** A blob and where it was ordered. */
export interface PlacedBlob extends Position {
  /** Of its block. */
  readonly timeMs: TimeMs;
  readonly blob: Blob;
}

export interface LaneWitness {
  /** Before the round; nothing if the contract did not exist. */
  readonly record: ContractRecord | undefined;
  readonly state: SparseWitness;
  readonly content: LaneContent;
}

export interface LaneMaterial {
  readonly witness: LaneWitness;
  /** Of the nodes' programs, each once, in line order. */
  readonly blobs: readonly PlacedBlob[];
}

export interface PendingBlob {
  readonly entry: PendingEntry;
  readonly placed: PlacedBlob;
}

export interface RoundMaterial {
  /** All that was pending after the claim before, in line order. */
  readonly pending: readonly PendingBlob[];
  /** The names of the lanes' contracts are read. */
  readonly contracts: SparseWitness;
  /** In the order of the claim's lanes. */
  readonly lanes: readonly LaneWitness[];
}

const mib = 1024 * 1024;

/**
 * Bytes of the blobs of a full round's programs. R4 counts 512 beside a payload, for up to twice the bytes of a block; a
 * blob takes at most 2 KiB beside it, so all of them at most four times what they count.
 */
const roundBlobsBytesMax = 4 * 2 * limits.blockBytesMax;

/** Bytes of a lane's material, of a full round: witness, inputs, exports and blobs; and nodes and places of blobs. */
const laneMaterialBytesMax = limits.witnessBytesMax + 2 * limits.laneBytesMax + roundBlobsBytesMax + 8 * mib;

/** Bytes of a round's material: what a full round takes, all lanes together, and half a thousand of the largest that wait. */
const roundMaterialBytesMax = laneMaterialBytesMax + 128 * mib;

/** Pending programs. `pendingMax` stops a shard by the frontiers that are cited (O10), and until then more come. */
const pendingCountMax = 16 * limits.pendingMax;

const placedBlobType: Type<PlacedBlob> = container({
  height: heightType,
  index: blobIndexType,
  timeMs: timeMsType,
  blob: bounded(blobCodec.type, blobCodec.bytesMax),
});

const laneContentType: Type<LaneContent> = container({
  nodes: laneNodesCodec.type,
  inputs: bounded(laneInputsCodec.type, laneInputsCodec.bytesMax),
  exports: bounded(laneExportsCodec.type, laneExportsCodec.bytesMax),
});

const witnessType = bounded(sparseWitnessCodec.type, sparseWitnessCodec.bytesMax);

const laneWitnessType: Type<LaneWitness> = container({
  record: optional(contractRecordCodec.type),
  state: witnessType,
  content: laneContentType,
});

const pendingBlobType: Type<PendingBlob> = container({
  entry: bounded(pendingEntryCodec.type, pendingEntryCodec.bytesMax),
  placed: placedBlobType,
});

export const laneMaterialCodec = codec<LaneMaterial>(
  "lane-material",
  container({ witness: laneWitnessType, blobs: sortedList(placedBlobType, limits.laneItemsMax, comparePositions) }),
  laneMaterialBytesMax,
);

export const roundMaterialCodec = codec<RoundMaterial>(
  "round-material",
  container({
    pending: sortedList(pendingBlobType, pendingCountMax, (a, b) => comparePositions(a.placed, b.placed)),
    contracts: witnessType,
    lanes: list(laneWitnessType, limits.lanesMax),
  }),
  roundMaterialBytesMax,
);
