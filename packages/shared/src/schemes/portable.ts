// BLS12-381 in plain JavaScript, for browsers and wherever native code is missing: public keys in G1, signatures
// in G2, messages hashed to G2 under the proof-of-possession suite of draft-irtf-cfrg-bls-signature-05.
//
// What the library checks when it decodes (and `test/schemes/portable.test.ts` proves): flags, coordinates below
// p, the curve's equation, the prime-order subgroup. It takes infinity and uncompressed keys; this file doesn't.

import { mulAddUnsafe } from "@noble/curves/abstract/curve.js";
import { bls12_381 } from "@noble/curves/bls12-381.js";
import { bytesToNumberBE, numberToBytesBE } from "@noble/curves/utils.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import { assert } from "../assert.ts";
import { concatBytes, toHex, utf8 } from "../bytes.ts";
import { sha256 } from "../hashing.ts";
import { type Result, success } from "../result.ts";
import {
  type KeyError,
  type KeyMatter,
  type PublicKey,
  publicKeyBytes,
  refuseKey,
  type Scheme,
  type SecretKey,
  type SignedMessage,
  secretKeyBytes,
  signatureBytes,
} from "../scheme.ts";

const { G1, G2, fields, longSignatures, millerLoopBatch, utils } = bls12_381;
const { Fr, Fp12 } = fields;
type G1Point = typeof G1.Point.BASE;
type G2Point = typeof G2.Point.BASE;
type Lines = Parameters<typeof millerLoopBatch>[0][number];

const suite = "BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_";
const keygenSalt = utf8("BLS-SIG-KEYGEN-SALT-");
const batchTag = utf8("tandem batch");
const generator = G1.Point.BASE;

class PortablePublicKey implements PublicKey {
  readonly bytes: Uint8Array;
  readonly point: G1Point;

  constructor(point: G1Point) {
    this.bytes = point.toBytes();
    this.point = point;
  }
}

class PortableSecretKey implements SecretKey {
  readonly publicKey: PortablePublicKey;
  /** Private to the class, so that printing or copying a key does not show it. */
  readonly #scalar: bigint;

  constructor(scalar: bigint) {
    this.publicKey = new PortablePublicKey(generator.multiply(scalar));
    this.#scalar = scalar;
  }

