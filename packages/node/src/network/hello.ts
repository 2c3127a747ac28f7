// The hello: the first frame of each side, by which a connection speaks for a seat.
//
// Noise proves that the other end holds the key of its libp2p identity. The hello binds that identity to a seat: the
// validator's key signs both identities in a domain of this network, so that a hello serves nobody else, nowhere else and
// towards nobody else. Who has no seat signs nothing and is an observer.
// `session` is random for each run of a node: a hello with another one comes from a node that was started again.

import {
  byteList,
  byteVector,
  codec,
  container,
  equalBytes,
  helloDomain,
  type PublicKey,
  type Root,
  rootType,
  type Scheme,
  type SecretKey,
  signatureBytes,
  signatureType,
  signingRoot,
  uint16,
} from "@tandem/shared";
import type { RefusalCode } from "./codes.ts";

/** In place of a seat: an observer. A genesis has at most 1,024 validators. */
const noSeat = 0xffff;
/** An identity is a multihash: 38 bytes for Ed25519, and at most so many for any other key. */
const identityBytesMax = 64;
const sessionBytes = 8;

const helloCodec = codec(
  "hello",
  container({ network: rootType, seat: uint16, session: byteVector(sessionBytes), signature: signatureType }),
);

const endsCodec = codec(
  "hello-ends",
  container({ speaker: byteList(identityBytesMax), listener: byteList(identityBytesMax) }),
);

/** The two ends of a connection, as libp2p identities (multihashes). */
export interface Ends {
  readonly speaker: Uint8Array;
  readonly listener: Uint8Array;
}

export interface Greeting {
  readonly seat: number | undefined;
  readonly session: Uint8Array;
}

export interface HelloSigner {
  readonly network: Root;
  readonly scheme: Scheme;
  readonly session: Uint8Array;
  readonly validator: { readonly seat: number; readonly secretKey: SecretKey } | undefined;
}

function helloRoot(network: Root, ends: Ends): Root {
  return signingRoot(helloDomain(network), endsCodec.root(ends));
}

export function createSession(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(sessionBytes));
}

export function makeHello({ network, scheme, session, validator }: HelloSigner, ends: Ends): Uint8Array {
  const signature =
    validator === undefined
      ? new Uint8Array(signatureBytes)
      : scheme.sign(validator.secretKey, helloRoot(network, ends));
  return helloCodec.encode({ network, seat: validator?.seat ?? noSeat, session, signature });
}

export interface HelloChecker {
  readonly network: Root;
  readonly scheme: Scheme;
  /** By seat. */
  readonly keys: readonly PublicKey[];
  readonly ownSeat: number | undefined;
}

/** The signature comes last, for it takes a millisecond. */
export function readHello(checker: HelloChecker, ends: Ends, bytes: Uint8Array): Greeting | RefusalCode {
  const decoded = helloCodec.decode(bytes);
  if (!decoded.ok || ends.speaker.length > identityBytesMax) return "bad-hello";
  const { network, seat, session, signature } = decoded.value;
  if (!equalBytes(network, checker.network)) return "wrong-network";
  if (seat === noSeat) return { seat: undefined, session };
  const key = checker.keys[seat];
  if (key === undefined) return "unknown-seat";
  if (seat === checker.ownSeat) return "own-seat";
  if (!checker.scheme.verify(key, helloRoot(network, ends), signature)) return "forged-seat";
  return { seat, session };
}
