// O1: a blob is opaque bytes in a small signed envelope. Stage 1 never looks into `payload`.
//
// The payer signs the root of the envelope in the blob domain; the blob's root commits to envelope and
// signature, so each large payload is hashed once for both.

import { limits } from "../limits.ts";
import type { Amount, Budget, Height, Nonce, Root, ShardName } from "../numbers.ts";
import { byteList, byteListView, codec, container, list, sortedList, type Type } from "../ssz/index.ts";
import {
  amountType,
  budgetType,
  compareText,
  heightType,
  nonceType,
  payerKeyType,
  payerSignatureType,
  rootType,
  shardNameType,
  versionType,
} from "./common.ts";

export interface Transfer {
  readonly to: Uint8Array;
  readonly amount: Amount;
}

export interface Envelope {
  readonly version: 1;
  /** Root of the genesis: no blob is valid on two networks. */
  readonly network: Root;
  readonly payer: Uint8Array;
  readonly nonce: Nonce;
  /** Last order height that may include the blob. */
  readonly expires: Height;
  readonly tip: Amount;
  readonly budget: Budget;
  readonly touches: readonly ShardName[];
  readonly transfers: readonly Transfer[];
  /** Decoded, it is a view of the encoded blob: whoever keeps both keeps a large payload once. */
  readonly payload: Uint8Array;
}

export interface Blob {
  readonly envelope: Envelope;
  readonly signature: Uint8Array;
}

const transferType: Type<Transfer> = container({ to: payerKeyType, amount: amountType });

export const envelopeType: Type<Envelope> = container({
  version: versionType,
  network: rootType,
  payer: payerKeyType,
  nonce: nonceType,
  expires: heightType,
  tip: amountType,
  budget: budgetType,
  touches: sortedList(shardNameType, limits.touchesMax, compareText),
  transfers: list(transferType, limits.transfersMax),
  payload: byteListView(limits.payloadBytesMax),
});

export const envelopeCodec = codec("envelope", envelopeType, limits.blobBytesMax);
export const blobCodec = codec<Blob>(
  "blob",
  container({ envelope: envelopeType, signature: payerSignatureType }),
  limits.blobBytesMax,
);

/** A blob that is encoded already, inside of something else. What is too short for any blob is none. */
export const encodedBlobType: Type<Uint8Array> = byteList(limits.blobBytesMax, blobCodec.type.sizeMin);
