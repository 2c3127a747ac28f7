// Section 8: a certificate is the aggregate signature of a quorum over one ballot, with the bitmap of who
// signed. `verifyCertificate` (committee.ts) is the only way to believe one.

import { limits } from "../limits.ts";
import { bitList, codec, container, oneOf, refine, type Type } from "../ssz/index.ts";
import { epochType, rootType, signatureType, viewType } from "./common.ts";
import { type Ballot, blockProblem } from "./vote.ts";

export type CertificateKind = "notarization" | "nullification" | "finalization";

export interface Certificate extends Ballot {
  readonly kind: CertificateKind;
  /** One bit for each member of the set, in its order. */
  readonly bitmap: readonly boolean[];
  readonly signature: Uint8Array;
}

export const bitmapType = bitList(limits.validatorsMax);

export const certificateType: Type<Certificate> = refine(
  container({
    kind: oneOf("notarization", "nullification", "finalization"),
    epoch: epochType,
    view: viewType,
    block: rootType,
    bitmap: bitmapType,
    signature: signatureType,
  }),
  "bad-value",
  (certificate) => blockProblem(certificate.kind !== "nullification", certificate.block),
);

export const certificateCodec = codec("certificate", certificateType);
