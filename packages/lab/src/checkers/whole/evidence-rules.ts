// S10, C4: what evidence in an attest block proves: a fault of a Byzantine validator, by signatures that are its own.

import { type Chain, type Electorate, type Evidence, verifyClaimEvidence, verifyVoteEvidence } from "@tandem/shared";
import type { OracleShard } from "./attest-oracle.ts";

export interface EvidenceFacts {
  readonly electorates: Readonly<Record<Chain, Electorate>>;
  readonly shards: ReadonlyMap<string, OracleShard>;
  /** The validator at a seat of a chain's set. */
  validatorAt(chain: Chain, seat: number): number;
  isByzantine(validator: number): boolean;
}

/** Why it proves nothing, if so. */
export function evidenceProblem(facts: EvidenceFacts, evidence: Evidence): string | undefined {
  if (evidence.kind === "votes") {
    const { chain, first } = evidence.value;
    const validator = facts.validatorAt(chain, first.signer);
    if (!facts.isByzantine(validator)) return `against the honest validator ${validator}`;
    return verifyVoteEvidence(facts.electorates[chain], evidence.value).ok ? undefined : "that does not hold";
  }
  const { signer, first } = evidence.value;
  const { shard, epoch } = first.claim;
  const known = facts.shards.get(shard);
  const validator = known?.peers[signer];
  if (known === undefined || validator === undefined) return `of a seat that ${shard} does not have`;
  if (!facts.isByzantine(validator)) return `against the honest validator ${validator}`;
  const { scheme, network } = facts.electorates.attest;
  const electorate = { scheme, network, epoch, shard, committee: known.committee };
  return verifyClaimEvidence(electorate, evidence.value).ok ? undefined : "that does not hold";
}
