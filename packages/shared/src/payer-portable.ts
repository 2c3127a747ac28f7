// Ed25519 in plain JavaScript under the acceptance rule of `payer-scheme.ts`. The library's own `verify` is
// cofactored, so verification is written out here on its points; its `sign` is RFC 8032's.

import { ed25519 } from "@noble/curves/ed25519.js";
import { bytesToNumberLE } from "@noble/curves/utils.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { assert } from "./assert.ts";
import { type PayerScheme, payerKeyBytes, payerSeedBytes, payerSignatureBytes } from "./payer-scheme.ts";

const { Point } = ed25519;
type EdwardsPoint = typeof Point.BASE;

/** Rules 1 and 2: strict decoding, and no point of small order. */
function parsePoint(bytes: Uint8Array): EdwardsPoint | undefined {
  try {
    const point = Point.fromBytes(bytes, false);
    return point.isSmallOrder() ? undefined : point;
  } catch {
    return undefined;
  }
}

function challenge(nonce: Uint8Array, publicKey: Uint8Array, message: Uint8Array): bigint {
  return Point.Fn.create(bytesToNumberLE(sha512.create().update(nonce).update(publicKey).update(message).digest()));
}

function checkSeed(seed: Uint8Array): void {
  assert(seed.length === payerSeedBytes, `a seed has ${payerSeedBytes} bytes, not ${seed.length}`);
}

export const portablePayerScheme: PayerScheme = {
  name: "noble",
  publicKeyOf(seed) {
    checkSeed(seed);
    return ed25519.getPublicKey(seed);
  },
  sign(seed, message) {
    checkSeed(seed);
    return ed25519.sign(message, seed);
  },
  verify(publicKey, message, signature) {
    if (publicKey.length !== payerKeyBytes || signature.length !== payerSignatureBytes) return false;
    const scalar = bytesToNumberLE(signature.subarray(32));
    if (!Point.Fn.isValid(scalar)) return false; // rule 3
    const key = parsePoint(publicKey);
    const nonce = parsePoint(signature.subarray(0, 32));
    if (key === undefined || nonce === undefined) return false;
    const factor = challenge(signature.subarray(0, 32), publicKey, message);
    return Point.BASE.multiplyUnsafe(scalar).equals(nonce.add(key.multiplyUnsafe(factor))); // rule 4
  },
};
