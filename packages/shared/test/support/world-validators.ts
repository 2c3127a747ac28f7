// Validators of the test world: keys from their names, sets with weights, and what a quorum of them signs.

import { type Electorate, voteSigningRoot } from "../../src/certificates.ts";
import {
  aggregateQuorum,
  type Committee,
  createCommittee,
  isQuorum,
  type QuorumSignature,
} from "../../src/committee.ts";
import { affirmDomain, signingRoot } from "../../src/domains.ts";
import { sha256 } from "../../src/hashing.ts";
import { affirmedClaimCodec } from "../../src/messages/affirmation.ts";
import type { Certificate, CertificateKind } from "../../src/messages/certificate.ts";
import type { Members } from "../../src/messages/validator-sets.ts";
import type { Ballot, VoteKind } from "../../src/messages/vote.ts";
import { asRoot, asWeight, type Epoch, type Root } from "../../src/numbers.ts";
import type { Failure, Result } from "../../src/result.ts";
import type { Scheme, SecretKey } from "../../src/scheme.ts";

/** What the world makes for itself always works out. */
export function must<T>(result: Result<T, Failure>): T {
  if (!result.ok) throw new Error(`${result.error.path}: ${result.error.message}`);
  return result.value;
}

export function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`the world has no ${what}`);
  return value;
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** 32 bytes that differ by text. */
export function digestOf(text: string): Root {
  return asRoot(sha256(bytesOf(text)));
}

/** A set with the secrets of its members. */
export interface Holders {
  readonly members: Members;
  readonly committee: Committee;
  readonly secrets: readonly SecretKey[];
}

export function createHolders(scheme: Scheme, name: string, weights: readonly number[]): Holders {
  const secrets = weights.map((_, seat) => scheme.deriveSecretKey(digestOf(`${name} ${seat}`)));
  const members = secrets.map((secret, seat) => ({
    key: secret.publicKey.bytes,
    weight: asWeight(BigInt(weights[seat] as number)),
  }));
  return { members, committee: must(createCommittee(scheme, members)), secrets };
}

/** Seats from `first` on, around the table, until they are a quorum. */
export function quorumFrom({ committee }: Holders, first: number): number[] {
  const signers: number[] = [];
  let weight = 0n;
  for (let at = first; !isQuorum(committee, weight); at++) {
    const seat = at % committee.seats.length;
    signers.push(seat);
    weight += committee.seats[seat]?.weight as bigint;
  }
  return signers;
}

export function signTogether(
  scheme: Scheme,
  holders: Holders,
  signers: readonly number[],
  message: Root,
): QuorumSignature {
  const signed = signers.map((signer) => ({
    signer,
    signature: scheme.sign(holders.secrets[signer] as SecretKey, message),
  }));
  return must(aggregateQuorum(scheme, holders.committee, signed));
}

const voteKinds: { readonly [Kind in CertificateKind]: VoteKind } = {
  notarization: "notarize",
  nullification: "nullify",
  finalization: "finalize",
};

export function certify(
  electorate: Electorate,
  holders: Holders,
  kind: CertificateKind,
  ballot: Ballot,
  signers: readonly number[],
): Certificate {
  const message = voteSigningRoot(electorate, voteKinds[kind], ballot);
  return { kind, ...ballot, ...signTogether(electorate.scheme, holders, signers, message) };
}

/** C4: what a follower signs. */
export function affirmedRoot(network: Root, epoch: Epoch, claim: Root): Root {
  return signingRoot(affirmDomain(network), affirmedClaimCodec.root({ epoch, claim }));
}
