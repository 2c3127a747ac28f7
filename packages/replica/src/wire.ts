// Messages between peers as bytes: the number of the kind, then the SSZ container of its fields. A message has exactly one
// encoding, and what is not one is refused with a code: unknown kinds, bytes left over, offsets that are not tight.
//
// Bounds    S11: each list has a limit of `limits`, and so have the encoded bytes of those whose items vary in size; they
//           are what an honest peer sends at most. What is longer is refused before it is looked at.
// Blobs     They travel encoded, as they are held: they are bytes here, copied and not looked into.
// Memory    Reading copies: no part of a message shares memory with the bytes that it was read from. So a frame may be used
//           again at once, and one small blob that is kept for long does not keep the frame of many that it came with.
// Numbers   The high half of the byte says who speaks: 0 consensus of the order chain, 1 ordering. What joins takes halves of
//           its own; a number that was given is never given again.

import type { CertifiedBlock, Proposal, Request } from "@tandem/consensus";
import { sliceRunCodec } from "@tandem/ordering";
import {
  boolean,
  bounded,
  type Codec,
  certificateType,
  codec,
  container,
  type DecodeError,
  encodedBlobType,
  heightType,
  limits,
  list,
  type OrderBlock,
  optional,
  orderBlockCodec,
  type Result,
  rootType,
  shardNameType,
  signatureType,
  type Type,
  uint53,
  union,
  viewType,
  voteType,
} from "@tandem/shared";
import type { ReplicaMessage } from "./types.ts";

/** For each kind of a message the type of what stands beside `kind`. */
type Bodies<Message extends { readonly kind: string }> = {
  readonly [Kind in Message["kind"]]: Type<Omit<Extract<Message, { readonly kind: Kind }>, "kind">>;
};

type Numbers<Message extends { readonly kind: string }> = { readonly [Kind in Message["kind"]]: number };

/** One of several containers; in memory its fields stand beside `kind`. */
function tagged<Message extends { readonly kind: string }>(
  bodies: Bodies<Message>,
  numbers: Numbers<Message>,
): Type<Message> {
  const type = union<Readonly<Record<string, Type<unknown>>>>(bodies, numbers);
  // A container looks at its own fields alone, so the message can stand for its body.
  const toOption = (message: Message) => ({ kind: message.kind, value: message });
  return {
    ...type,
    sizeOf: (message) => type.sizeOf(toOption(message)),
    write: (message, output, offset) => type.write(toOption(message), output, offset),
    read(input, start, end) {
      const { kind, value } = type.read(input, start, end);
      return { kind, ...(value as object) } as unknown as Message;
    },
    rootInto: (message, output, offset) => type.rootInto(toOption(message), output, offset),
  };
}

/** Of each item of a list whose items vary in size. */
const offsetBytes = 4;

const proposalType: Type<Proposal<OrderBlock>> = container({
  block: orderBlockCodec.type,
  parent: optional(certificateType),
  signature: signatureType,
});

const requestType: Type<Request> = tagged<Request>(
  {
    certificates: container({ from: viewType, to: viewType }),
    block: container({ root: rootType }),
    chain: container({ from: heightType }),
  },
  { certificates: 1, block: 2, chain: 3 },
);

const certifiedBlockType: Type<CertifiedBlock<OrderBlock>> = container({
  block: orderBlockCodec.type,
  certificate: certificateType,
});

const answerBlocksType = bounded(
  list(certifiedBlockType, limits.answerBlocksMax),
  limits.answerBytesMax + offsetBytes * limits.answerBlocksMax,
);

function blobsType(countMax: number, bytesMax: number): Type<readonly Uint8Array[]> {
  return bounded(list(encodedBlobType, countMax), bytesMax + offsetBytes * countMax);
}

const bodies: Bodies<ReplicaMessage> = {
  proposal: container({ proposal: proposalType }),
  vote: container({ vote: voteType }),
  certificate: container({ certificate: certificateType }),
  reason: container({ view: viewType, isBeat: boolean }),
  request: container({ id: uint53, request: requestType }),
  answer: container({
    id: uint53,
    blocks: answerBlocksType,
    certificates: list(certificateType, limits.answerCertificatesMax),
  }),
  blobs: container({ batch: uint53, blobs: blobsType(limits.pushBlobsMax, limits.pushBytesMax) }),
  received: container({ batch: uint53 }),
  want: container({ id: uint53, roots: list(rootType, limits.wantRootsMax) }),
  found: container({ id: uint53, blobs: blobsType(limits.wantRootsMax, limits.foundBytesMax) }),
  // Whoever asks for more blocks than fit into an answer is given fewer.
  "want-slices": container({ id: uint53, shard: shardNameType, from: heightType, count: uint53 }),
  slices: container({ id: uint53, run: bounded(sliceRunCodec.type, limits.sliceRunBytesMax) }),
};

const numbers: Numbers<ReplicaMessage> = {
  proposal: 0x01,
  vote: 0x02,
  certificate: 0x03,
  reason: 0x04,
  request: 0x05,
  answer: 0x06,
  blobs: 0x11,
  received: 0x12,
  want: 0x13,
  found: 0x14,
  "want-slices": 0x15,
  slices: 0x16,
};

export const replicaMessageCodec: Codec<ReplicaMessage> = codec("replica-message", tagged(bodies, numbers));

/**
 * Bytes of the longest message: an answer with slices, of which one always comes whole, however large its block. Proposals
 * are far below: they carry roots.
 */
export const messageBytesMax: number = replicaMessageCodec.bytesMax;

/** Of what is within the limits: our own machine sends nothing else. */
export function encodeMessage(message: ReplicaMessage): Uint8Array {
  return replicaMessageCodec.encode(message);
}

/** Strict, and it never throws. */
export function decodeMessage(bytes: Uint8Array): Result<ReplicaMessage, DecodeError> {
  return replicaMessageCodec.decode(bytes);
}
