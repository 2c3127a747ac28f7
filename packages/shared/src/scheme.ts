// Validator keys: BLS12-381 signatures (keys in G1, signatures in G2, proof-of-possession ciphersuite)
// behind one interface. Native in nodes, portable in browsers, a cheap mock in large simulations; all
// three pass `compliance/scheme.ts`.
//
// Hazards that every implementation closes, so that no caller has to know them:
// - a key or signature is parsed only if its encoding is canonical, on the curve, in the prime-order
//   subgroup and not infinity;
// - aggregation and batches parse every part that way, and have no special answer for 0 or 1 parts;
// - the keys of an aggregate sign one message, so each needs a proof of possession first (`possession.ts`).

import { type Failure, failure, type Result } from "./result.ts";

export const publicKeyBytes = 48;
export const signatureBytes = 96;
export const secretKeyBytes = 32;

export type KeyCode =
  | "wrong-length"
  | "bad-encoding" // not a canonical compressed point, or a scalar outside 1..r-1
  | "not-in-group" // on the curve, outside the subgroup
  | "infinity"
  | "empty"; // nothing to aggregate

export type KeyError = Failure<KeyCode>;
export type KeyMatter = "public key" | "secret key" | "signature";

const reasons: Record<KeyCode, string> = {
  "wrong-length": "has another length",
  "bad-encoding": "is not the canonical encoding of one",
  "not-in-group": "is on the curve, but outside the group of its kind",
  infinity: "is the point at infinity, which says nothing about who signed",
  empty: "is missing: there is none to aggregate",
};

/** For implementations: all refuse in the same words. */
export function refuseKey(matter: KeyMatter, code: KeyCode): { readonly ok: false; readonly error: KeyError } {
  return failure(code, "", `the ${matter} ${reasons[code]}`);
}

declare const opaque: unique symbol;

/** A parsed key: checked once, kept in the form in which it verifies fastest. */
export interface PublicKey {
  /** The canonical encoding. */
  readonly bytes: Uint8Array;
  readonly [opaque]?: "PublicKey";
}

export interface SecretKey {
  readonly publicKey: PublicKey;
  readonly [opaque]?: "SecretKey";
}

/** One signature by one key over one message. */
export interface SignedMessage {
  readonly key: PublicKey;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

export interface Scheme {
  readonly name: string;
  /** From its 32 bytes, big endian. */
  parseSecretKey(bytes: Uint8Array): Result<SecretKey, KeyError>;
  exportSecretKey(key: SecretKey): Uint8Array;
  /** A key from at least 32 bytes of entropy (the KeyGen of the BLS standard). The same seed gives the same key. */
  deriveSecretKey(seed: Uint8Array): SecretKey;
  parsePublicKey(bytes: Uint8Array): Result<PublicKey, KeyError>;
  /** For one that is kept without being verified now. `undefined` if it is well formed. */
  checkSignature(signature: Uint8Array): KeyError | undefined;
  sign(key: SecretKey, message: Uint8Array): Uint8Array;
  /** False for a malformed signature too. */
  verify(key: PublicKey, message: Uint8Array, signature: Uint8Array): boolean;
  aggregate(signatures: readonly Uint8Array[]): Result<Uint8Array, KeyError>;
  /** One message, signed by every one of `keys`, at least one. */
  verifyAggregate(keys: readonly PublicKey[], message: Uint8Array, signature: Uint8Array): boolean;
  /** Whether all verify, checked together. True for none. */
  verifyBatch(signed: readonly SignedMessage[]): boolean;
}
