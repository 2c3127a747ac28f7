// O5: slices. Whoever follows one shard is given, of each block, the blobs that touch it and a proof that these are all,
// or that there are none; and never a blob of another shard.
//
// Slices travel in runs of headers (`checkHeaderRun`). What a run says is believed for these reasons only:
//   1. its first header's parent is the last header that the follower has, each other's is the one before it;
//   2. the last header is final by a quorum of the order set;
//   3. of each slice, the touches are all of the shard's under the header's `touchesRoot`;
//   4. each blob has the root that its touch names.

import {
  type Blob,
  type BlockRef,
  blobCodec,
  bounded,
  certificateType,
  checkHeaderRun,
  codec,
  container,
  type Electorate,
  encodedBlobType,
  equalBytes,
  type Failure,
  failure,
  type HeaderRunCode,
  limits,
  list,
  type MerkleCode,
  namespaceOfShard,
  namespaceProofType,
  type OrderHeader,
  optional,
  orderHeaderCodec,
  orderHeaderType,
  type Result,
  type Root,
  type ShardName,
  success,
  type Touch,
  type TouchingBlob,
  type Type,
  touchesTree,
  touchType,
  type Verdict,
  verified,
  verifyTouches,
} from "@tandem/shared";
import type { ShardSlice, SliceRun } from "./types.ts";

export const shardSliceType: Type<ShardSlice> = container({
  touches: list(touchType, limits.blockBlobsMax),
  proof: bounded(namespaceProofType, limits.sliceProofBytesMax),
  blobs: list(encodedBlobType, limits.blockBlobsMax),
});

export const sliceRunCodec = codec<SliceRun>(
  "slice-run",
  container({
    headers: list(orderHeaderType, limits.sliceRunHeadersMax),
    slices: list(shardSliceType, limits.sliceRunBlocksMax),
    certificate: optional(certificateType),
  }),
  limits.sliceRunBytesMax,
);

export const emptyRun: SliceRun = { headers: [], slices: [], certificate: undefined };

/** Which of a block's blobs touch a shard, none included, and proof that there are no others. */
export function touchesOf(blobs: readonly TouchingBlob[], shard: ShardName): Omit<ShardSlice, "blobs"> {
  const { proof } = touchesTree(blobs).proveNamespace(namespaceOfShard(shard));
  const touches = blobs.flatMap(({ root, touches }, index) =>
    touches.includes(shard) ? [{ index, blob: root } as Touch] : [],
  );
  return { touches, proof };
}

export type SliceCode =
  | HeaderRunCode
  | MerkleCode
  | "wrong-blob" // it is not the one that its touch names
  | "malformed" // a blob does not decode
  | "wrong-shard"; // a blob does not touch the shard, whatever the header says

export interface FollowedBlob extends Touch {
  /** Encoded. */
  readonly bytes: Uint8Array;
}

/** A final block as the follower of one shard has it. */
export interface FollowedBlock {
  readonly header: OrderHeader;
  readonly root: Root;
  readonly blobs: readonly FollowedBlob[];
}

type Checked<T> = Result<T, Failure<SliceCode>>;

/** The blocks of a run that have slices; `parent` is the last block that the follower has. */
export function checkSliceRun(
  electorate: Electorate,
  parent: BlockRef,
  shard: ShardName,
  run: SliceRun,
): Checked<readonly FollowedBlock[]> {
  const { headers, slices, certificate } = run;
  if (headers.length > limits.sliceRunHeadersMax || slices.length > limits.sliceRunBlocksMax) {
    return failure("over-limit", "", `${headers.length} headers with ${slices.length} slices`);
  }
  const bodies = { name: "slices", count: slices.length };
  const roots = checkHeaderRun(electorate, orderHeaderCodec, parent, { headers, certificate, bodies });
  if (!roots.ok) return roots;
  const blocks: FollowedBlock[] = [];
  for (const [at, slice] of slices.entries()) {
    const header = headers[at] as OrderHeader;
    const blobs = checkSlice(header, shard, slice);
    if (!blobs.ok) return within(`slices[${at}]`, blobs.error);
    blocks.push({ header, root: roots.value[at] as Root, blobs: blobs.value });
  }
  return success(blocks);
}

function checkSlice(
  { touchesRoot }: OrderHeader,
  shard: ShardName,
  { touches, proof, blobs }: ShardSlice,
): Checked<readonly FollowedBlob[]> {
  if (touches.length > limits.blockBlobsMax || blobs.length !== touches.length) {
    return failure("wrong-count", "blobs", `${blobs.length} blobs for ${touches.length} touches`);
  }
  const complete = verifyTouches(touchesRoot, shard, touches, proof);
  if (!complete.ok) return within("proof", complete.error);
  const followed: FollowedBlob[] = [];
  for (const [at, touch] of touches.entries()) {
    const bytes = blobs[at] as Uint8Array;
    const wrong = checkBlob(touch, shard, bytes);
    if (!wrong.ok) return within(`blobs[${at}]`, wrong.error);
    followed.push({ ...touch, bytes });
  }
  return success(followed);
}

function checkBlob(touch: Touch, shard: ShardName, bytes: Uint8Array): Verdict<SliceCode> {
  const blob = blobCodec.decode(bytes);
  if (!blob.ok) return failure("malformed", "", blob.error.message);
  if (!equalBytes(blobCodec.root(blob.value), touch.blob)) {
    return failure("wrong-blob", "", "the blob has another root than its touch names");
  }
  return touchesShard(blob.value, shard);
}

/** What a block commits to was checked by those who voted for it (O6), so only a faulty quorum fails this. */
function touchesShard({ envelope }: Blob, shard: ShardName): Verdict<SliceCode> {
  return envelope.touches.includes(shard) ? verified : failure("wrong-shard", "", `the blob does not touch ${shard}`);
}

function within<Code extends SliceCode>(place: string, { code, path, message }: Failure<Code>) {
  const whole = path === "" ? place : `${place}.${path}`;
  return failure<SliceCode>(code, whole, `${place}: ${message}`);
}
