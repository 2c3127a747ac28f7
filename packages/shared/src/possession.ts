// Proof of possession (section 8): a key's signature over itself, in a domain of its own. Whoever could enter a
// key without holding its secret could choose it so that it cancels others in an aggregate (a rogue key), so a
// key counts in no set before this proof.

import { possessionDomain, signingRoot } from "./domains.ts";
import { publicKeyType } from "./messages/common.ts";
import type { Root } from "./numbers.ts";
import type { PublicKey, Scheme, SecretKey } from "./scheme.ts";
import { codec } from "./ssz/index.ts";

const keyCodec = codec("public key", publicKeyType);

function possessionRoot(key: PublicKey): Root {
  return signingRoot(possessionDomain(), keyCodec.root(key.bytes));
}

export function provePossession(scheme: Scheme, secretKey: SecretKey): Uint8Array {
  return scheme.sign(secretKey, possessionRoot(secretKey.publicKey));
}

/** False for a malformed proof too. */
export function verifyPossession(scheme: Scheme, key: PublicKey, proof: Uint8Array): boolean {
  return scheme.verify(key, possessionRoot(key), proof);
}
