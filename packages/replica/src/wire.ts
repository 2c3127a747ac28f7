// Messages between peers as bytes: the number of the kind, then the SSZ container of its fields. A message has exactly one
// encoding, and what is not one is refused with a code: unknown kinds, bytes left over, offsets that are not tight.
//
// Bounds    S11: each list has a limit of `limits`, and so have the encoded bytes of those whose items vary in size; they
//           are what an honest peer sends at most. What is longer is refused before it is looked at.
// Blobs     They travel encoded, as they are held: they are bytes here, copied and not looked into.
// Memory    Reading copies: no part of a message shares memory with the bytes that it was read from. So a frame may be used
//           again at once, and one small blob that is kept for long does not keep the frame of many that it came with.
// Numbers   The high half of the byte says who speaks: 0 consensus of the order chain, 1 ordering, 2 consensus of the attest
//           chain, 3 attestation. What joins takes halves of its own; a number that was given is never given again.

import { type AttestMessage, claimContentCodec, stateType, wantStateType } from "@tandem/attestation";
import type { CertifiedBlock, Message, Proposal, Request } from "@tandem/consensus";
import { type OrderMessage, sliceRunCodec } from "@tandem/ordering";
import {
  type AttestBlock,
  affirmationType,
  attestBlockCodec,
  boolean,
  bounded,
  byteList,
  type Codec,
  certificateCodec,
  certificateType,
  codec,
  container,
  type DecodeError,
  encodedBlobType,
  heightType,
  limits,
  list,
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
import type { AttestVoteMessage, ReplicaMessage } from "./types.ts";

/** For each kind of a message the type of what stands beside `kind`. */
type Bodies<Message extends { readonly kind: string }> = {
  readonly [Kind in Message["kind"]]: Type<Omit<Extract<Message, { readonly kind: Kind }>, "kind">>;
};

type Numbers<Message extends { readonly kind: string }> = { readonly [Kind in Message["kind"]]: number };

/** A message as one of several containers, and back. */
interface Naming<Message> {
  optionOf(message: Message): Option;
  messageOf(option: Option): Message;
}

interface Option {
  readonly kind: string;
  /** A container looks at its own fields alone, so a message can stand for its body. */
  readonly value: unknown;
}

/** In memory the fields stand beside `kind`. */
function beside<Message extends { readonly kind: string }>(): Naming<Message> {
  return {
    optionOf: (message) => ({ kind: message.kind, value: message }),
    messageOf: ({ kind, value }) => ({ kind, ...(value as object) }) as unknown as Message,
  };
}

function tagged<Message>(
  bodies: Readonly<Record<string, Type<unknown>>>,
  numbers: Readonly<Record<string, number>>,
  { optionOf, messageOf }: Naming<Message>,
): Type<Message> {
  const type = union(bodies, numbers);
  return {
    ...type,
    sizeOf: (message) => type.sizeOf(optionOf(message)),
    write: (message, output, offset) => type.write(optionOf(message), output, offset),
    read: (input, start, end) => messageOf(type.read(input, start, end)),
    rootInto: (message, output, offset) => type.rootInto(optionOf(message), output, offset),
  };
}

/** Of each item of a list whose items vary in size. */
const offsetBytes = 4;

const requestBodies: Bodies<Request> = {
  certificates: container({ from: viewType, to: viewType }),
  block: container({ root: rootType }),
  chain: container({ from: heightType }),
};

const requestType = tagged(requestBodies, { certificates: 1, block: 2, chain: 3 }, beside<Request>());

/** What the consensus of a chain says; an answer has blocks of so many bytes. */
function consensusBodies<Block>(block: Type<Block>, answerBytesMax: number): Bodies<Message<Block>> {
  const proposal: Type<Proposal<Block>> = container({
    block,
    parent: optional(certificateType),
    signature: signatureType,
  }) as Type<Proposal<Block>>;
  const certified = container({ block, certificate: certificateType }) as Type<CertifiedBlock<Block>>;
  const blocks = list(certified, limits.answerBlocksMax);
  return {
    proposal: container({ proposal }),
    vote: container({ vote: voteType }),
    certificate: container({ certificate: certificateType }),
    reason: container({ view: viewType, isBeat: boolean }),
    request: container({ id: uint53, request: requestType }),
    answer: container({
      id: uint53,
      blocks: bounded(blocks, answerBytesMax + offsetBytes * limits.answerBlocksMax),
      certificates: list(certificateType, limits.answerCertificatesMax),
    }),
  };
}

type ConsensusNumbers = Numbers<Message<never>>;

const consensusNumbers: ConsensusNumbers = {
  proposal: 0x01,
  vote: 0x02,
  certificate: 0x03,
  reason: 0x04,
  request: 0x05,
  answer: 0x06,
};

function blobsType(countMax: number, bytesMax: number): Type<readonly Uint8Array[]> {
  return bounded(list(encodedBlobType, countMax), bytesMax + offsetBytes * countMax);
}

const orderingBodies: Bodies<OrderMessage> = {
  blobs: container({ batch: uint53, blobs: blobsType(limits.pushBlobsMax, limits.pushBytesMax) }),
  received: container({ batch: uint53 }),
  want: container({ id: uint53, roots: list(rootType, limits.wantRootsMax) }),
  found: container({ id: uint53, blobs: blobsType(limits.wantRootsMax, limits.foundBytesMax) }),
  // Whoever asks for more blocks than fit into an answer is given fewer.
  "want-slices": container({ id: uint53, shard: shardNameType, from: heightType, count: uint53 }),
  slices: container({ id: uint53, run: bounded(sliceRunCodec.type, limits.sliceRunBytesMax) }),
};

const orderingNumbers: Numbers<OrderMessage> = {
  blobs: 0x11,
  received: 0x12,
  want: 0x13,
  found: 0x14,
  "want-slices": 0x15,
  slices: 0x16,
};

/** By themselves attest blocks could be much larger. */
const attestBlockType = bounded(attestBlockCodec.type, attestBlockCodec.bytesMax);
/** One block always comes, and the largest is larger than what an answer has of small ones. */
const attestAnswerBytesMax = Math.max(
  limits.answerBytesMax,
  attestBlockCodec.bytesMax + certificateCodec.bytesMax + 2 * offsetBytes,
);

/** Encoded, as it is held: it is looked into by whoever knows which claim it has to be. */
const contentType = byteList(claimContentCodec.bytesMax, claimContentCodec.type.sizeMin);

const attestingBodies: Bodies<AttestMessage> = {
  affirmations: container({ affirmations: list(affirmationType, limits.affirmationsMax) }),
  "want-content": container({ id: uint53, claim: rootType }),
  content: container({ id: uint53, content: optional(contentType) }),
  "want-state": wantStateType,
  state: stateType,
};

const attestingNumbers: Numbers<AttestMessage> = {
  affirmations: 0x31,
  "want-content": 0x32,
  content: 0x33,
  "want-state": 0x34,
  state: 0x35,
};

const isAttestVote = (message: ReplicaMessage): message is AttestVoteMessage => message.kind === "attest";

/** What the consensus of the attest chain says goes by names that begin so. */
const attestPrefix = "attest-";
const attestNumbersFrom = 0x20;

function named<T, Named>(fields: Readonly<Record<string, T>>, change: (field: T) => Named): Record<string, Named> {
  return Object.fromEntries(Object.entries(fields).map(([kind, field]) => [`${attestPrefix}${kind}`, change(field)]));
}

const flat = beside<Exclude<ReplicaMessage, AttestVoteMessage>>();
const wrapped = beside<Message<AttestBlock>>();

const naming: Naming<ReplicaMessage> = {
  optionOf(message) {
    if (!isAttestVote(message)) return flat.optionOf(message);
    const { kind, value } = wrapped.optionOf(message.message);
    return { kind: `${attestPrefix}${kind}`, value };
  },
  messageOf(option) {
    if (!option.kind.startsWith(attestPrefix)) return flat.messageOf(option);
    const kind = option.kind.slice(attestPrefix.length);
    return { kind: "attest", message: wrapped.messageOf({ kind, value: option.value }) };
  },
};

const attestBodies: Readonly<Record<string, Type<unknown>>> = consensusBodies(attestBlockType, attestAnswerBytesMax);

const bodies = {
  ...consensusBodies(orderBlockCodec.type, limits.answerBytesMax),
  ...orderingBodies,
  ...named(attestBodies, (type) => type),
  ...attestingBodies,
};

const numbers = {
  ...consensusNumbers,
  ...orderingNumbers,
  ...named<number, number>(consensusNumbers, (number) => attestNumbersFrom + number),
  ...attestingNumbers,
};

export const replicaMessageCodec: Codec<ReplicaMessage> = codec("replica-message", tagged(bodies, numbers, naming));

/**
 * Bytes of the longest message: an answer with slices, of which one always comes whole, however large its block. A claim's
 * content, and an attest block, are not far below; proposals of order blocks are: they carry roots.
 */
export const messageBytesMax: number = replicaMessageCodec.bytesMax;

/** Bytes of the longest message of a peer that is no validator: it asks, which is short, and pushes what its clients bring. */
export const observerMessageBytesMax: number = 1 + orderingBodies.blobs.sizeMax;

/** Of what is within the limits: our own machines send nothing else. */
export function encodeMessage(message: ReplicaMessage): Uint8Array {
  return replicaMessageCodec.encode(message);
}

/** Strict, and it never throws. */
export function decodeMessage(bytes: Uint8Array): Result<ReplicaMessage, DecodeError> {
  return replicaMessageCodec.decode(bytes);
}
