// The public vectors of the ciphersuite, for both schemes on BLS12-381. A Scheme signs, verifies and aggregates for
// one message; hashing to G2 under another tag, and aggregates of different messages, are no operations of it. Those
// vectors try the libraries that the schemes stand on.

import { aggregateSignatures, aggregateVerify, PublicKey, Signature } from "@chainsafe/blst";
import { bls12_381 } from "@noble/curves/bls12-381.js";
import { nativeScheme } from "@tandem/native";
import { portableScheme, type Scheme } from "@tandem/shared";
import { expect, test } from "vitest";
import { describeVectors, type VectorFolder } from "../support/vectors.ts";

interface Vector<Input, Output> {
  readonly input: Input;
  readonly output: Output;
}

/** What a Scheme has no call for. */
interface Library {
  aggregate(signatures: readonly Uint8Array[]): Uint8Array;
  verifyApart(keys: readonly Uint8Array[], messages: readonly Uint8Array[], signature: Uint8Array): boolean;
}

const noble = bls12_381.longSignatures;
const suite = "BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_";
const vectorSuite = "QUUX-V01-CS02-with-BLS12381G2_XMD:SHA-256_SSWU_RO_";

const onBlst: Library = {
  aggregate: (signatures) => aggregateSignatures(signatures.map((bytes) => Signature.fromBytes(bytes))).toBytes(),
  verifyApart(keys, messages, signature) {
    const points = keys.map((bytes) => PublicKey.fromBytes(bytes, true));
    return aggregateVerify([...messages], points, Signature.fromBytes(signature), false, true);
  },
};

const onNoble: Library = {
  aggregate: (signatures) =>
    noble.Signature.toBytes(noble.aggregateSignatures(signatures.map((bytes) => noble.Signature.fromBytes(bytes)))),
  verifyApart(keys, messages, signature) {
    const items = keys.map((publicKey, index) => ({
      publicKey: bls12_381.G1.Point.fromBytes(publicKey),
      message: noble.hash(messages[index] as Uint8Array, suite),
    }));
    return noble.verifyBatch(noble.Signature.fromBytes(signature), items);
  },
};

const schemes: readonly (readonly [Scheme, Library])[] = [
  [nativeScheme, onBlst],
  [portableScheme, onNoble],
];

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replace(/^0x/, ""), "hex"));
}

function toHex(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes).toString("hex")}`;
}

/** A library throws where a Scheme answers. */
function holds(run: () => boolean): boolean {
  try {
    return run();
  } catch {
    return false;
  }
}

describeVectors("bls", (folder) => {
  for (const file of folder.files) {
    for (const [scheme, library] of schemes) {
      test(`${file.replace(".json", "")}, ${scheme.name}`, () => tryVector(folder, file, scheme, library));
    }
  }
});

function tryVector(folder: VectorFolder, file: string, scheme: Scheme, library: Library): void {
  const [operation] = file.split("/");
  if (operation === "sign") trySign(folder.json(file), scheme);
  else if (operation === "verify") tryVerify(folder.json(file), scheme);
  else if (operation === "aggregate") tryAggregate(folder.json(file), scheme, library);
  else if (operation === "aggregate_verify") tryAggregateVerify(folder.json(file), library);
  else if (operation === "hash_to_G2") tryHashToG2(folder.json(file), scheme);
  else throw new Error(`no test for ${file}`);
}

function trySign({ input, output }: Vector<{ privkey: string; message: string }, string | null>, scheme: Scheme): void {
  const secret = scheme.parseSecretKey(fromHex(input.privkey));
  expect(secret.ok ? toHex(scheme.sign(secret.value, fromHex(input.message))) : null).toBe(output);
}

type VerifyInput = { readonly pubkey: string; readonly message: string; readonly signature: string };

function tryVerify({ input, output }: Vector<VerifyInput, boolean>, scheme: Scheme): void {
  const key = scheme.parsePublicKey(fromHex(input.pubkey));
  const [message, signature] = [fromHex(input.message), fromHex(input.signature)];
  expect(key.ok && scheme.verify(key.value, message, signature)).toBe(output);
  expect(key.ok && scheme.verifyAggregate([key.value], message, signature)).toBe(output);
  expect(key.ok && scheme.verifyBatch([{ key: key.value, message, signature }])).toBe(output);
}

function tryAggregate({ input, output }: Vector<string[], string | null>, scheme: Scheme, library: Library): void {
  const signatures = input.map(fromHex);
  const aggregate = scheme.aggregate(signatures);
  if (output === null) {
    expect(aggregate).toMatchObject({ ok: false, error: { code: "empty" } });
    return;
  }
  expect(toHex(library.aggregate(signatures))).toBe(output);
  // Our rule is stricter: infinity is no signature of anybody, alone or in an aggregate.
  if (output.startsWith("0xc0")) expect(aggregate).toMatchObject({ ok: false, error: { code: "infinity" } });
  else expect(aggregate.ok && toHex(aggregate.value)).toBe(output);
}

type AggregateInput = { readonly pubkeys: string[]; readonly messages: string[]; readonly signature: string };

function tryAggregateVerify({ input, output }: Vector<AggregateInput, boolean>, library: Library): void {
  const verdict = holds(() =>
    library.verifyApart(input.pubkeys.map(fromHex), input.messages.map(fromHex), fromHex(input.signature)),
  );
  expect(verdict).toBe(output);
}

/** Noble hashes under the vectors' tag; and what a scheme hashes to, the key 1 signs with, is noble's hash under ours. */
function tryHashToG2({ input, output }: Vector<{ msg: string }, { x: string; y: string }>, scheme: Scheme): void {
  const message = new TextEncoder().encode(input.msg);
  const { x, y } = noble.hash(message, vectorSuite).toAffine();
  const written = ({ c0, c1 }: { c0: bigint; c1: bigint }) =>
    [c0, c1].map((number) => `0x${number.toString(16).padStart(96, "0")}`).join();
  expect({ x: written(x), y: written(y) }).toEqual(output);
  const one = scheme.parseSecretKey(new Uint8Array(32).with(31, 1));
  expect(one.ok && scheme.sign(one.value, message)).toEqual(noble.Signature.toBytes(noble.hash(message, suite)));
}
