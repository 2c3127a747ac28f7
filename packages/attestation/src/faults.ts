// S10, C4: evidence in blocks. What it proves is that a seat is faulty: in its votes on one chain, or in what it affirms
// for one shard. That is a `Fault`, and it is included once: an equivocator can make any number of pairs, and a second
// pair says nothing new about whom to trust. So evidence is bounded by the seats that there are, each in its role.

import {
  type Chain,
  type ClaimEvidence,
  type Committee,
  claimSummaryCodec,
  type Evidence,
  type Root,
  type ShardName,
  type ValidatorIndex,
  type VoteEvidence,
  voteSigningRoot,
} from "@tandem/shared";
import { affirmSigningRoot } from "./affirming/verify.ts";
import type { ChainSetting } from "./state.ts";

/** A set of validators, by what it is for. */
export type SetName = { readonly chain: Chain } | { readonly shard: ShardName };

export interface Fault {
  readonly of: SetName;
  readonly signer: ValidatorIndex;
}

/** Of one epoch; the network has no other so far (A1). No two faults have the same text. */
export function faultText({ of, signer }: Fault): string {
  return "chain" in of ? `votes ${of.chain} ${signer}` : `claims ${of.shard} ${signer}`;
}

export function faultOf({ kind, value }: Evidence): Fault {
  if (kind === "votes") return { of: { chain: value.chain }, signer: value.first.signer };
  return { of: { shard: value.first.claim.shard }, signer: value.signer };
}

function committeeOf({ network, order }: ChainSetting, set: SetName): Committee | undefined {
  if ("shard" in set) return network.shards.get(set.shard)?.committee;
  return set.chain === "order" ? order.committee : network.electorate.committee;
}

/** What is to be verified: that exactly the seats of the bitmap signed `root`, which has its domain in it. */
export interface SignatureCheck {
  /** Place in the block's items. */
  readonly item: number;
  readonly set: SetName;
  readonly root: Root;
  readonly bitmap: readonly boolean[];
  readonly signature: Uint8Array;
}

/**
 * In the order of `checks`, up to the first that does not hold. S11: it is enough to refuse a block, and who makes up one
 * signature can make up thousands, each as much work as a true one.
 */
export function performChecks(setting: ChainSetting, checks: readonly SignatureCheck[]): readonly boolean[] {
  const failed = checks.findIndex((check) => !performCheck(setting, check));
  return failed < 0 ? checks.map(() => true) : [...checks.slice(0, failed).map(() => true), false];
}

/** The set's keys were parsed once for it. */
function performCheck(setting: ChainSetting, { set, root, bitmap, signature }: SignatureCheck): boolean {
  const seats = committeeOf(setting, set)?.seats ?? [];
  const keys = seats.filter((_, seat) => bitmap[seat]).map(({ key }) => key);
  return setting.network.electorate.scheme.verifyAggregate(keys, root, signature);
}

export type FaultCode = "wrong-epoch" | "unknown-shard" | "unknown-signer"; // no such seat in the set

/** All but the signatures, and that no honest validator signs both: without that nothing decodes as evidence. */
export function evidenceProblem(setting: ChainSetting, evidence: Evidence): readonly [FaultCode, string] | undefined {
  const { of, signer } = faultOf(evidence);
  const committee = committeeOf(setting, of);
  if (committee === undefined) return ["unknown-shard", "the network has no such shard"];
  if (committee.seats[signer] === undefined)
    return ["unknown-signer", `no seat ${signer} of ${committee.seats.length}`];
  const { epoch } = evidence.kind === "votes" ? evidence.value.first : evidence.value.first.claim;
  return epoch === setting.network.epoch
    ? undefined
    : ["wrong-epoch", `of epoch ${epoch}, not ${setting.network.epoch}`];
}

/** Two, each of the one seat. */
export function evidenceChecks(setting: ChainSetting, item: number, evidence: Evidence): readonly SignatureCheck[] {
  const { of, signer } = faultOf(evidence);
  const seats = committeeOf(setting, of)?.seats ?? [];
  const bitmap = seats.map((_, seat) => seat === signer);
  const signed =
    evidence.kind === "votes" ? signedVotes(setting, evidence.value) : signedClaims(setting, evidence.value);
  return signed.map(({ root, signature }) => ({ item, set: of, root, bitmap, signature }));
}

type Signed = Pick<SignatureCheck, "root" | "signature">;

function signedVotes({ network }: ChainSetting, { chain, first, second }: VoteEvidence): readonly Signed[] {
  return [first, second].map((vote) => ({
    root: voteSigningRoot({ network: network.root, chain }, vote.kind, vote),
    signature: vote.signature,
  }));
}

function signedClaims({ network }: ChainSetting, { first, second }: ClaimEvidence): readonly Signed[] {
  return [first, second].map(({ claim, signature }) => ({
    root: affirmSigningRoot({ network: network.root, epoch: claim.epoch }, claimSummaryCodec.root(claim)),
    signature,
  }));
}
