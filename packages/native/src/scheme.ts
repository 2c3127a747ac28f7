// BLS12-381 on blst. Secret keys are @chainsafe/bls's own; parsing and every verification go to its core,
// @chainsafe/blst, where the library above it falls short (docs/decisions/0001):
//
// - it parses raw bytes inside aggregates and batches without a subgroup check: here every part is checked;
// - its `verifyMultiple` of exactly one says false whatever the signature, because it calls what blst 2 no longer
//   has: here nothing calls it;
// - its `async` calls block like the others: here is no `async`; who must not wait verifies in a worker;
// - its main entry falls back to WebAssembly without a word: `blst-native` says so if blst is missing.

import { SecretKey as BlsSecretKey } from "@chainsafe/bls/blst-native";
import { PointFormat } from "@chainsafe/bls/types";
import {
  aggregateSignatures,
  fastAggregateVerify,
  PublicKey as Point,
  Signature,
  verify,
  verifyMultipleAggregateSignatures,
} from "@chainsafe/blst";
import {
  assert,
  type KeyCode,
  type KeyError,
  type KeyMatter,
  type PublicKey,
  publicKeyBytes,
  type Result,
  refuseKey,
  type Scheme,
  type SecretKey,
  type SignedMessage,
  secretKeyBytes,
  signatureBytes,
  success,
} from "@tandem/shared";

class NativePublicKey implements PublicKey {
  readonly bytes: Uint8Array;
  /** Affine, in native memory. Its uncompressed bytes would bring it back in a microsecond elsewhere. */
  readonly point: Point;

  constructor(point: Point) {
    this.bytes = point.toBytes();
    this.point = point;
  }
}

class NativeSecretKey implements SecretKey {
  readonly publicKey: NativePublicKey;
  /** Private to the class, so that printing or copying a key does not show it. */
  readonly #secret: BlsSecretKey;

  constructor(secret: BlsSecretKey) {
    this.publicKey = new NativePublicKey(Point.fromBytes(secret.toPublicKey().toBytes(PointFormat.uncompressed)));
    this.#secret = secret;
  }

  export(): Uint8Array {
    return this.#secret.toBytes();
  }

  sign(message: Uint8Array): Uint8Array {
    return this.#secret.sign(message).toBytes();
  }
}

function pointOf(key: PublicKey): Point {
  assert(key instanceof NativePublicKey, "a public key that this scheme parsed");
  return key.point;
}

const codes: Partial<Record<string, KeyCode>> = {
  BLST_POINT_NOT_IN_GROUP: "not-in-group",
  BLST_PK_IS_INFINITY: "infinity",
};

/** What blst refuses, it throws. */
function parse<Value>(
  matter: KeyMatter,
  bytes: Uint8Array,
  length: number,
  decode: (bytes: Uint8Array) => Value,
): Result<Value, KeyError> {
  // blst takes uncompressed points too; here a point has one encoding.
  if (bytes.length !== length) return refuseKey(matter, "wrong-length");
  try {
    return success(decode(bytes));
  } catch (fault) {
    const { code = "" } = fault as { readonly code?: string };
    return refuseKey(matter, codes[code] ?? "bad-encoding");
  }
}

function parseSignature(bytes: Uint8Array): Result<Signature, KeyError> {
  return parse("signature", bytes, signatureBytes, (encoded) => Signature.fromBytes(encoded, true));
}

const infinityFlag = 0x40;

function verifyOne(key: PublicKey, message: Uint8Array, signature: Uint8Array): boolean {
  const parsed = parseSignature(signature);
  return parsed.ok && verify(message, pointOf(key), parsed.value);
}

/** Signatures are decoded first; blst checks their subgroup (the last argument) on all threads, with the rest. */
function verifySeveral(signed: readonly SignedMessage[]): boolean {
  const sets = [];
  for (const { key, message, signature } of signed) {
    const decoded = parse("signature", signature, signatureBytes, (encoded) => Signature.fromBytes(encoded));
    if (!decoded.ok) return false;
    sets.push({ msg: message, pk: pointOf(key), sig: decoded.value });
  }
  return verifyMultipleAggregateSignatures(sets, false, true);
}

export const nativeScheme: Scheme = {
  name: "blst",
  parseSecretKey(bytes) {
    const secret = parse("secret key", bytes, secretKeyBytes, (encoded) => BlsSecretKey.fromBytes(encoded));
    return secret.ok ? success(new NativeSecretKey(secret.value)) : secret;
  },
  exportSecretKey(key) {
    assert(key instanceof NativeSecretKey, "a secret key of this scheme");
    return key.export();
  },
  deriveSecretKey(seed) {
    assert(seed.length >= secretKeyBytes, `a seed has at least ${secretKeyBytes} bytes, not ${seed.length}`);
    return new NativeSecretKey(BlsSecretKey.fromKeygen(seed));
  },
  parsePublicKey(bytes) {
    const point = parse("public key", bytes, publicKeyBytes, (encoded) => Point.fromBytes(encoded, true));
    return point.ok ? success(new NativePublicKey(point.value)) : point;
  },
  checkSignature(signature) {
    const parsed = parseSignature(signature);
    return parsed.ok ? undefined : parsed.error;
  },
  sign(key, message) {
    assert(key instanceof NativeSecretKey, "a secret key of this scheme");
    return key.sign(message);
  },
  verify: verifyOne,
  aggregate(signatures) {
    if (signatures.length === 0) return refuseKey("signature", "empty");
    const parsed: Signature[] = [];
    for (const signature of signatures) {
      const result = parseSignature(signature);
      if (!result.ok) return result;
      parsed.push(result.value);
    }
    const sum = aggregateSignatures(parsed).toBytes();
    return ((sum[0] ?? 0) & infinityFlag) !== 0 ? refuseKey("signature", "infinity") : success(sum);
  },
  verifyAggregate(keys, message, signature) {
    const parsed = parseSignature(signature);
    return parsed.ok && fastAggregateVerify(message, keys.map(pointOf), parsed.value);
  },
  verifyBatch(signed) {
    const [first] = signed;
    if (first === undefined) return true;
    // One alone is a quarter cheaper without the factors of a batch.
    return signed.length === 1 ? verifyOne(first.key, first.message, first.signature) : verifySeveral(signed);
  },
};
