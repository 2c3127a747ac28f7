// Payer keys: Ed25519 under one acceptance rule, the same on every platform (O2).
//
// A signature (R, S) of message M under key A is accepted exactly if
//   1. A and R are canonical encodings of points (y < p, and no negative zero),
//   2. neither A nor R is one of the eight points of small order,
//   3. S < L,
//   4. S·B = R + k·A with k = SHA-512(R ‖ A ‖ M) mod L, with no cofactor on either side.
// Verifiers in the field disagree on 1, 2 and 4; `compliance/payer-scheme.ts` holds the table of cases.

export const payerKeyBytes = 32;
export const payerSignatureBytes = 64;
export const payerSeedBytes = 32;

export interface PayerScheme {
  readonly name: string;
  /** The public key of a 32-byte seed. */
  publicKeyOf(seed: Uint8Array): Uint8Array;
  sign(seed: Uint8Array, message: Uint8Array): Uint8Array;
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}
