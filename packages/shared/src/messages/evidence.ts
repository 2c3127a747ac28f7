// Proof of misbehaviour: two signatures of one key that an honest validator never makes both.
//
// S10, votes: two notarizes (a proposal counts as one) or two finalizes of one view for different blocks,
//   or a nullify with a finalize of one view.
// C4, claims: two different claims of one (epoch, shard) with the same round or the same `prev`.
//
// The two stand in one order, so each fault has one encoding. Signatures are checked by `verifyVoteEvidence` and
// `verifyClaimEvidence` (certificates.ts).

import { compareBytes, equalBytes } from "../bytes.ts";
import type { ValidatorIndex } from "../numbers.ts";
import { codec, container, oneOf, refine, type Type, union } from "../ssz/index.ts";
import { type ClaimSummary, claimSummaryCodec, claimSummaryType } from "./claim.ts";
import { signatureType, validatorIndexType } from "./common.ts";
import { type Vote, type VoteKind, voteType } from "./vote.ts";

export type Chain = "order" | "attest";

export interface VoteEvidence {
  readonly chain: Chain;
  readonly first: Vote;
  readonly second: Vote;
}

export interface AffirmedSummary {
  readonly claim: ClaimSummary;
  readonly signature: Uint8Array;
}

export interface ClaimEvidence {
  readonly signer: ValidatorIndex;
  readonly first: AffirmedSummary;
  readonly second: AffirmedSummary;
}

export type Evidence =
  | { readonly kind: "votes"; readonly value: VoteEvidence }
  | { readonly kind: "claims"; readonly value: ClaimEvidence };

const clashes: readonly (readonly [VoteKind, VoteKind])[] = [
  ["notarize", "notarize"],
  ["finalize", "finalize"],
  ["nullify", "finalize"],
];

/** Why two votes are no evidence, or nothing if they are (S10). */
export function voteClashProblem({ first, second }: Pick<VoteEvidence, "first" | "second">): string | undefined {
  if (first.signer !== second.signer) return "the votes have different signers";
  if (first.epoch !== second.epoch || first.view !== second.view) return "the votes are of different views";
  if (!clashes.some(([a, b]) => a === first.kind && b === second.kind)) {
    return `an honest validator may send ${first.kind} and ${second.kind}, or they are in the wrong order`;
  }
  if (first.kind === second.kind && compareBytes(first.block, second.block) >= 0) {
    return "the votes are for one block, or in the wrong order";
  }
  return undefined;
}

/** Why two claims are no evidence, or nothing if they are (C4). */
export function claimClashProblem(first: ClaimSummary, second: ClaimSummary): string | undefined {
  if (first.epoch !== second.epoch || first.shard !== second.shard)
    return "the claims are of different shards or epochs";
  if (first.round !== second.round && !equalBytes(first.prev, second.prev)) {
    return "the claims differ in round and in what they follow";
  }
  if (compareBytes(claimSummaryCodec.root(first), claimSummaryCodec.root(second)) >= 0) {
    return "it is one claim, or they are in the wrong order";
  }
  return undefined;
}

const voteEvidenceType: Type<VoteEvidence> = refine(
  container({ chain: oneOf("order", "attest"), first: voteType, second: voteType }),
  "bad-value",
  voteClashProblem,
);
const affirmedSummaryType: Type<AffirmedSummary> = container({ claim: claimSummaryType, signature: signatureType });
const claimEvidenceType: Type<ClaimEvidence> = refine(
  container({ signer: validatorIndexType, first: affirmedSummaryType, second: affirmedSummaryType }),
  "bad-value",
  ({ first, second }) => claimClashProblem(first.claim, second.claim),
);

export const evidenceType: Type<Evidence> = union({ votes: voteEvidenceType, claims: claimEvidenceType });
export const evidenceCodec = codec("evidence", evidenceType);
