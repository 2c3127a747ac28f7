// A2, A3: an attestation is a claim with a quorum of its committee's affirmations, aggregated; the body of
// an attest block is a list of attestations and evidence.

import { limits } from "../limits.ts";
import type { Root } from "../numbers.ts";
import { codec, container, list, type Type, union } from "../ssz/index.ts";
import { bitmapType } from "./certificate.ts";
import { type Claim, type ClaimSummary, claimSummaryType, claimType } from "./claim.ts";
import { signatureType } from "./common.ts";
import { type Evidence, evidenceType } from "./evidence.ts";

export interface Attestation {
  readonly claim: Claim;
  /** One bit for each member of the shard's committee. */
  readonly bitmap: readonly boolean[];
  readonly signature: Uint8Array;
}

/** Other kinds are reserved. */
export type AttestItem =
  | { readonly kind: "attestation"; readonly value: Attestation }
  | { readonly kind: "evidence"; readonly value: Evidence };

export const attestationType: Type<Attestation> = container({
  claim: claimType,
  bitmap: bitmapType,
  signature: signatureType,
});
export const attestItemType: Type<AttestItem> = union({ attestation: attestationType, evidence: evidenceType });

/** An attestation whose claim is a summary. */
export type AttestationSummary = Omit<Attestation, "claim"> & { readonly claim: ClaimSummary };

const itemSummaryCodec = codec(
  "attestation-summary",
  union({ attestation: container({ claim: claimSummaryType, bitmap: bitmapType, signature: signatureType }) }),
);

/** Root of the block item that is this attestation; a summary has the root of what it summarizes. */
export function attestationItemRoot({ claim, bitmap, signature }: AttestationSummary): Root {
  return itemSummaryCodec.root({ kind: "attestation", value: { claim, bitmap, signature } });
}

export const attestationCodec = codec("attestation", attestationType);
export const attestItemsType: Type<readonly AttestItem[]> = list(attestItemType, limits.attestItemsMax);
export const attestItemsCodec = codec("attest-items", attestItemsType, limits.attestBytesMax);
