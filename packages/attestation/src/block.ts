// How consensus handles attest blocks.

import {
  type AttestBlock,
  attestBlockCodec,
  attestHeaderCodec,
  attestItemsCodec,
  BlockReader,
  equalBytes,
  isCitationOf,
  limits,
  orderHeaderCodec,
} from "@tandem/shared";

const reader = new BlockReader(attestHeaderCodec, ({ header, body }: AttestBlock) => {
  if (body.items.length > limits.attestItemsMax) return false;
  if (!equalBytes(attestItemsCodec.root(body.items), header.attestationsRoot)) return false;
  return isCitationOf(orderHeaderCodec, header.order, body.citation);
});

export const attestBlockRules = {
  codec: attestBlockCodec,
  infoOf: (block: AttestBlock) => reader.infoOf(block),
  /** O8: what it cites without an item is of no use yet. */
  isEmpty: ({ body }: AttestBlock) => body.items.length === 0,
};

export const standsForBody = (block: AttestBlock): boolean => reader.standsForBody(block);
