// A follower of one shard: it rebuilds the shard's whole stream from slices alone (O5), whoever gives them, and needs to
// trust nobody. It begins at the genesis, or at a header that is known to be final.
//
// It keeps its place and no more: what was taken is handed out. It counts the bytes that it was given, so that these can
// be set against those of all blocks.

import {
  asHeight,
  type BlockRef,
  type Electorate,
  type Failure,
  type Height,
  limits,
  orderHeaderCodec,
  type Result,
  type ShardName,
} from "@tandem/shared";
import { checkSliceRun, type FollowedBlock, type SliceCode, sliceRunCodec } from "./slices.ts";
import type { SliceRun } from "./types.ts";

/** Of the runs that were taken, as encoded. */
export interface StreamBytes {
  readonly blobs: number;
  readonly headers: number;
  /** All the rest: touches, their proofs, certificates. */
  readonly proofs: number;
}

export interface SliceRange {
  readonly shard: ShardName;
  readonly from: Height;
  readonly count: number;
}

export class ShardStream {
  readonly shard: ShardName;
  readonly #electorate: Electorate;
  #last: BlockRef;
  #bytes: StreamBytes = { blobs: 0, headers: 0, proofs: 0 };

  /** `last` is a final block up to which the stream is known; the first one is the genesis. */
  constructor(electorate: Electorate, shard: ShardName, last: BlockRef) {
    this.#electorate = electorate;
    this.shard = shard;
    this.#last = last;
  }

  /** The last block of which all is known. */
  get last(): BlockRef {
    return this.#last;
  }

  get bytes(): StreamBytes {
    return this.#bytes;
  }

  /** What to ask for now. */
  next(): SliceRange {
    return { shard: this.shard, from: asHeight(this.#last.height + 1), count: limits.sliceRunBlocksMax };
  }

  /** The blocks that follow, in order; after a run that is refused all is as before, and another peer is to be asked. */
  take(run: SliceRun): Result<readonly FollowedBlock[], Failure<SliceCode>> {
    const blocks = checkSliceRun(this.#electorate, this.#last, this.shard, run);
    if (!blocks.ok) return blocks;
    this.#bytes = addBytes(this.#bytes, bytesOf(run));
    const last = blocks.value.at(-1);
    if (last !== undefined) this.#last = { height: last.header.height, root: last.root };
    return blocks;
  }
}

function bytesOf(run: SliceRun): StreamBytes {
  const headers = run.headers.reduce((sum, header) => sum + orderHeaderCodec.type.sizeOf(header), 0);
  const blobs = run.slices.reduce((sum, slice) => sum + slice.blobs.reduce((all, blob) => all + blob.length, 0), 0);
  return { blobs, headers, proofs: sliceRunCodec.type.sizeOf(run) - blobs - headers };
}

function addBytes(a: StreamBytes, b: StreamBytes): StreamBytes {
  return { blobs: a.blobs + b.blobs, headers: a.headers + b.headers, proofs: a.proofs + b.proofs };
}
