// Ed25519 on libsodium, which verifies in about half the time of OpenSSL in Node (docs/decisions/0005).
//
// The build that sodium-native 5.1.0 carries checks exactly the rule of `payer-scheme.ts` by itself: S < L, a
// canonical key, neither point of small order, and a comparison of R's bytes, hence no cofactor and no other
// encoding of R. libsodium's main branch compares up to small order: an upgrade must pass the table of cases.

/// <reference path="./sodium-native.d.ts" />

import { assert, type PayerScheme, payerKeyBytes, payerSeedBytes, payerSignatureBytes } from "@tandem/shared";
import sodium from "sodium-native";

const secretBytes = 64;

function keyPairOf(seed: Uint8Array): { publicKey: Uint8Array; secretKey: Uint8Array } {
  assert(seed.length === payerSeedBytes, `a seed has ${payerSeedBytes} bytes, not ${seed.length}`);
  const publicKey = new Uint8Array(payerKeyBytes);
  const secretKey = new Uint8Array(secretBytes);
  sodium.crypto_sign_seed_keypair(publicKey, secretKey, seed);
  return { publicKey, secretKey };
}

export const nativePayerScheme: PayerScheme = {
  name: "libsodium",
  publicKeyOf: (seed) => keyPairOf(seed).publicKey,
  sign(seed, message) {
    const signature = new Uint8Array(payerSignatureBytes);
    sodium.crypto_sign_detached(signature, message, keyPairOf(seed).secretKey);
    return signature;
  },
  verify(publicKey, message, signature) {
    if (publicKey.length !== payerKeyBytes || signature.length !== payerSignatureBytes) return false;
    return sodium.crypto_sign_verify_detached(signature, message, publicKey);
  },
};
