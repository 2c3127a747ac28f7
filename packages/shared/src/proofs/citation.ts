// O3: what a block of one chain cites of the other. It is what its parent cites, and then nothing is carried, or a
// later block that descends from that; the cited header, its finalization and the descent are carried with it. The
// parent of a first block cites nothing: there the other chain's genesis stands in that place.
//
// `checkCitation` is all of it but the quorum behind the certificate, and takes microseconds. What is left is
// `verifyCertificate`, which a worker does.

import { checkFinalization, type Electorate, verifyCertificate } from "../certificates.ts";
import { verifyHistory } from "../merkle/index.ts";
import type { AttestHeader } from "../messages/attest-header.ts";
import type { Citation } from "../messages/block.ts";
import { type BlockRef, equalRefs } from "../messages/common.ts";
import type { OrderHeader } from "../messages/order-header.ts";
import { failure, type Verdict, verified } from "../result.ts";
import type { Codec } from "../ssz/index.ts";
import { at, type ProofCode } from "./chain.ts";

export type CitationCode =
  | ProofCode
  | "no-citation" // another block is cited than the parent cites, and nothing shows it
  | "not-later"; // something is carried, and the block is not above the one that the parent cites

export interface Cited<Header> {
  /** Of the cited chain. */
  readonly headers: Codec<Header>;
  readonly genesis: BlockRef;
  /** What the parent cites. */
  readonly before: BlockRef;
  /** What the block cites. */
  readonly now: BlockRef;
  /** What it carries. */
  readonly citation: Citation<Header> | undefined;
}

/** All that needs no committee. Whoever goes on verifies the citation's certificate. */
export function checkCitation<Header extends OrderHeader | AttestHeader>(cited: Cited<Header>): Verdict<CitationCode> {
  const { headers, genesis, now, citation } = cited;
  // At height 0 there is the genesis alone, or nothing in its place.
  const before = cited.before.height === 0 ? genesis : cited.before;
  if (citation === undefined) {
    return equalRefs(now, before)
      ? verified
      : failure("no-citation", "", "another block is cited, and nothing shows it");
  }
  const { header, certificate, descent } = citation;
  const root = headers.root(header);
  if (!equalRefs(now, { height: header.height, root })) {
    return failure("wrong-root", "header", "it is not the header that the block cites");
  }
  if (header.height <= before.height) {
    return failure("not-later", "header.height", `${header.height} is not above ${before.height}`);
  }
  const final = checkFinalization(certificate, header, root);
  if (!final.ok) return at("certificate", final.error);
  const place = verifyHistory(header.history, header.height, before.height, before.root, descent);
  return place.ok ? verified : at("descent", place.error);
}

/** "The block cites as O3 says, and what it cites is final." The electorate is the cited chain's. */
export function verifyCitation<Header extends OrderHeader | AttestHeader>(
  electorate: Electorate,
  cited: Cited<Header>,
): Verdict<CitationCode> {
  const checked = checkCitation(cited);
  if (!checked.ok || cited.citation === undefined) return checked;
  const quorum = verifyCertificate(electorate, cited.citation.certificate);
  return quorum.ok ? verified : at("certificate", quorum.error);
}
