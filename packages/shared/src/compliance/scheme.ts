// What every Scheme must do. The mock passes it too, as far as nobody forges.

import { assert } from "../assert.ts";
import { equalBytes, utf8 } from "../bytes.ts";
import type { Result } from "../result.ts";
import {
  type KeyCode,
  type KeyError,
  publicKeyBytes,
  type Scheme,
  type SecretKey,
  type SignedMessage,
  secretKeyBytes,
  signatureBytes,
} from "../scheme.ts";
import type { ComplianceCase } from "./case.ts";
import type { Malformed } from "./malformed.ts";

const message = utf8("a message of some length");
const otherMessage = utf8("a message of same length");

function seed(number: number): Uint8Array {
  return new Uint8Array(secretKeyBytes).fill(number);
}

/** Signers with keys of their own, always the same. */
function signers(scheme: Scheme, count: number): SecretKey[] {
  return Array.from({ length: count }, (_, index) => scheme.deriveSecretKey(seed(index + 1)));
}

function taken<T>(result: Result<T, KeyError>, what: string): T {
  assert(result.ok, `${what} is refused: ${result.ok ? "" : result.error.message}`);
  return result.value;
}

function refusedAs(result: Result<unknown, KeyError>, code: KeyCode, what: string): void {
  assert(!result.ok, `${what} is taken`);
  assert(result.error.code === code, `${what} is refused as ${result.error.code}, not ${code}`);
}

function throws(run: () => unknown): boolean {
  try {
    run();
    return false;
  } catch {
    return true;
  }
}

function isPlain(bytes: Uint8Array): boolean {
  return bytes.constructor === Uint8Array;
}

/** `bytes` with a bit of one byte flipped. */
function changed(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = (copy[at] as number) ^ 1;
  return copy;
}

/** Each key over a message of its own. */
function signedApart(scheme: Scheme, count: number): SignedMessage[] {
  return signers(scheme, count).map((secret, index) => {
    const own = utf8(`message ${index}`);
    return { key: secret.publicKey, message: own, signature: scheme.sign(secret, own) };
  });
}

function signAll(scheme: Scheme, secrets: readonly SecretKey[]): Uint8Array[] {
  return secrets.map((secret) => scheme.sign(secret, message));
}

function aggregateOf(scheme: Scheme, secrets: readonly SecretKey[]): Uint8Array {
  return taken(scheme.aggregate(signAll(scheme, secrets)), "an aggregate");
}

function secretKeyCases(scheme: Scheme): ComplianceCase[] {
  return [
    {
      name: "a seed gives one key, another seed another",
      run() {
        const [first, second] = [scheme.deriveSecretKey(seed(1)), scheme.deriveSecretKey(seed(1))];
        assert(equalBytes(first.publicKey.bytes, second.publicKey.bytes), "the same seed gives the same key");
        const other = scheme.deriveSecretKey(changed(seed(1), 31));
        assert(!equalBytes(first.publicKey.bytes, other.publicKey.bytes), "another seed gives another key");
        assert(
          throws(() => scheme.deriveSecretKey(new Uint8Array(31))),
          "a seed of 31 bytes is too short",
        );
      },
    },
    {
      name: "a secret key survives export and parsing",
      run() {
        const secret = scheme.deriveSecretKey(seed(2));
        const bytes = scheme.exportSecretKey(secret);
        assert(bytes.length === secretKeyBytes && isPlain(bytes), "32 plain bytes");
        const parsed = taken(scheme.parseSecretKey(bytes), "an exported key");
        assert(equalBytes(parsed.publicKey.bytes, secret.publicKey.bytes), "the same public key");
        assert(equalBytes(scheme.sign(parsed, message), scheme.sign(secret, message)), "the same signature");
        bytes.fill(0);
        assert(
          scheme.exportSecretKey(secret).some((byte) => byte !== 0),
          "what is exported is a copy",
        );
      },
    },
    {
      name: "zero, a number above the order, and another length are no secret keys",
      run() {
        refusedAs(scheme.parseSecretKey(new Uint8Array(32)), "bad-encoding", "zero");
        refusedAs(scheme.parseSecretKey(seed(0xff)), "bad-encoding", "2^256 - 1");
        for (const length of [0, 31, 33, 48]) {
          refusedAs(scheme.parseSecretKey(new Uint8Array(length).fill(1)), "wrong-length", `${length} bytes`);
        }
      },
    },
  ];
}

