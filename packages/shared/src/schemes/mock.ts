// FORGEABLE BY ANYBODY. A stand-in for BLS in large simulations and nowhere else: the public key *is* the secret,
// and whoever has seen a key signs anything with it. A network with real parties must never run on it.
//
// It behaves as BLS does for parties that do not forge. A key is four odd numbers modulo 2^32, a message is hashed
// to four more, and a signature is their products, number by number. So signatures add up like keys do, and an
// aggregate of other signers, of another message, or with a signer twice or missing does not verify: an odd number
// has an inverse, so no product hides a difference.
//
// Key and signature have one encoding: a tag, the numbers, zeros, and a check word over the numbers. A wrong check
// word stands for a point outside the subgroup, and four zeros for infinity, so that simulations meet all refusals.

import { assert } from "../assert.ts";
import { utf8 } from "../bytes.ts";
import { type Result, success } from "../result.ts";
import {
  type KeyError,
  type KeyMatter,
  type PublicKey,
  publicKeyBytes,
  refuseKey,
  type Scheme,
  type SecretKey,
  secretKeyBytes,
  signatureBytes,
} from "../scheme.ts";

type Numbers = readonly [number, number, number, number];

const keyTag = utf8("tandem mock key ");
const signatureTag = utf8("tandem mock sign");
const numbersStart = 16;
const zerosStart = 32;
/** The first byte of the order of the group of BLS12-381: a secret key that begins with less is in range. */
const orderStart = 0x73;

class MockPublicKey implements PublicKey {
  readonly bytes: Uint8Array;
  readonly numbers: Numbers;

  constructor(numbers: Numbers) {
    this.bytes = encode(numbers, keyTag, publicKeyBytes);
    this.numbers = numbers;
  }
}

class MockSecretKey implements SecretKey {
  readonly publicKey: MockPublicKey;
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.publicKey = new MockPublicKey(oddNumbers(bytes, 1));
    this.bytes = bytes;
  }
}

function wordAt(bytes: Uint8Array, at: number): number {
  const byte = (offset: number) => bytes[at + offset] ?? 0;
  return byte(0) | (byte(1) << 8) | (byte(2) << 16) | (byte(3) << 24);
}

function writeWord(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word;
  bytes[at + 1] = word >>> 8;
  bytes[at + 2] = word >>> 16;
  bytes[at + 3] = word >>> 24;
}

/** Mixes words into four numbers. Each step can be undone, so nothing that went in is lost before the end. */
function mix(words: number, wordOf: (index: number) => number, seed: number): Numbers {
  let [a, b, c, d] = [seed ^ 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344];
  for (let index = 0; index < words + 2; index++) {
    // After the last word come two rounds over the count, so that it reaches all four numbers.
    a = Math.imul(a ^ (index < words ? wordOf(index) : words), 0x9e3779b1);
    b = Math.imul(b + (a ^ (a >>> 15)), 0x85ebca6b);
    c = Math.imul(c ^ (b ^ (b >>> 13)), 0xc2b2ae35);
    d = Math.imul(d + (c ^ (c >>> 16)), 0x27d4eb2f);
    a = (a + (d ^ (d >>> 15))) | 0;
  }
  return [a, b, c, d];
}

function oddNumbers(bytes: Uint8Array, seed: number): Numbers {
  const words = Math.ceil(bytes.length / 4);
  const [a, b, c, d] = mix(words, (index) => wordAt(bytes, 4 * index), seed ^ (bytes.length << 8));
  return [a | 1, b | 1, c | 1, d | 1];
}

function add(left: Numbers, right: Numbers): Numbers {
  return [(left[0] + right[0]) | 0, (left[1] + right[1]) | 0, (left[2] + right[2]) | 0, (left[3] + right[3]) | 0];
}

function multiply(left: Numbers, right: Numbers): Numbers {
  return [
    Math.imul(left[0], right[0]),
    Math.imul(left[1], right[1]),
    Math.imul(left[2], right[2]),
    Math.imul(left[3], right[3]),
  ];
}

function equal(left: Numbers, right: Numbers): boolean {
  return left[0] === right[0] && left[1] === right[1] && left[2] === right[2] && left[3] === right[3];
}

function checkWord(numbers: Numbers): number {
  return mix(4, (index) => numbers[index] as number, 2)[3];
}

