// Committees, claims and affirmations for tests, on the mock scheme. All is deterministic.

import {
  type Affirmation,
  asBlobIndex,
  asContractName,
  asEnvironmentName,
  asEpoch,
  asHeight,
  asRound,
  asShardName,
  asStepIndex,
  asValidatorIndex,
  asWeight,
  type Claim,
  type ClaimSummary,
  type Committee,
  claimCodec,
  createCommittee,
  type Export,
  encodeValue,
  laneExportsCodec,
  mockScheme,
  type Root,
  type SecretKey,
  type ShardName,
  sha256,
  summarizeClaim,
  utf8,
  zeroRoot,
} from "@tandem/shared";
import { type AffirmGround, affirmSigningRoot } from "../../src/affirming/verify.ts";
import type { ClaimContent } from "../../src/content/claim-content.ts";

export const rail = asShardName("rail");
export const hotel = asShardName("hotel");
export const epoch = asEpoch(0);

export const hashOf = (text: string): Root => sha256(utf8(text)) as Root;

export function keyOf(shard: ShardName, seat: number): SecretKey {
  return mockScheme.deriveSecretKey(hashOf(`${shard} ${seat}`));
}

function committeeOf(shard: ShardName, weights: readonly number[]): Committee {
  const members = weights.map((weight, seat) => {
    return { key: keyOf(shard, seat).publicKey.bytes, weight: asWeight(BigInt(weight)) };
  });
  const committee = createCommittee(mockScheme, members);
  if (!committee.ok) throw new Error(committee.error.message);
  return committee.value;
}

export function groundOf(weights: readonly number[]): AffirmGround {
  const shards = new Map([rail, hotel].map((shard) => [shard, { committee: committeeOf(shard, weights) }]));
  return { scheme: mockScheme, network: hashOf("network"), epoch, shards };
}

/** A claim without lanes; `name` tells it from others of its round. */
export function claimOf(
  shard: ShardName,
  round: number,
  name = "",
  prev: Root = hashOf(`prev ${round} ${name}`),
): Claim {
  const contracts = hashOf(`contracts ${name}`);
  const pending = { count: 0, root: zeroRoot };
  return { epoch, shard, round: asRound(round), prev, sources: [], lanes: [], contracts, pending };
}

export function summaryOf(claim: Claim): ClaimSummary {
  return summarizeClaim(claim);
}

/** By the seat of the claim's shard; `forged` by nobody. */
export function affirmationOf(ground: AffirmGround, claim: Claim, seat: number, forged = false): Affirmation {
  const root = claimCodec.root(claim);
  const key = forged ? mockScheme.deriveSecretKey(hashOf("nobody")) : keyOf(claim.shard, seat);
  const signature = mockScheme.sign(key, affirmSigningRoot(ground, root));
  const { shard, round } = claim;
  return { epoch, claim: root, shard, round, signer: asValidatorIndex(seat), signature };
}

export function outcomeAt(height: number, index: number, step: number, text = "made"): Export {
  const node = { height: asHeight(height), index: asBlobIndex(index), step: asStepIndex(step), kind: "step" as const };
  const value = { bytes: encodeValue(text), environment: asEnvironmentName("counter") };
  return { node, content: { kind: "outcome", value: { kind: "value", value } } };
}

export function verdictAt(height: number, index: number, step: number): Export {
  const node = {
    height: asHeight(height),
    index: asBlobIndex(index),
    step: asStepIndex(step),
    kind: "settle" as const,
  };
  return { node, content: { kind: "verdict", value: { failed: undefined } } };
}

/** A claim with a lane for each list. */
export function contentOf(claim: Claim, exports: readonly (readonly Export[])[]): ClaimContent {
  const lanes = exports.map((some, at) => {
    const contract = asContractName(`${claim.shard}/lane-${at}`);
    const root = hashOf("any");
    return { contract, nodes: root, pre: root, inputs: root, post: root, exports: laneExportsCodec.root(some) };
  });
  return { claim: { ...claim, lanes }, exports };
}
