// A committee whose secrets a test holds, and what its members sign.

import type { Electorate } from "../../src/certificates.ts";
import { voteKindOf, voteSigningRoot } from "../../src/certificates.ts";
import { aggregateQuorum, type Committee, createCommittee } from "../../src/committee.ts";
import type { Certificate, CertificateKind } from "../../src/messages/certificate.ts";
import type { Ballot, Vote, VoteKind } from "../../src/messages/vote.ts";
import { asEpoch, asValidatorIndex, asWeight } from "../../src/numbers.ts";
import type { Scheme, SecretKey } from "../../src/scheme.ts";
import { bytesOf, rootOf } from "./samples.ts";

export interface TestElectorate extends Electorate {
  readonly secrets: readonly SecretKey[];
}

export function testSecrets(scheme: Scheme, count: number): readonly SecretKey[] {
  return Array.from({ length: count }, (_, index) => scheme.deriveSecretKey(bytesOf(32, index + 1)));
}

export function testCommittee(scheme: Scheme, weights: readonly bigint[]): Committee {
  const members = testSecrets(scheme, weights.length).map((secret, index) => ({
    key: secret.publicKey.bytes,
    weight: asWeight(weights[index] as bigint),
  }));
  const committee = createCommittee(scheme, members);
  if (!committee.ok) throw new Error(committee.error.message);
  return committee.value;
}

/** Of epoch 5 on the order chain. */
export function testElectorate(scheme: Scheme, weights: readonly bigint[]): TestElectorate {
  return {
    scheme,
    network: rootOf(1),
    chain: "order",
    epoch: asEpoch(5),
    committee: testCommittee(scheme, weights),
    secrets: testSecrets(scheme, weights.length),
  };
}

export function signVote(electorate: TestElectorate, kind: VoteKind, signer: number, ballot: Ballot): Vote {
  const secret = electorate.secrets[signer] as SecretKey;
  const signature = electorate.scheme.sign(secret, voteSigningRoot(electorate, kind, ballot));
  return { ...ballot, kind, signer: asValidatorIndex(signer), signature };
}

/** The certificate that these signers' votes make. */
export function certify(
  electorate: TestElectorate,
  kind: CertificateKind,
  signers: readonly number[],
  { epoch, view, block }: Ballot,
): Certificate {
  const ballot = { epoch, view, block };
  const votes = signers.map((signer) => signVote(electorate, voteKindOf[kind], signer, ballot));
  const quorum = aggregateQuorum(electorate.scheme, electorate.committee, votes);
  if (!quorum.ok) throw new Error(quorum.error.message);
  return { kind, ...ballot, ...quorum.value };
}
