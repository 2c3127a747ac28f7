// A2, A3: the attest chain as those follow it who take no part in it. A run is consecutive blocks, the last header of which
// is final by its certificate; as each header names its parent, one certificate stands for all of them. What a run says is
// believed for these reasons only:
//   1. its first header's parent is the last header that the follower has, each other's is the one before it;
//   2. the last header is final by a quorum of the attest set;
//   3. each list of items is the one that its header names.
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
  type CertificateCode,
  certificateType,
  claimSummaryType,
  codec,
  container,
  type Electorate,
  type Evidence,
  equalBytes,
  evidenceType,
  type Failure,
  failure,
  limits,
  list,
  optional,
  type Result,
  type Root,
  signatureType,
  success,
  type Type,
  union,
  type Verdict,
  verified,
  verifyFinalization,
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

export type AttestRunCode =
  | CertificateCode
  | "no-certificate" // there are headers and no certificate, or a certificate and no headers
  | "wrong-count" // items of more blocks than there are headers, or of none
  | "wrong-parent" // a header is not the next after the one before it
  | "wrong-items"; // they are not those that the header names

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
  run: AttestRun,
): Checked<readonly FollowedAttest[]> {
  const { headers, items, certificate } = run;
  const shape = checkShape(run);
  if (!shape.ok) return shape;
  const roots = checkLinks(parent, headers);
  if (!roots.ok) return roots;
  const last = headers.at(-1);
  if (last === undefined || certificate === undefined) return success([]);
  const final = verifyFinalization(electorate, certificate, last, roots.value.at(-1) as Root);
  if (!final.ok) return within("certificate", final.error);
  const blocks = items.map((each, at) => ({
    header: headers[at] as AttestHeader,
    root: roots.value[at] as Root,
    items: each,
  }));
  const wrong = blocks.findIndex(({ header, items }) => !equalBytes(itemsCodec.root(items), header.attestationsRoot));
  if (wrong < 0) return success(blocks);
  return failure("wrong-items", `items[${wrong}]`, `items[${wrong}]: they are not those that the header names`);
}

function checkShape({ headers, items, certificate }: AttestRun): Verdict<AttestRunCode> {
  if ((headers.length === 0) !== (certificate === undefined)) {
    return failure("no-certificate", "certificate", `${headers.length} headers and their certificate belong together`);
  }
  if (items.length > headers.length || (items.length === 0 && headers.length > 0)) {
    return failure("wrong-count", "items", `items of ${items.length} blocks, and ${headers.length} headers`);
  }
  return verified;
}

/** The roots of headers that follow one upon the other. */
function checkLinks(parent: BlockRef, headers: readonly AttestHeader[]): Checked<readonly Root[]> {
  const roots: Root[] = [];
  let { height, root }: { height: number; root: Root } = parent;
  for (const [at, header] of headers.entries()) {
    if (header.height !== height + 1 || !equalBytes(header.parent, root)) {
      const what = `the header of height ${header.height} does not stand on ${height}`;
      return failure("wrong-parent", `headers[${at}]`, what);
    }
    height = header.height;
    root = attestHeaderCodec.root(header);
    roots.push(root);
  }
  return success(roots);
}

function within(place: string, { code, path, message }: Failure<CertificateCode>) {
  const whole = path === "" ? place : `${place}.${path}`;
  return failure<AttestRunCode>(code, whole, `${place}: ${message}`);
}
