// How consensus handles order blocks.

import {
  attestHeaderCodec,
  BlockReader,
  equalBytes,
  isCitationOf,
  limits,
  listRoot,
  type OrderBlock,
  orderBlockCodec,
  orderHeaderCodec,
} from "@tandem/shared";

const reader = new BlockReader(orderHeaderCodec, ({ header, body }: OrderBlock) => {
  if (body.blobs.length > limits.blockBlobsMax) return false;
  if (!equalBytes(listRoot(body.blobs, limits.blockBlobsMax), header.blobsRoot)) return false;
  return isCitationOf(attestHeaderCodec, header.attested, body.citation);
});

export const orderBlockRules = {
  codec: orderBlockCodec,
  infoOf: (block: OrderBlock) => reader.infoOf(block),
  /** O8: what it cites may be what something waits for. */
  isEmpty: ({ body }: OrderBlock) => body.blobs.length === 0 && body.citation === undefined,
};

export const standsForBody = (block: OrderBlock): boolean => reader.standsForBody(block);
