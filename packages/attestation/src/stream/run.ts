// A2, A3: the attest chain as those follow it who take no part in it: a run of headers (`checkHeaderRun`), and each list of
// items is the one that its header names.
// A claim stands in it as a summary: that has the claim's root, and whoever needs more asks for the content by it (C5). The
// citation of a block is left out: its voters needed it. A run that says nothing is true as well.

import {
  type AttestationSummary,
  type AttestHeader,
  attestHeaderCodec,
  attestHeaderType,
  type BlockRef,
  bitmapType,
  type Certificate,
  certificateType,
  checkHeaderRun,
  claimSummaryType,
  codec,
  container,
  type Electorate,
  type Evidence,
  equalBytes,
  evidenceType,
  type Failure,
  failure,
  type HeaderRunCode,
  limits,
  list,
  optional,
  type Result,
  type Root,
  signatureType,
  success,
  type Type,
  union,
} from "@tandem/shared";

/** An item of an attest block, with its root. */
export type ItemSummary =
  | { readonly kind: "attestation"; readonly value: AttestationSummary }
  | { readonly kind: "evidence"; readonly value: Evidence };

export interface AttestRun {
  readonly headers: readonly AttestHeader[];
  /** Of the first of these blocks; what follows leads on to the certificate. */
  readonly items: readonly (readonly ItemSummary[])[];
  /** Finalization of the last header. */
  readonly certificate: Certificate | undefined;
}

const itemType: Type<ItemSummary> = union({
  attestation: container({ claim: claimSummaryType, bitmap: bitmapType, signature: signatureType }),
  evidence: evidenceType,
});
const itemsCodec = codec<readonly ItemSummary[]>("attest-summaries", list(itemType, limits.attestItemsMax));

export const itemsSummaryType = itemsCodec.type;

export const attestRunCodec = codec<AttestRun>(
  "attest-run",
  container({
    headers: list(attestHeaderType, limits.sliceRunHeadersMax),
    items: list(itemsSummaryType, limits.sliceRunBlocksMax),
    certificate: optional(certificateType),
  }),
  limits.sliceRunBytesMax,
);

export const emptyAttestRun: AttestRun = { headers: [], items: [], certificate: undefined };

export type AttestRunCode = HeaderRunCode | "wrong-items"; // they are not those that the header names

/** A final attest block as a follower has it. */
export interface FollowedAttest {
  readonly header: AttestHeader;
  readonly root: Root;
  readonly items: readonly ItemSummary[];
}

type Checked<T> = Result<T, Failure<AttestRunCode>>;

/** The blocks of a run that have items; `parent` is the last block that the follower has. */
export function checkAttestRun(
  electorate: Electorate,
  parent: BlockRef,
  { headers, items, certificate }: AttestRun,
): Checked<readonly FollowedAttest[]> {
  const bodies = { name: "items", count: items.length };
  const roots = checkHeaderRun(electorate, attestHeaderCodec, parent, { headers, certificate, bodies });
  if (!roots.ok) return roots;
  const blocks = items.map((each, at) => ({
    header: headers[at] as AttestHeader,
    root: roots.value[at] as Root,
    items: each,
  }));
  const wrong = blocks.findIndex(({ header, items }) => !equalBytes(itemsCodec.root(items), header.attestationsRoot));
  if (wrong < 0) return success(blocks);
  return failure("wrong-items", `items[${wrong}]`, `items[${wrong}]: they are not those that the header names`);
}
