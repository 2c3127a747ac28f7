// certificate → header → (history →) header: believing a header of either chain.
//
// A header is final if a finalization names it, or if it lies in the `history` of a header that one names:
// header of height h is leaf h of the history of any later header, whose own height is the number of leaves.

import type { CertificateCode, Electorate } from "../certificates.ts";
import { verifyFinalization } from "../certificates.ts";
import type { MerkleCode } from "../merkle/failure.ts";
import { type HistoryProof, historyProofType, verifyHistory } from "../merkle/index.ts";
import { type AttestHeader, attestHeaderCodec } from "../messages/attest-header.ts";
import { type Certificate, certificateType } from "../messages/certificate.ts";
import { type OrderHeader, orderHeaderCodec } from "../messages/order-header.ts";
import { type Failure, failure, type Result, success } from "../result.ts";
import type { SparseCode } from "../sparse/map.ts";
import { type Codec, codec, container, optional, type Type } from "../ssz/index.ts";

/** Which link of a proof does not hold stands in `path`, from the certificate on. */
export type ProofCode =
  | CertificateCode
  | MerkleCode
  | SparseCode
  | "wrong-chain" // the electorate votes on the other chain
  | "not-earlier" // a history proves only earlier headers
  | "wrong-shard" // the contract does not lie in the shard whose committee speaks
  | "not-there" // the map proves that there is no such entry
  | "malformed" // an entry of a map does not decode
  | "wrong-root"; // a value is not the one whose root was proven

export type ProofFailure = Failure<ProofCode>;
export type Proven<Fact> = Result<Fact, ProofFailure>;

/** A later header of the chain, and the way from its history to the one that is proven. */
export interface Descendant<Header> {
  readonly header: Header;
  readonly history: HistoryProof;
}

export interface HeaderProof<Header> {
  /** What is proven. */
  readonly header: Header;
  /** Absent if the certificate names `header` itself. */
  readonly descendant: Descendant<Header> | undefined;
  readonly certificate: Certificate;
}

function headerProofType<Header>(header: Type<Header>): Type<HeaderProof<Header>> {
  const descendant = container({ header, history: historyProofType }) as Type<Descendant<Header>>;
  return container({ header, descendant: optional(descendant), certificate: certificateType }) as Type<
    HeaderProof<Header>
  >;
}

export const orderHeaderProofType = headerProofType(orderHeaderCodec.type);
export const attestHeaderProofType = headerProofType(attestHeaderCodec.type);
export const orderHeaderProofCodec = codec("order-header-proof", orderHeaderProofType);
export const attestHeaderProofCodec = codec("attest-header-proof", attestHeaderProofType);

/** A failure further inside, with the link named before its own path. */
export function at<Code extends ProofCode>(link: string, error: Failure<Code>) {
  const path = error.path === "" ? link : `${link}.${error.path}`;
  return failure<ProofCode>(error.code, path, `${link}: ${error.message}`);
}

type AnyHeader = OrderHeader | AttestHeader;

function verifyHeader<Header extends AnyHeader>(
  electorate: Electorate,
  headers: Codec<Header>,
  { header, descendant, certificate }: HeaderProof<Header>,
): Proven<Header> {
  const tip = descendant?.header ?? header;
  const final = verifyFinalization(electorate, certificate, tip, headers.root(tip));
  if (!final.ok) return at("certificate", final.error);
  if (descendant === undefined) return success(header);
  if (header.height >= tip.height) {
    return failure("not-earlier", "descendant.header.height", `${tip.height} is not above ${header.height}`);
  }
  const place = verifyHistory(tip.history, tip.height, header.height, headers.root(header), descendant.history);
  return place.ok ? success(header) : at("descendant.history", place.error);
}

/** "This is the final order header of its height." */
export function verifyOrderHeader(electorate: Electorate, proof: HeaderProof<OrderHeader>): Proven<OrderHeader> {
  if (electorate.chain !== "order") return failure("wrong-chain", "", "the electorate votes on the attest chain");
  return verifyHeader(electorate, orderHeaderCodec, proof);
}

/** "This is the final attest header of its height." */
export function verifyAttestHeader(electorate: Electorate, proof: HeaderProof<AttestHeader>): Proven<AttestHeader> {
  if (electorate.chain !== "attest") return failure("wrong-chain", "", "the electorate votes on the order chain");
  return verifyHeader(electorate, attestHeaderCodec, proof);
}
