// Section 8: believing certificates and evidence. A certificate is checked against the set of its chain and
// epoch, and a header only counts as certified if its epoch, view and root are the certificate's own.

import { equalBytes } from "./bytes.ts";
import { type Committee, type QuorumCode, verifyQuorum } from "./committee.ts";
import { affirmDomain, signingRoot, voteDomain } from "./domains.ts";
import { affirmedClaimCodec } from "./messages/affirmation.ts";
import type { Certificate, CertificateKind } from "./messages/certificate.ts";
import { claimSummaryCodec } from "./messages/claim.ts";
import type { Chain, ClaimEvidence, VoteEvidence } from "./messages/evidence.ts";
import { claimClashProblem, voteClashProblem } from "./messages/evidence.ts";
import { ballotCodec, type Vote, type VoteKind } from "./messages/vote.ts";
import type { Epoch, Root, ShardName, View } from "./numbers.ts";
import { failure, type Verdict, verified } from "./result.ts";
import type { Scheme } from "./scheme.ts";

/** The set that votes on one chain in one epoch. */
export interface Electorate {
  readonly scheme: Scheme;
  readonly network: Root;
  readonly chain: Chain;
  readonly epoch: Epoch;
  readonly committee: Committee;
}

export type CertificateCode =
  | QuorumCode
  | "wrong-epoch" // not of this set's epoch
  | "wrong-kind"
  | "wrong-view"
  | "wrong-block";

/** One word family: the vote that each certificate aggregates. */
export const voteKindOf: { readonly [Kind in CertificateKind]: VoteKind } = {
  notarization: "notarize",
  nullification: "nullify",
  finalization: "finalize",
};

/** What a vote of this kind signs. */
export function voteSigningRoot(
  { network, chain }: Pick<Electorate, "network" | "chain">,
  kind: VoteKind,
  ballot: Pick<Vote, "epoch" | "view" | "block">,
): Root {
  return signingRoot(voteDomain(network, chain, kind), ballotCodec.root(ballot));
}

/** Whether one vote is its signer's. */
export function verifyVote(electorate: Electorate, vote: Vote): boolean {
  const seat = electorate.committee.seats[vote.signer];
  if (seat === undefined || vote.epoch !== electorate.epoch) return false;
  return electorate.scheme.verify(seat.key, voteSigningRoot(electorate, vote.kind, vote), vote.signature);
}

export function verifyCertificate(electorate: Electorate, certificate: Certificate): Verdict<CertificateCode> {
  const { scheme, committee, network, chain, epoch } = electorate;
  if (certificate.epoch !== epoch) {
    return failure("wrong-epoch", "epoch", `epoch ${certificate.epoch} where the set is of ${epoch}`);
  }
  const domain = voteDomain(network, chain, voteKindOf[certificate.kind]);
  return verifyQuorum(scheme, committee, domain, ballotCodec.root(certificate), certificate);
}

interface CertifiedHeader {
  readonly epoch: Epoch;
  readonly view: View;
}

/** Whether `certificate` is a finalization of exactly this header. */
export function verifyFinalization(
  electorate: Electorate,
  certificate: Certificate,
  header: CertifiedHeader,
  headerRoot: Root,
): Verdict<CertificateCode> {
  const named = checkFinalization(certificate, header, headerRoot);
  return named.ok ? verifyCertificate(electorate, certificate) : named;
}

/** Whether `certificate` says so, whoever signed it. */
export function checkFinalization(
  certificate: Certificate,
  header: CertifiedHeader,
  headerRoot: Root,
): Verdict<CertificateCode> {
  if (certificate.kind !== "finalization") {
    return failure("wrong-kind", "kind", `a ${certificate.kind} finalizes nothing`);
  }
  if (header.epoch !== certificate.epoch) {
    return failure("wrong-epoch", "epoch", `the header's epoch is ${header.epoch}, not ${certificate.epoch}`);
  }
  if (header.view !== certificate.view) {
    return failure("wrong-view", "view", `the header's view is ${header.view}, not ${certificate.view}`);
  }
  if (!equalBytes(headerRoot, certificate.block)) {
    return failure("wrong-block", "block", "the certificate names another block");
  }
  return verified;
}

export type EvidenceCode =
  | "no-clash"
  | "wrong-chain"
  | "wrong-epoch"
  | "wrong-shard" // not of this committee's shard
  | "unknown-signer"
  | "bad-signature";

/** S10: both votes are by one seat and no honest validator sends both. */
export function verifyVoteEvidence(electorate: Electorate, evidence: VoteEvidence): Verdict<EvidenceCode> {
  const clash = voteClashProblem(evidence);
  if (clash !== undefined) return failure("no-clash", "", clash);
  if (evidence.chain !== electorate.chain) {
    return failure("wrong-chain", "chain", `votes of the ${evidence.chain} chain`);
  }
  const { epoch, signer } = evidence.first;
  if (epoch !== electorate.epoch)
    return failure("wrong-epoch", "first.epoch", `the set is of epoch ${electorate.epoch}`);
  if (electorate.committee.seats[signer] === undefined) {
    return failure("unknown-signer", "first.signer", `no seat ${signer}`);
  }
  for (const path of ["first", "second"] as const) {
    if (!verifyVote(electorate, evidence[path])) return failure("bad-signature", path, "the vote is not its signer's");
  }
  return verified;
}

/** The set that follows one shard in one epoch. */
export interface ShardElectorate extends Omit<Electorate, "chain"> {
  readonly shard: ShardName;
}

/** C4: both claims are affirmed by one seat of the shard's committee. */
export function verifyClaimEvidence(electorate: ShardElectorate, evidence: ClaimEvidence): Verdict<EvidenceCode> {
  const { scheme, committee, network, epoch, shard } = electorate;
  const clash = claimClashProblem(evidence.first.claim, evidence.second.claim);
  if (clash !== undefined) return failure("no-clash", "", clash);
  if (evidence.first.claim.epoch !== epoch) {
    return failure("wrong-epoch", "first.claim.epoch", `the committee is of epoch ${epoch}`);
  }
  // The same key may sit in several committees, at other places.
  if (evidence.first.claim.shard !== shard) {
    return failure("wrong-shard", "first.claim.shard", `the committee is of ${shard}`);
  }
  const seat = committee.seats[evidence.signer];
  if (seat === undefined) return failure("unknown-signer", "signer", `no seat ${evidence.signer}`);
  for (const path of ["first", "second"] as const) {
    const { claim, signature } = evidence[path];
    const affirmed = affirmedClaimCodec.root({ epoch, claim: claimSummaryCodec.root(claim) });
    if (!scheme.verify(seat.key, signingRoot(affirmDomain(network), affirmed), signature)) {
      return failure("bad-signature", path, "the affirmation is not this seat's");
    }
  }
  return verified;
}
