// Sizes on the wire, in bytes: near enough for links of limited bandwidth. A blob's root stands for each item (O6).

import type { Message } from "@tandem/consensus";
import type { SliceRun } from "@tandem/ordering";
import type { AttestBlock, OrderBlock } from "@tandem/shared";
import type { LabMessage } from "./words.ts";

const voteBytes = 160;
const blockBytes = 80;
const rootBytes = 32;
const smallBytes = 24;
/** Eight levels of a large map; an entry is smaller. */
const partBytes = 16_384;
const headerBytes = 360;
const namespaceNodeBytes = 90;
const touchBytes = 36;
/** An attestation of a claim with a few sources and lanes. */
const itemBytes = 700;
const affirmationBytes = 200;

export function sizeOf(message: LabMessage): number {
  switch (message.kind) {
    case "blobs":
    case "found":
      return smallBytes + bytesOf(message.blobs);
    case "received":
    case "want-slices":
      return smallBytes;
    case "want":
      return smallBytes + rootBytes * message.roots.length;
    case "slices":
      return smallBytes + sliceRunBytes(message.run);
    case "attest":
      return votesBytes(message.message, attestBlockBytes);
    case "affirmations":
      return smallBytes + affirmationBytes * message.affirmations.length;
    case "want-content":
      return smallBytes + rootBytes;
    case "content":
      return smallBytes + (message.content?.length ?? 0);
    case "want-state":
      return smallBytes + 2 * rootBytes;
    case "state":
      return message.part === undefined ? smallBytes : partBytes;
    default:
      return votesBytes(message, orderBlockBytes);
  }
}

/** What consensus says, about blocks of such a size. */
function votesBytes<Block>(message: Message<Block>, bytesOfBlock: (block: Block) => number): number {
  switch (message.kind) {
    case "proposal":
      return bytesOfBlock(message.proposal.block) + certificateBytes(message.proposal.parent) + 96;
    case "vote":
      return voteBytes;
    case "certificate":
      return certificateBytes(message.certificate);
    case "reason":
      return smallBytes;
    case "request":
      return smallBytes + rootBytes;
    case "answer": {
      let bytes = smallBytes;
      for (const { block, certificate } of message.blocks) bytes += bytesOfBlock(block) + certificateBytes(certificate);
      for (const certificate of message.certificates) bytes += certificateBytes(certificate);
      return bytes;
    }
  }
}

function orderBlockBytes({ body }: OrderBlock): number {
  return blockBytes + rootBytes * body.blobs.length;
}

function attestBlockBytes({ body }: AttestBlock): number {
  return blockBytes + itemBytes * body.items.length;
}

function sliceRunBytes({ headers, slices, certificate }: SliceRun): number {
  let bytes = headerBytes * headers.length + certificateBytes(certificate);
  for (const { proof, touches, blobs } of slices)
    bytes +=
      namespaceNodeBytes * (proof.left.length + proof.right.length) + touchBytes * touches.length + bytesOf(blobs);
  return bytes;
}

function bytesOf(blobs: readonly Uint8Array[]): number {
  return blobs.reduce((bytes, blob) => bytes + blob.length, 0);
}

function certificateBytes(certificate: { readonly bitmap: readonly boolean[] } | undefined): number {
  return certificate === undefined ? 0 : voteBytes + (certificate.bitmap.length >> 3) + 1;
}
