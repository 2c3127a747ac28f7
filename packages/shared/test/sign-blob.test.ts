// A blob that a payer makes is one that others accept, in its network alone.

import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import {
  asAmount,
  asBudget,
  asHeight,
  asNonce,
  asRoot,
  asShardName,
  blobCodec,
  envelopeCodec,
  portablePayerScheme,
  signBlob,
} from "../src/index.ts";

const seed = new Uint8Array(32).fill(5);
const content = {
  network: asRoot(new Uint8Array(32).fill(1)),
  nonce: asNonce(3),
  expires: asHeight(100),
  tip: asAmount(2n),
  budget: asBudget(1),
  touches: [asShardName("a"), asShardName("b")],
  transfers: [{ to: new Uint8Array(32).fill(7), amount: asAmount(9n) }],
  payload: Uint8Array.of(1, 2, 3),
};

function hash(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(createHash("sha256").update(Buffer.concat(parts)).digest());
}

test("its envelope says what was given, and whose seed it is; its root is that of the encoding", () => {
  const { bytes, root } = signBlob(portablePayerScheme, seed, content);
  const blob = blobCodec.decode(bytes);
  if (!blob.ok) throw new Error(blob.error.message);
  expect(blob.value.envelope).toEqual({ version: 1, payer: portablePayerScheme.publicKeyOf(seed), ...content });
  expect(blobCodec.root(blob.value)).toEqual(root);
});

test("O1: the signature is the payer's over the envelope's root, in the blob domain of the network", () => {
  const blob = blobCodec.decode(signBlob(portablePayerScheme, seed, content).bytes);
  if (!blob.ok) throw new Error(blob.error.message);
  const { envelope, signature } = blob.value;
  const tag = Buffer.alloc(32);
  tag.write("tandem blob");
  const messageIn = (network: Uint8Array) => hash(hash(tag, network), envelopeCodec.root(envelope));
  expect(portablePayerScheme.verify(envelope.payer, messageIn(content.network), signature)).toBe(true);
  expect(portablePayerScheme.verify(envelope.payer, messageIn(new Uint8Array(32).fill(2)), signature)).toBe(false);
});