function encodingCases(scheme: Scheme, malformed: Malformed): ComplianceCase[] {
  const [secret] = signers(scheme, 1) as [SecretKey];
  const signature = scheme.sign(secret, message);
  return [
    {
      name: "a public key survives encoding and parsing, and keeps bytes of its own",
      run() {
        const bytes = secret.publicKey.bytes.slice();
        const parsed = taken(scheme.parsePublicKey(bytes), "a public key");
        assert(bytes.length === publicKeyBytes && isPlain(parsed.bytes), "48 plain bytes");
        bytes.fill(0);
        assert(equalBytes(parsed.bytes, secret.publicKey.bytes), "a parsed key does not change with its source");
        assert(scheme.verify(parsed, message, signature), "a parsed key verifies");
      },
    },
    {
      name: "keys and signatures of another length are refused",
      run() {
        for (const length of [0, 1, 47, 49, 96, 192]) {
          const bytes = new Uint8Array(length);
          bytes.set(secret.publicKey.bytes.subarray(0, length));
          refusedAs(scheme.parsePublicKey(bytes), "wrong-length", `a key of ${length} bytes`);
        }
        for (const length of [0, 1, 48, 95, 97, 192]) {
          const bytes = new Uint8Array(length);
          bytes.set(signature.subarray(0, length));
          assert(scheme.checkSignature(bytes)?.code === "wrong-length", `a signature of ${length} bytes`);
          assert(!scheme.verify(secret.publicKey, message, bytes), `${length} bytes do not verify`);
        }
      },
    },
    {
      name: "a key of another scheme is our mistake",
      run() {
        const foreign = { bytes: secret.publicKey.bytes };
        assert(
          throws(() => scheme.verify(foreign, message, signature)),
          "verify",
        );
        assert(
          throws(() => scheme.verifyAggregate([foreign], message, signature)),
          "verifyAggregate",
        );
        assert(
          throws(() => scheme.verifyBatch([{ key: foreign, message, signature }])),
          "verifyBatch",
        );
        assert(
          throws(() => scheme.sign({ publicKey: secret.publicKey }, message)),
          "sign",
        );
      },
    },
    ...malformed.keys.map(({ name, bytes, code }) => ({
      name: `no key: ${name}`,
      run: () => refusedAs(scheme.parsePublicKey(bytes), code, name),
    })),
    ...malformed.signatures.map(({ name, bytes, code }) => ({
      name: `no signature: ${name}`,
      run: () => refusedEverywhere(scheme, bytes, code),
    })),
  ];
}

/** A malformed signature is refused by whatever takes one, beside good ones too. */
function refusedEverywhere(scheme: Scheme, malformed: Uint8Array, code: KeyCode): void {
  const [first, second] = signers(scheme, 2) as [SecretKey, SecretKey];
  const good = scheme.sign(first, message);
  const actual = scheme.checkSignature(malformed)?.code;
  assert(actual === code, `checked as ${actual}, not ${code}`);
  refusedAs(scheme.aggregate([malformed]), code, "an aggregate of it alone");
  refusedAs(scheme.aggregate([good, malformed]), code, "an aggregate with it");
  const keys = [first.publicKey, second.publicKey];
  assert(!scheme.verify(first.publicKey, message, malformed), "verify");
  assert(!scheme.verifyAggregate(keys, message, malformed), "verifyAggregate");
  const bad = { key: second.publicKey, message, signature: malformed };
  assert(!scheme.verifyBatch([bad]), "verifyBatch of it alone");
  assert(!scheme.verifyBatch([{ key: first.publicKey, message, signature: good }, bad]), "verifyBatch with it");
}

function signingCases(scheme: Scheme): ComplianceCase[] {
  const [secret, other] = signers(scheme, 2) as [SecretKey, SecretKey];
  return [
    {
      name: "a signature verifies for its key and message, and for no other",
      run() {
        const signature = scheme.sign(secret, message);
        assert(signature.length === signatureBytes && isPlain(signature), "96 plain bytes");
        assert(equalBytes(signature, scheme.sign(secret, message)), "always the same");
        assert(scheme.checkSignature(signature) === undefined, "well formed");
        assert(scheme.verify(secret.publicKey, message, signature), "it verifies");
        assert(!scheme.verify(secret.publicKey, otherMessage, signature), "not for another message");
        assert(!scheme.verify(other.publicKey, message, signature), "not for another key");
      },
    },
    {
      name: "messages of any length are signed, also none at all",
      run() {
        for (const length of [0, 1, 31, 32, 33, 1000]) {
          const long = new Uint8Array(length).fill(7);
          const signature = scheme.sign(secret, long);
          assert(scheme.verify(secret.publicKey, long, signature), `${length} bytes`);
          assert(!scheme.verify(secret.publicKey, new Uint8Array(length + 1).fill(7), signature), "a byte more");
        }
      },
    },
    {
      name: "a change of any byte of a signature is noticed",
      run() {
        const signature = scheme.sign(secret, message);
        for (let at = 0; at < signature.length; at += 5) {
          assert(!scheme.verify(secret.publicKey, message, changed(signature, at)), `byte ${at}`);
        }
      },
    },
  ];
}

