// What a browser does that checks a lane, or a whole round, from bytes alone. It has the environments linked in.

import { counter } from "@tandem/environments";
import {
  type CheckVerdict,
  checkLane,
  checkRound,
  laneMaterialCodec,
  type RoundFacts,
  roundBounds,
  roundMaterialCodec,
  rulesOf,
} from "@tandem/execution";
import {
  asBlobIndex,
  asEpoch,
  asHeight,
  asTimeMs,
  blobCodec,
  type Codec,
  claimCodec,
  type Frontier,
  fromHex,
  frontierCodec,
  laneCodec,
  limits,
} from "@tandem/shared";

/** All bytes in hexadecimal: a context has byte arrays of its own kind. */
export interface SentLane {
  readonly lane: string;
  readonly material: string;
}

export interface SentRound {
  readonly prev: string;
  readonly claim: string;
  readonly material: string;
  readonly blobs: readonly string[];
  readonly timeMs: number;
}

const rules = rulesOf({ shards: [] }, [counter], []);
const bounds = roundBounds({ shardBudget: limits.shardBudgetMax });

export function laneVerdict({ lane, material }: SentLane): string {
  return told(checkLane({ rules, bounds }, decoded(laneCodec, lane), decoded(laneMaterialCodec, material)));
}

/** Of the first round of a shard, to which nothing of others is visible. */
export function roundVerdict(sent: SentRound): string {
  const prev: Frontier = decoded(frontierCodec, sent.prev);
  const claim = decoded(claimCodec, sent.claim);
  const blobs = sent.blobs.map((text, index) => {
    const blob = decoded(blobCodec, text);
    return { index: asBlobIndex(index), root: blobCodec.root(blob), envelope: blob.envelope };
  });
  const slice = { height: asHeight(claim.round), timeMs: asTimeMs(sent.timeMs), blobs };
  const facts: RoundFacts = { recalled: [], rounds: [{ slice, visible: [] }] };
  const setting = { shard: claim.shard, epoch: asEpoch(0), rules, bounds };
  return told(checkRound(setting, prev, claim, facts, decoded(roundMaterialCodec, sent.material)));
}

function decoded<T>(codec: Codec<T>, text: string): T {
  const value = codec.decode(fromHex(text) ?? new Uint8Array());
  if (!value.ok) throw new Error(value.error.message);
  return value.value;
}

function told(verdict: CheckVerdict): string {
  return verdict.ok ? "true" : `${verdict.error.code} at ${verdict.error.path}: ${verdict.error.message}`;
}
