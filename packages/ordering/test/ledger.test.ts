import { portablePayerScheme } from "@tandem/shared";
import { expect, test } from "vitest";
import { signatureOf } from "../src/candidate.ts";
import { blobOf, isTestSignature, testNetwork } from "./support/blobs.ts";

test("support", () => {
  const network = testNetwork({ payers: 40 });
  const cheap = blobOf(network, { payer: 3, nonce: 2, touches: ["bank", "air"], transfers: [{ to: 5, amount: 7n }] });
  expect(isTestSignature(signatureOf(network, cheap))).toBe(true);
  expect(isTestSignature(signatureOf(network, blobOf(network, { forged: true })))).toBe(false);
  const verify = ({ payer, message, signature }: ReturnType<typeof signatureOf>) =>
    portablePayerScheme.verify(payer, message, signature);
  expect(verify(signatureOf(network, blobOf(network, { sign: true, payer: 4 })))).toBe(true);
  expect(verify(signatureOf(network, blobOf(network, { sign: true, payer: 4, forged: true })))).toBe(false);
});
