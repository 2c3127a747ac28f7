// Sizes on the wire, in bytes: near enough for links of limited bandwidth. A blob's root stands for each item (O6).

import type { LabMessage } from "./words.ts";

const voteBytes = 160;
const blockBytes = 80;
const rootBytes = 32;
const smallBytes = 24;

export function sizeOf(message: LabMessage): number {
  switch (message.kind) {
    case "proposal":
      return (
        blockBytes +
        rootBytes * message.proposal.block.body.blobs.length +
        certificateBytes(message.proposal.parent) +
        96
      );
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
      for (const { block, certificate } of message.blocks)
        bytes += blockBytes + rootBytes * block.body.blobs.length + certificateBytes(certificate);
      for (const certificate of message.certificates) bytes += certificateBytes(certificate);
      return bytes;
    }
  }
}

function certificateBytes(certificate: { readonly bitmap: readonly boolean[] } | undefined): number {
  return certificate === undefined ? 0 : voteBytes + (certificate.bitmap.length >> 3) + 1;
}