function aggregateCases(scheme: Scheme): ComplianceCase[] {
  const secrets = signers(scheme, 5);
  const keys = secrets.map(({ publicKey }) => publicKey);
  return [
    {
      name: "an aggregate of none is refused, of one is that one, and order does not matter",
      run() {
        refusedAs(scheme.aggregate([]), "empty", "an aggregate of none");
        const signatures = signAll(scheme, secrets);
        const [first] = signatures as [Uint8Array];
        assert(equalBytes(taken(scheme.aggregate([first]), "one"), first), "one is itself");
        const reversed = taken(scheme.aggregate(signatures.toReversed()), "the reverse");
        assert(equalBytes(reversed, aggregateOf(scheme, secrets)), "the same in any order");
      },
    },
    {
      name: "aggregates can be aggregated further",
      run() {
        const [left, right] = [aggregateOf(scheme, secrets.slice(0, 2)), aggregateOf(scheme, secrets.slice(2))];
        const whole = taken(scheme.aggregate([left, right]), "both");
        assert(equalBytes(whole, aggregateOf(scheme, secrets)), "the same as all at once");
      },
    },
    {
      name: "an aggregate verifies for exactly its signers and message",
      run() {
        const aggregate = aggregateOf(scheme, secrets);
        assert(scheme.verifyAggregate(keys, message, aggregate), "it verifies");
        assert(scheme.verifyAggregate(keys.toReversed(), message, aggregate), "in any order");
        assert(!scheme.verifyAggregate(keys, otherMessage, aggregate), "not for another message");
        assert(!scheme.verifyAggregate(keys.slice(1), message, aggregate), "not if a signer is left out");
        assert(
          !scheme.verifyAggregate([...keys, keys[0] as (typeof keys)[0]], message, aggregate),
          "not with one twice",
        );
        const [stranger] = signers(scheme, 6).slice(5) as [SecretKey];
        assert(!scheme.verifyAggregate([...keys, stranger.publicKey], message, aggregate), "not with a stranger");
        assert(!scheme.verifyAggregate([...keys.slice(1), stranger.publicKey], message, aggregate), "not instead");
        assert(!scheme.verifyAggregate([], message, aggregate), "not for nobody");
      },
    },
    {
      name: "a signature that counts twice, or is of another message, spoils an aggregate",
      run() {
        const signatures = signAll(scheme, secrets);
        const [first] = signatures as [Uint8Array];
        const doubled = taken(scheme.aggregate([...signatures, first]), "one twice");
        assert(!scheme.verifyAggregate(keys, message, doubled), "one twice");
        const astray = scheme.sign(secrets[0] as SecretKey, otherMessage);
        const mixed = taken(scheme.aggregate([astray, ...signatures.slice(1)]), "one of another message");
        assert(!scheme.verifyAggregate(keys, message, mixed), "one of another message");
      },
    },
    {
      name: "one key is an aggregate of one",
      run() {
        const [first, second] = signAll(scheme, secrets) as [Uint8Array, Uint8Array];
        assert(scheme.verifyAggregate(keys.slice(0, 1), message, first), "its own signature");
        assert(!scheme.verifyAggregate(keys.slice(0, 1), message, second), "another's");
      },
    },
  ];
}

function batchCases(scheme: Scheme): ComplianceCase[] {
  return [
    {
      name: "a batch of none, of exactly one, and of several good signatures verifies",
      run() {
        const signed = signedApart(scheme, 5);
        for (let count = 0; count <= signed.length; count++) {
          assert(scheme.verifyBatch(signed.slice(0, count)), `${count} good signatures`);
        }
      },
    },
    {
      name: "one bad signature at any place spoils a batch, also alone",
      run() {
        const signed = signedApart(scheme, 4);
        for (const [at, { key, message: own }] of signed.entries()) {
          const signature = (signed[(at + 1) % signed.length] as SignedMessage).signature;
          const spoiled = signed.with(at, { key, message: own, signature });
          assert(!scheme.verifyBatch(spoiled), `a wrong signature at place ${at}`);
          assert(!scheme.verifyBatch(spoiled.slice(at, at + 1)), "and alone");
        }
      },
    },
    {
      name: "errors that cancel each other in a plain sum are noticed",
      run() {
        const [first, second] = signers(scheme, 2) as [SecretKey, SecretKey];
        const [ofFirst, ofSecond] = signAll(scheme, [first, second]) as [Uint8Array, Uint8Array];
        const swapped = [
          { key: first.publicKey, message, signature: ofSecond },
          { key: second.publicKey, message, signature: ofFirst },
        ];
        assert(!scheme.verifyBatch(swapped), "two signers of one message with each other's signatures");
      },
    },
    {
      name: "a batch may hold one key, message or signature several times",
      run() {
        const [first, second] = signedApart(scheme, 2) as [SignedMessage, SignedMessage];
        assert(scheme.verifyBatch([first, second, first, first]), "the same three times");
        const secret = signers(scheme, 1)[0] as SecretKey;
        const again = { key: first.key, message, signature: scheme.sign(secret, message) };
        assert(scheme.verifyBatch([first, again]), "two messages of one key");
      },
    },
  ];
}

export function schemeCases(scheme: Scheme, malformed: Malformed): ComplianceCase[] {
  return [
    ...secretKeyCases(scheme),
    ...encodingCases(scheme, malformed),
    ...signingCases(scheme),
    ...aggregateCases(scheme),
    ...batchCases(scheme),
  ];
}
