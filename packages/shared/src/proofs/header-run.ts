// Runs of a chain, as those follow it who take no part in it: consecutive headers, the last of which is final by its
// certificate. As each names its parent, one certificate stands for all of them. With the first of them comes what the
// follower wants of their blocks; those that follow lead on to the certificate. A run of nothing is true as well: whoever
// gives it may have nothing yet.

import { equalBytes } from "../bytes.ts";
import { type CertificateCode, type Electorate, verifyFinalization } from "../certificates.ts";
import type { Certificate } from "../messages/certificate.ts";
import type { BlockRef } from "../messages/common.ts";
import type { Epoch, Height, Root, View } from "../numbers.ts";
import { type Failure, failure, type Result, success } from "../result.ts";
import type { Codec } from "../ssz/codec.ts";

interface LinkedHeader {
  readonly epoch: Epoch;
  readonly view: View;
  readonly height: Height;
  readonly parent: Root;
}

export interface HeaderRun<Header> {
  readonly headers: readonly Header[];
  /** Finalization of the last header. */
  readonly certificate: Certificate | undefined;
  /** What comes with the first headers: the name of that list, and of how many blocks it is. */
  readonly bodies: { readonly name: string; readonly count: number };
}

export type HeaderRunCode =
  | CertificateCode
  | "no-certificate" // there are headers and no certificate, or a certificate and no headers
  | "wrong-count" // bodies of more blocks than there are headers, or of none
  | "wrong-parent"; // a header is not the next after the one before it

type Checked<T> = Result<T, Failure<HeaderRunCode>>;

/** The roots of the headers, if they follow `parent`, one upon the other, and the last of them is final. */
export function checkHeaderRun<Header extends LinkedHeader>(
  electorate: Electorate,
  codec: Codec<Header>,
  parent: BlockRef,
  { headers, certificate, bodies }: HeaderRun<Header>,
): Checked<readonly Root[]> {
  if ((headers.length === 0) !== (certificate === undefined)) {
    return failure("no-certificate", "certificate", `${headers.length} headers and their certificate belong together`);
  }
  if (bodies.count > headers.length || (bodies.count === 0 && headers.length > 0)) {
    return failure("wrong-count", bodies.name, `${bodies.count} ${bodies.name} of ${headers.length} headers`);
  }
  const roots = checkLinks(codec, parent, headers);
  const last = headers.at(-1);
  if (!roots.ok || last === undefined || certificate === undefined) return roots;
  const final = verifyFinalization(electorate, certificate, last, roots.value.at(-1) as Root);
  if (final.ok) return roots;
  const { code, path, message } = final.error;
  return failure(code, path === "" ? "certificate" : `certificate.${path}`, `certificate: ${message}`);
}

function checkLinks<Header extends LinkedHeader>(
  codec: Codec<Header>,
  parent: BlockRef,
  headers: readonly Header[],
): Checked<readonly Root[]> {
  const roots: Root[] = [];
  let { height, root } = parent;
  for (const [at, header] of headers.entries()) {
    if (header.height !== height + 1 || !equalBytes(header.parent, root)) {
      const what = `the header of height ${header.height} does not stand on ${height}`;
      return failure("wrong-parent", `headers[${at}]`, what);
    }
    height = header.height;
    root = codec.root(header);
    roots.push(root);
  }
  return success(roots);
}
