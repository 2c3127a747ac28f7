// Misbehaviour in the test world: what somebody once signed twice (S10, C4).

import { compareBytes } from "../../src/bytes.ts";
import { type Electorate, voteSigningRoot } from "../../src/certificates.ts";
import type { AttestItem } from "../../src/messages/attestation.ts";
import { type Claim, type ClaimSummary, claimSummaryCodec, summarizeClaim } from "../../src/messages/claim.ts";
import type { Vote } from "../../src/messages/vote.ts";
import { asValidatorIndex, asView, type Root } from "../../src/numbers.ts";
import type { SecretKey } from "../../src/scheme.ts";
import { affirmedRoot, digestOf, type Holders } from "./world-validators.ts";

/** One seat finalized two blocks of one view. */
export function voteEvidence(electorate: Electorate, holders: Holders, seat: number): AttestItem {
  const vote = (block: Root): Vote => {
    const ballot = { epoch: electorate.epoch, view: asView(77), block };
    const message = voteSigningRoot(electorate, "finalize", ballot);
    const signature = electorate.scheme.sign(holders.secrets[seat] as SecretKey, message);
    return { kind: "finalize", ...ballot, signer: asValidatorIndex(seat), signature };
  };
  const [first, second] = [digestOf("one block"), digestOf("another block")].sort(compareBytes).map(vote);
  return {
    kind: "evidence",
    value: { kind: "votes", value: { chain: electorate.chain, first: first as Vote, second: second as Vote } },
  };
}

/** One seat affirmed two claims of one round. */
export function claimEvidence(electorate: Electorate, holders: Holders, seat: number, claim: Claim): AttestItem {
  const affirm = (summary: ClaimSummary) => {
    const message = affirmedRoot(electorate.network, summary.epoch, claimSummaryCodec.root(summary));
    return { claim: summary, signature: electorate.scheme.sign(holders.secrets[seat] as SecretKey, message) };
  };
  const honest = summarizeClaim(claim);
  const summaries = [honest, { ...honest, contracts: digestOf("other contracts") }];
  summaries.sort((a, b) => compareBytes(claimSummaryCodec.root(a), claimSummaryCodec.root(b)));
  const [first, second] = summaries.map(affirm) as [ReturnType<typeof affirm>, ReturnType<typeof affirm>];
  return { kind: "evidence", value: { kind: "claims", value: { signer: asValidatorIndex(seat), first, second } } };
}
