// C1: the claim that a round makes. It is true or false by itself: given these nodes, the state of `prev` and these
// inputs, execution gives that state and those exports.

import {
  type Claim,
  type ContractName,
  compareText,
  type Epoch,
  type Lane,
  type PendingRef,
  type Root,
  type Round,
  type ShardName,
  type Source,
} from "@tandem/shared";
import { recordRoot } from "./contract-state.ts";
import { contentRoots, type LaneContent, type LaneRun } from "./lane-run.ts";

/** What a claim is about. */
export interface ClaimPlace {
  readonly epoch: Epoch;
  readonly shard: ShardName;
  readonly round: Round;
  readonly prev: Root;
}

/** A lane with the lists behind its roots. */
export interface RanLane {
  readonly lane: Lane;
  readonly content: LaneContent;
}

/** C2: the lane that a run was; its contract's state is finished. */
export function laneOf({ content, state, contract }: LaneRun): RanLane {
  const pre = recordRoot(state.record);
  const post = recordRoot(state.recordAfter);
  return { lane: { contract, pre, post, ...contentRoots(content) }, content };
}

export function lanesInOrder(runs: ReadonlyMap<ContractName, LaneRun>): readonly LaneRun[] {
  return [...runs.values()].sort((a, b) => compareText(a.contract, b.contract));
}

/** Each claim whose exports were used, once, in order. */
export function sourcesOf(runs: readonly LaneRun[]): readonly Source[] {
  const sources = new Map<string, Source>();
  for (const run of runs) for (const source of run.sources) sources.set(`${source.shard}/${source.round}`, source);
  return [...sources.values()].sort((a, b) => compareText(a.shard, b.shard) || a.round - b.round);
}

export function makeClaim(
  place: ClaimPlace,
  sources: readonly Source[],
  lanes: readonly Lane[],
  contracts: Root,
  pending: PendingRef,
): Claim {
  return { ...place, sources, lanes, contracts, pending };
}
