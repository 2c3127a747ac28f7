// Validator keys: certificates and batches beside the bare calls of blst, which get signatures that are parsed
// already; then what portable and mock take for the same.

import { fastAggregateVerify, PublicKey, Signature, verifyMultipleAggregateSignatures } from "@chainsafe/blst";
import { mockScheme, portableScheme, type Scheme, type SecretKey, type SignedMessage } from "@tandem/shared";
import type { Bench } from "../../../scripts/bench/measure.ts";
import { nativeScheme, useNative } from "../src/index.ts";

export const area = "shared";

const message = new Uint8Array(32).fill(9);

export default async function (bench: Bench): Promise<void> {
  useNative();
  for (const signers of [4, 64, 512]) await measureCertificate(bench, signers);
  for (const size of [2, 64]) await measureBatch(bench, size);
  await measureParts(bench, nativeScheme);
  for (const scheme of [portableScheme, mockScheme]) {
    await measureAggregate(bench, scheme);
    await measureParts(bench, scheme);
  }
}

function signersOf(scheme: Scheme, count: number): SecretKey[] {
  return Array.from({ length: count }, (_, index) => {
    const seed = new Uint8Array(32);
    new DataView(seed.buffer).setUint32(0, index);
    return scheme.deriveSecretKey(seed);
  });
}

function certificateOf(scheme: Scheme, secrets: readonly SecretKey[]): Uint8Array {
  const aggregate = scheme.aggregate(secrets.map((secret) => scheme.sign(secret, message)));
  if (!aggregate.ok) throw new Error(aggregate.error.message);
  return aggregate.value;
}

/** What is measured must also be right. */
function must(verdict: boolean): void {
  if (!verdict) throw new Error("a good signature was refused");
}

async function measureCertificate(bench: Bench, count: number): Promise<void> {
  const secrets = signersOf(nativeScheme, count);
  const keys = secrets.map(({ publicKey }) => publicKey);
  const signature = certificateOf(nativeScheme, secrets);
  const rawKeys = keys.map(({ bytes }) => PublicKey.fromBytes(bytes));
  const rawSignature = Signature.fromBytes(signature);
  await bench.cost(
    `certificate of ${count} signers, native, beside blst`,
    { items: 1, run: () => must(nativeScheme.verifyAggregate(keys, message, signature)) },
    { items: 1, run: () => must(fastAggregateVerify(message, rawKeys, rawSignature)) },
  );
}

function batchOf(scheme: Scheme, size: number): SignedMessage[] {
  return signersOf(scheme, size).map((secret, index) => {
    const own = new Uint8Array(32).fill(index);
    return { key: secret.publicKey, message: own, signature: scheme.sign(secret, own) };
  });
}

async function measureBatch(bench: Bench, size: number): Promise<void> {
  const signed = batchOf(nativeScheme, size);
  const sets = signed.map(({ key, message: msg, signature }) => ({
    msg,
    pk: PublicKey.fromBytes(key.bytes),
    sig: Signature.fromBytes(signature),
  }));
  await bench.cost(
    `batch of ${size}, per signature, native, beside blst's batch with subgroup checks`,
    { items: size, run: () => must(nativeScheme.verifyBatch(signed)) },
    { items: size, run: () => must(verifyMultipleAggregateSignatures(sets, false, true)) },
  );
}

async function measureAggregate(bench: Bench, scheme: Scheme): Promise<void> {
  const secrets = signersOf(scheme, 64);
  const keys = secrets.map(({ publicKey }) => publicKey);
  const signature = certificateOf(scheme, secrets);
  const signed = batchOf(scheme, 8);
  await bench.cost(`certificate of 64 signers, ${scheme.name}`, {
    items: 1,
    run: () => must(scheme.verifyAggregate(keys, message, signature)),
  });
  await bench.cost(`batch of 8, per signature, ${scheme.name}`, {
    items: 8,
    run: () => must(scheme.verifyBatch(signed)),
  });
}

async function measureParts(bench: Bench, scheme: Scheme): Promise<void> {
  const secrets = signersOf(scheme, 64);
  const [secret] = secrets as [SecretKey];
  const signatures = secrets.map((each) => scheme.sign(each, message));
  const [signature] = signatures as [Uint8Array];
  const cost = (name: string, run: () => void, items = 1) => bench.cost(`${name}, ${scheme.name}`, { items, run });
  await cost("sign", () => void scheme.sign(secret, message));
  await cost("verify", () => must(scheme.verify(secret.publicKey, message, signature)));
  await cost("parse public key", () => must(scheme.parsePublicKey(secret.publicKey.bytes).ok));
  await cost("check signature", () => must(scheme.checkSignature(signature) === undefined));
  await cost("aggregate 64, per signature", () => must(scheme.aggregate(signatures).ok), 64);
}
