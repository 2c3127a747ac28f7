// Payer keys: native beside the bare call of libsodium, Node's OpenSSL, and portable.

import { createPublicKey, verify } from "node:crypto";
import { type PayerScheme, portablePayerScheme } from "@tandem/shared";
import sodium from "sodium-native";
import type { Bench } from "../../../scripts/bench/measure.ts";
import { nativePayerScheme } from "../src/index.ts";

export const area = "shared";

const seed = new Uint8Array(32).fill(7);
const message = new Uint8Array(32).fill(9);
const publicKey = nativePayerScheme.publicKeyOf(seed);
const signature = nativePayerScheme.sign(seed, message);

/** What is measured must also be right. */
function must(verdict: boolean): void {
  if (!verdict) throw new Error("a good signature was refused");
}

export default async function (bench: Bench): Promise<void> {
  await bench.cost(
    "payer verify, native, beside libsodium",
    { items: 1, run: () => must(nativePayerScheme.verify(publicKey, message, signature)) },
    { items: 1, run: () => must(sodium.crypto_sign_verify_detached(signature, message, publicKey)) },
  );
  const jwk = { kty: "OKP", crv: "Ed25519", x: Buffer.from(publicKey).toString("base64url") };
  const imported = createPublicKey({ key: jwk, format: "jwk" });
  await bench.cost("payer verify, Node's OpenSSL, key imported before", {
    items: 1,
    run: () => must(verify(null, message, imported, signature)),
  });
  await bench.cost("payer verify, Node's OpenSSL, key imported each time", {
    items: 1,
    run: () => must(verify(null, message, createPublicKey({ key: jwk, format: "jwk" }), signature)),
  });
  await bench.cost("payer sign, native", { items: 1, run: () => void nativePayerScheme.sign(seed, message) });
  await measurePortable(bench, portablePayerScheme);
}

async function measurePortable(bench: Bench, scheme: PayerScheme): Promise<void> {
  await bench.cost("payer verify, portable", {
    items: 1,
    run: () => must(scheme.verify(publicKey, message, signature)),
  });
  await bench.cost("payer sign, portable", { items: 1, run: () => void scheme.sign(seed, message) });
}
