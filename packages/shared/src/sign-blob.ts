// O1: how a payer makes a blob. It signs the envelope's root in the domain of blobs of one network.

import { blobDomain, signingRoot } from "./domains.ts";
import { blobCodec, type Envelope, envelopeCodec } from "./messages/blob.ts";
import type { Root } from "./numbers.ts";
import type { PayerScheme } from "./payer-scheme.ts";

export interface SignedBlob {
  /** Encoded: what is submitted. */
  readonly bytes: Uint8Array;
  /** By which it is found again. */
  readonly root: Root;
}

/** The payer is whoever has the seed. Touched shards rise by name, as the encoding wants them. */
export function signBlob(
  scheme: PayerScheme,
  seed: Uint8Array,
  content: Omit<Envelope, "version" | "payer">,
): SignedBlob {
  const envelope: Envelope = { version: 1, payer: scheme.publicKeyOf(seed), ...content };
  const message = signingRoot(blobDomain(envelope.network), envelopeCodec.root(envelope));
  const blob = { envelope, signature: scheme.sign(seed, message) };
  return { bytes: blobCodec.encode(blob), root: blobCodec.root(blob) };
}
