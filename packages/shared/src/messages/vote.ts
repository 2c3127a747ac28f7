// Section 8: votes. What is signed is the ballot's root in the domain of (network, chain, kind), so that a
// vote of one kind or chain can never be read as another.

import { equalBytes } from "../bytes.ts";
import type { Epoch, Root, ValidatorIndex, View } from "../numbers.ts";
import { zeroRoot } from "../numbers.ts";
import { codec, container, oneOf, refine, type Type } from "../ssz/index.ts";
import { epochType, rootType, signatureType, validatorIndexType, viewType } from "./common.ts";

/** What a certificate aggregates. `nullify` names no block: its `block` is zero. */
export interface Ballot {
  readonly epoch: Epoch;
  readonly view: View;
  readonly block: Root;
}

export type VoteKind = "notarize" | "nullify" | "finalize";

export interface Vote extends Ballot {
  readonly kind: VoteKind;
  /** Place of the signer in its chain's set. */
  readonly signer: ValidatorIndex;
  readonly signature: Uint8Array;
}

export const voteKindType = oneOf("notarize", "nullify", "finalize");

const ballotFields = { epoch: epochType, view: viewType, block: rootType };

/** Exactly the nullify names no block. */
export function blockProblem(names: boolean, block: Root): string | undefined {
  return names === equalBytes(block, zeroRoot) ? `the block is ${names ? "zero" : "not zero"}` : undefined;
}

export const ballotCodec = codec<Ballot>("ballot", container(ballotFields));

export const voteType: Type<Vote> = refine(
  container({ kind: voteKindType, ...ballotFields, signer: validatorIndexType, signature: signatureType }),
  "bad-value",
  (vote) => blockProblem(vote.kind !== "nullify", vote.block),
);

export const voteCodec = codec("vote", voteType);
