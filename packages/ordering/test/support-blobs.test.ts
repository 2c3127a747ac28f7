import { portablePayerScheme } from "@tandem/shared";
import { expect, test } from "vitest";
import { type Candidate, signatureOf } from "../src/candidate.ts";
import { blobOf, isTestSignature, testNetwork } from "./support/blobs.ts";

const network = testNetwork();

function isReallySigned(candidate: Candidate): boolean {
  const { payer, message, signature } = signatureOf(network, candidate);
  return portablePayerScheme.verify(payer, message, signature);
}

test("a blob for a test carries a signature that only tests accept, unless it is forged", () => {
  const blob = blobOf(network, { payer: 3, nonce: 2, touches: ["bank", "air"], transfers: [{ to: 50, amount: 7n }] });
  expect(isTestSignature(signatureOf(network, blob))).toBe(true);
  expect(isReallySigned(blob)).toBe(false);
  expect(isTestSignature(signatureOf(network, blobOf(network, { forged: true })))).toBe(false);
});

test("on demand it is really signed", () => {
  expect(isReallySigned(blobOf(network, { sign: true, payer: 4 }))).toBe(true);
  expect(isReallySigned(blobOf(network, { sign: true, payer: 4, forged: true }))).toBe(false);
});
