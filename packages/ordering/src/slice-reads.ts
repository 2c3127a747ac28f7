// O5: slices as they are read from the store, for a client who asks about one block and for a follower who asks for the
// run of a shard from a height on.
//
// To prove a slice the touches of its whole block are hashed again, so an answer has three bounds beside its bytes:
// blocks, blobs of those blocks, and headers that lead on to a finalization. The first slice comes whatever it costs.

import {
  asHeight,
  type Height,
  isCount,
  limits,
  orderHeaderCodec,
  type Reading,
  type ShardName,
  type SliceProof,
  success,
  type TouchingBlob,
} from "@tandem/shared";
import type { OrderNetwork } from "./network.ts";
import { mustRead, proveHeader, type Read, readBlobs, readHeaders, readTip } from "./reads.ts";
import {
  blockKey,
  blockRecordCodec,
  type HeaderRecord,
  readRecord,
  touchesKey,
  touchesRecordCodec,
} from "./records.ts";
import { emptyRun, shardSliceType, touchesOf } from "./slices.ts";
import type { ShardSlice, SliceRun } from "./types.ts";

/** Which blobs of a block touch a shard, none included. */
export function* proveSlice(network: OrderNetwork, height: Height, shard: ShardName): Read<SliceProof> {
  const header = yield* proveHeader(network, height);
  if (!header.ok) return header;
  const { touches, proof } = touchesOf(yield* touchingBlobsOf(height), shard);
  return success({ header: header.value, shard, touches, namespace: proof });
}

/** What a follower asks for; `count` of blocks and `bytesMax` of slices are for this node to bound further. */
export interface SliceQuestion {
  readonly shard: ShardName;
  readonly from: Height;
  readonly count: number;
  readonly bytesMax: number;
}

/** So much of an answer that there is room for all headers, offsets and the certificate, and it always encodes. */
const slicesBytesMax = limits.sliceRunBytesMax - limits.sliceRunHeadersMax * orderHeaderCodec.bytesMax - 4096;

/** Slices of executed blocks from a height on, at least one if there is one, with headers up to a finalization. */
export function* readSliceRun(question: SliceQuestion): Reading<SliceRun> {
  const { from, count } = question;
  const tip = yield* readTip();
  if (!isCount(from) || !isCount(count) || from < 1 || from > tip.height) return emptyRun;
  const countMax = Math.min(count, limits.sliceRunBlocksMax, tip.height - from + 1);
  const slices = yield* readSlices(question, countMax);
  const records = yield* readSealed(from, slices.length);
  const certificate = records.at(-1)?.certificate;
  if (certificate === undefined || slices.length === 0) return emptyRun;
  return { headers: records.map(({ header }) => header), slices: slices.slice(0, records.length), certificate };
}

function* readSlices({ shard, from, bytesMax }: SliceQuestion, countMax: number): Reading<readonly ShardSlice[]> {
  const slices: ShardSlice[] = [];
  const allowed = Math.min(bytesMax, slicesBytesMax);
  let bytes = 0;
  let examined = 0;
  while (slices.length < countMax) {
    const blobs = yield* touchingBlobsOf(asHeight(from + slices.length));
    examined += blobs.length;
    if (slices.length > 0 && examined > limits.blockBlobsMax) break;
    const slice = yield* readSlice(blobs, shard);
    bytes += shardSliceType.sizeOf(slice);
    if (slices.length > 0 && bytes > allowed) break;
    slices.push(slice);
  }
  return slices;
}

function* readSlice(blobs: readonly TouchingBlob[], shard: ShardName): Reading<ShardSlice> {
  const { touches, proof } = touchesOf(blobs, shard);
  return { touches, proof, blobs: yield* readBlobs(touches.map(({ blob }) => blob)) };
}

/** The blobs of an executed block: roots, and the shards that they touch. */
function* touchingBlobsOf(height: Height): Reading<readonly TouchingBlob[]> {
  // The genesis orders nothing.
  if (height === 0) return [];
  const { block } = yield* mustRead(readRecord(blockKey(height), blockRecordCodec), `block ${height}`);
  const touches = yield* mustRead(readRecord(touchesKey(height), touchesRecordCodec), `touches of block ${height}`);
  return block.body.blobs.map((root, index) => ({ root, touches: touches[index] ?? [] }));
}

/** Header records that are read at once. */
const headersAhead = 32;

/**
 * Headers from a height on, `wanted` at least and then on to the first that has a finalization. Where that is too far,
 * or nothing is final yet, up to the last one before that has it.
 */
function* readSealed(from: Height, wanted: number): Reading<readonly HeaderRecord[]> {
  const found: HeaderRecord[] = [];
  const sealAt = () => found.findIndex((record, at) => at + 1 >= wanted && isFinal(record));
  while (sealAt() < 0 && found.length < limits.sliceRunHeadersMax) {
    const count = Math.min(headersAhead, limits.sliceRunHeadersMax - found.length);
    const records = yield* readHeaders(asHeight(from + found.length), count);
    if (records.length === 0) break;
    found.push(...records);
  }
  const end = sealAt() < 0 ? found.findLastIndex(isFinal) : sealAt();
  return found.slice(0, end + 1);
}

function isFinal({ certificate }: HeaderRecord): boolean {
  return certificate.kind === "finalization";
}
