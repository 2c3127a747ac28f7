// What a leader proposes on each chain, and the citation of the other chain that it may carry.
//
// O3: a new citation travels with the cited header, its finalization certificate, and a proof that the
// parent's citation is an ancestor of it (`history` of the cited header). Genesis is final without a
// certificate, so a block that cites the other chain's genesis carries no citation; a block whose parent is
// genesis or cites genesis proves that its own citation descends from that one. O6: an order proposal carries
// blob roots only. S3: a proposal carries the certificate of its parent, unless that is genesis. S4: its
// signature is the leader's notarize vote.

import { limits } from "../limits.ts";
import { type HistoryProof, historyProofType } from "../merkle/history-proof.ts";
import { listRoot } from "../merkle/ssz-list.ts";
import type { Root } from "../numbers.ts";
import { codec, container, list, optional, type Type } from "../ssz/index.ts";
import { type AttestHeader, attestHeaderType } from "./attest-header.ts";
import { type AttestItem, attestItemsType } from "./attestation.ts";
import { type Certificate, certificateType } from "./certificate.ts";
import { rootType, signatureType } from "./common.ts";
import { type OrderHeader, orderHeaderType } from "./order-header.ts";

export interface Citation<Header> {
  readonly header: Header;
  /** Finalization of `header`. */
  readonly certificate: Certificate;
  /** That the parent's citation is in `header.history`. */
  readonly descent: HistoryProof;
}

export interface OrderBody {
  /** Roots of the blobs, in order. */
  readonly blobs: readonly Root[];
  /** Absent when the block cites what its parent cites, or the other chain's genesis. */
  readonly citation: Citation<AttestHeader> | undefined;
}

export interface AttestBody {
  readonly items: readonly AttestItem[];
  /** As in an order block. */
  readonly citation: Citation<OrderHeader> | undefined;
}

export interface Proposal<Header, Body> {
  readonly header: Header;
  readonly body: Body;
  /** Notarization or finalization of the parent; absent when that is genesis. */
  readonly parent: Certificate | undefined;
  readonly signature: Uint8Array;
}

export type OrderProposal = Proposal<OrderHeader, OrderBody>;
export type AttestProposal = Proposal<AttestHeader, AttestBody>;

function citationType<Header>(header: Type<Header>): Type<Citation<Header>> {
  return container({ header, certificate: certificateType, descent: historyProofType }) as Type<Citation<Header>>;
}

function proposalType<Header, Body>(header: Type<Header>, body: Type<Body>): Type<Proposal<Header, Body>> {
  return container({ header, body, parent: optional(certificateType), signature: signatureType }) as Type<
    Proposal<Header, Body>
  >;
}

/** O4: `blobsRoot` is the root of this list. */
export const blobRootsType: Type<readonly Root[]> = list(rootType, limits.blockBlobsMax);
export const blobRootsCodec = codec("blob-roots", blobRootsType);

/** The same root, without a copy of all blobs' roots on the way: a block has thousands. */
export function blobsRootOf(blobs: readonly Root[]): Root {
  return listRoot(blobs, limits.blockBlobsMax);
}

const orderBodyType: Type<OrderBody> = container({
  blobs: blobRootsType,
  citation: optional(citationType(attestHeaderType)),
});
/** A block without what its leader says about it: what is voted for, stored and served. */
export interface OrderBlock {
  readonly header: OrderHeader;
  readonly body: OrderBody;
}
export const orderBlockCodec = codec<OrderBlock>(
  "order-block",
  container({ header: orderHeaderType, body: orderBodyType }),
  limits.proposalBytesMax,
);

const attestBodyType: Type<AttestBody> = container({
  items: attestItemsType,
  citation: optional(citationType(orderHeaderType)),
});
/** As an order block. */
export interface AttestBlock {
  readonly header: AttestHeader;
  readonly body: AttestBody;
}
export const attestBlockCodec = codec<AttestBlock>(
  "attest-block",
  container({ header: attestHeaderType, body: attestBodyType }),
  limits.proposalBytesMax,
);

export const orderProposalCodec = codec(
  "order-proposal",
  proposalType(orderHeaderType, orderBodyType),
  limits.proposalBytesMax,
);
export const attestProposalCodec = codec(
  "attest-proposal",
  proposalType(attestHeaderType, attestBodyType),
  limits.proposalBytesMax,
);