  export(): Uint8Array {
    return numberToBytesBE(this.#scalar, secretKeyBytes);
  }

  sign(message: Uint8Array): Uint8Array {
    return longSignatures.Signature.toBytes(hashToG2(message).multiply(this.#scalar));
  }
}

function hashToG2(message: Uint8Array): G2Point {
  return longSignatures.hash(message, suite);
}

function pointOf(key: PublicKey): G1Point {
  assert(key instanceof PortablePublicKey, "a public key that this scheme parsed");
  return key.point;
}

function parsePoint<Point extends { is0(): boolean }>(
  matter: KeyMatter,
  bytes: Uint8Array,
  length: number,
  decode: (bytes: Uint8Array) => Point,
): Result<Point, KeyError> {
  if (bytes.length !== length) return refuseKey(matter, "wrong-length");
  try {
    const point = decode(bytes);
    return point.is0() ? refuseKey(matter, "infinity") : success(point);
  } catch (fault) {
    const outside = fault instanceof Error && fault.message.includes("subgroup");
    return refuseKey(matter, outside ? "not-in-group" : "bad-encoding");
  }
}

function parseSignature(bytes: Uint8Array): Result<G2Point, KeyError> {
  return parsePoint("signature", bytes, signatureBytes, longSignatures.Signature.fromBytes);
}

function parseSignatures(signatures: readonly Uint8Array[]): Result<G2Point[], KeyError> {
  const points: G2Point[] = [];
  for (const signature of signatures) {
    const point = parseSignature(signature);
    if (!point.ok) return point;
    points.push(point.value);
  }
  return success(points);
}

/** Whether the product of the pairings is one. Points are known to be in their groups. */
function pairingsCancel(pairs: readonly (readonly [G1Point, G2Point])[]): boolean {
  // A pairing with infinity is one, whatever stands on its other side, and the library has no lines through it.
  if (pairs.some(([left, right]) => left.is0() || right.is0())) return false;
  const lines = pairs.map(([left, right]): Lines => {
    const { x, y } = left.toAffine();
    return [utils.calcPairingPrecomputes(right), x, y];
  });
  return Fp12.eql(Fp12.finalExponentiate(millerLoopBatch(lines)), Fp12.ONE);
}

function verifyPoint(key: G1Point, message: Uint8Array, signature: Uint8Array): boolean {
  const point = parseSignature(signature);
  if (!point.ok) return false;
  return pairingsCancel([
    [key, hashToG2(message)],
    [generator.negate(), point.value],
  ]);
}

/**
 * Factors from 1 to 2^128 that nobody can know before all of the batch is fixed: they are hashes of it. Protocol
 * code has no randomness (section 9), and needs none here.
 */
function batchFactors(signed: readonly SignedMessage[]): bigint[] {
  const parts = signed.flatMap(({ key, message, signature }) => [key.bytes, sha256(message), signature]);
  const seed = sha256(concatBytes(batchTag, ...parts));
  return signed.map((_, index) => {
    const digest = sha256(concatBytes(seed, numberToBytesBE(index, 4)));
    return bytesToNumberBE(digest.subarray(0, 16)) + 1n;
  });
}

/** Keys times their factors, summed for each distinct message, beside that message in G2. */
function batchPairs(signed: readonly SignedMessage[], factors: readonly bigint[]): [G1Point, G2Point][] {
  const keys = new Map<string, { readonly message: Uint8Array; sum: G1Point }>();
  for (const [index, { key, message }] of signed.entries()) {
    const name = toHex(message);
    const entry = keys.get(name) ?? { message, sum: G1.Point.ZERO };
    entry.sum = entry.sum.add(pointOf(key).multiplyUnsafe(factors[index] as bigint));
    keys.set(name, entry);
  }
  return Array.from(keys.values(), ({ message, sum }) => [sum, hashToG2(message)]);
}

/** KeyGen of the BLS standard, with no key_info; the same as the root of EIP-2333's tree of keys. */
function deriveScalar(seed: Uint8Array): bigint {
  assert(seed.length >= secretKeyBytes, `a seed has at least ${secretKeyBytes} bytes, not ${seed.length}`);
  const material = concatBytes(seed, Uint8Array.of(0));
  let salt = keygenSalt;
  for (;;) {
    salt = sha256(salt);
    const scalar = Fr.create(bytesToNumberBE(hkdf(nobleSha256, material, salt, Uint8Array.of(0, 48), 48)));
    if (scalar !== 0n) return scalar;
  }
}

export const portableScheme: Scheme = {
  name: "noble",
  parseSecretKey(bytes) {
    if (bytes.length !== secretKeyBytes) return refuseKey("secret key", "wrong-length");
    const scalar = bytesToNumberBE(bytes);
    return Fr.isValidNot0(scalar) ? success(new PortableSecretKey(scalar)) : refuseKey("secret key", "bad-encoding");
  },
  exportSecretKey(key) {
    assert(key instanceof PortableSecretKey, "a secret key of this scheme");
    return key.export();
  },
  deriveSecretKey: (seed) => new PortableSecretKey(deriveScalar(seed)),
  parsePublicKey(bytes) {
    const point = parsePoint("public key", bytes, publicKeyBytes, G1.Point.fromBytes);
    return point.ok ? success(new PortablePublicKey(point.value)) : point;
  },
  checkSignature(signature) {
    const point = parseSignature(signature);
    return point.ok ? undefined : point.error;
  },
  sign(key, message) {
    assert(key instanceof PortableSecretKey, "a secret key of this scheme");
    return key.sign(message);
  },
  verify: (key, message, signature) => verifyPoint(pointOf(key), message, signature),
  aggregate(signatures) {
    if (signatures.length === 0) return refuseKey("signature", "empty");
    const points = parseSignatures(signatures);
    if (!points.ok) return points;
    const sum = points.value.reduce((left, right) => left.add(right));
    return sum.is0() ? refuseKey("signature", "infinity") : success(longSignatures.Signature.toBytes(sum));
  },
  verifyAggregate(keys, message, signature) {
    if (keys.length === 0) return false;
    return verifyPoint(
      keys.map(pointOf).reduce((left, right) => left.add(right)),
      message,
      signature,
    );
  },
  verifyBatch(signed) {
    if (signed.length === 0) return true;
    const points = parseSignatures(signed.map(({ signature }) => signature));
    if (!points.ok) return false;
    const factors = batchFactors(signed);
    const sum = mulAddUnsafe(G2.Point, points.value, factors);
    return pairingsCancel([...batchPairs(signed, factors), [generator.negate(), sum]]);
  },
};
