// The body of POST /blobs/batch: blobs one behind the other, each after its length in four bytes, little endian.

import { limits } from "@tandem/shared";
import { badArgument } from "./api-error.ts";

/** Of a batch: as many as one push to a peer holds. */
const batchBlobsMax = limits.pushBlobsMax;
const lengthBytes = 4;
/** A batch of 64 KiB blobs pays for its request, and four of the largest fit. */
export const batchBytesMax = 4 * (limits.blobBytesMax + lengthBytes);

const advice = "Send each blob after its length in four bytes, little endian, as application/octet-stream.";

/** Views of the body. Whether they are blobs, each receipt says. */
export function readBatch(body: unknown): readonly Uint8Array[] {
  if (!(body instanceof Uint8Array)) throw badArgument("The body is not a batch.", advice);
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const blobs: Uint8Array[] = [];
  for (let at = 0; at < body.length; ) {
    const end = at + lengthBytes > body.length ? Number.NaN : at + lengthBytes + view.getUint32(at, true);
    if (!(end <= body.length)) throw badArgument(`Blob ${blobs.length} of the batch is cut off.`, advice);
    if (blobs.length === batchBlobsMax) throw badArgument(`A batch has at most ${batchBlobsMax} blobs.`, advice);
    blobs.push(body.subarray(at + lengthBytes, end));
    at = end;
  }
  return blobs;
}