function encode(numbers: Numbers, tag: Uint8Array, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set(tag);
  for (let i = 0; i < 4; i++) writeWord(bytes, numbersStart + 4 * i, numbers[i] as number);
  writeWord(bytes, length - 4, checkWord(numbers));
  return bytes;
}

function isFramed(bytes: Uint8Array, tag: Uint8Array): boolean {
  for (let i = 0; i < numbersStart; i++) if (bytes[i] !== tag[i]) return false;
  for (let i = zerosStart; i < bytes.length - 4; i++) if (bytes[i] !== 0) return false;
  return true;
}

function decode(matter: KeyMatter, bytes: Uint8Array, tag: Uint8Array, length: number): Result<Numbers, KeyError> {
  if (bytes.length !== length) return refuseKey(matter, "wrong-length");
  if (!isFramed(bytes, tag)) return refuseKey(matter, "bad-encoding");
  const at = (index: number) => wordAt(bytes, numbersStart + 4 * index);
  const numbers = [at(0), at(1), at(2), at(3)] as const;
  if (wordAt(bytes, length - 4) !== checkWord(numbers)) return refuseKey(matter, "not-in-group");
  return numbers.every((number) => number === 0) ? refuseKey(matter, "infinity") : success(numbers);
}

function decodeSignature(bytes: Uint8Array): Result<Numbers, KeyError> {
  return decode("signature", bytes, signatureTag, signatureBytes);
}

function numbersOf(key: PublicKey): Numbers {
  assert(key instanceof MockPublicKey, "a public key that this scheme parsed");
  return key.numbers;
}

function verifyNumbers(key: Numbers, message: Uint8Array, signature: Uint8Array): boolean {
  const decoded = decodeSignature(signature);
  return decoded.ok && equal(decoded.value, multiply(key, oddNumbers(message, 0)));
}

export const mockScheme: Scheme = {
  name: "mock",
  parseSecretKey(bytes) {
    if (bytes.length !== secretKeyBytes) return refuseKey("secret key", "wrong-length");
    const inRange = (bytes[0] as number) < orderStart && bytes.some((byte) => byte !== 0);
    return inRange ? success(new MockSecretKey(bytes.slice())) : refuseKey("secret key", "bad-encoding");
  },
  exportSecretKey(key) {
    assert(key instanceof MockSecretKey, "a secret key of this scheme");
    return key.bytes.slice();
  },
  deriveSecretKey(seed) {
    assert(seed.length >= secretKeyBytes, `a seed has at least ${secretKeyBytes} bytes, not ${seed.length}`);
    const bytes = new Uint8Array(secretKeyBytes);
    // The first word stays zero, which keeps the key in range; an odd number after it keeps it from being zero.
    for (const [index, number] of oddNumbers(seed, 3).entries()) writeWord(bytes, 4 + 4 * index, number);
    return new MockSecretKey(bytes);
  },
  parsePublicKey(bytes) {
    const numbers = decode("public key", bytes, keyTag, publicKeyBytes);
    return numbers.ok ? success(new MockPublicKey(numbers.value)) : numbers;
  },
  checkSignature(signature) {
    const decoded = decodeSignature(signature);
    return decoded.ok ? undefined : decoded.error;
  },
  sign(key, message) {
    assert(key instanceof MockSecretKey, "a secret key of this scheme");
    return encode(multiply(key.publicKey.numbers, oddNumbers(message, 0)), signatureTag, signatureBytes);
  },
  verify: (key, message, signature) => verifyNumbers(numbersOf(key), message, signature),
  aggregate(signatures) {
    if (signatures.length === 0) return refuseKey("signature", "empty");
    let sum: Numbers = [0, 0, 0, 0];
    for (const signature of signatures) {
      const decoded = decodeSignature(signature);
      if (!decoded.ok) return decoded;
      sum = add(sum, decoded.value);
    }
    const encoded = encode(sum, signatureTag, signatureBytes);
    const refused = mockScheme.checkSignature(encoded);
    return refused === undefined ? success(encoded) : { ok: false, error: refused };
  },
  verifyAggregate(keys, message, signature) {
    if (keys.length === 0) return false;
    return verifyNumbers(keys.map(numbersOf).reduce(add), message, signature);
  },
  verifyBatch: (signed) =>
    signed.every(({ key, message, signature }) => verifyNumbers(numbersOf(key), message, signature)),
};
