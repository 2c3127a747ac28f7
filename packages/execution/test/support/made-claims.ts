// What it takes to check the claims of a world: each claim with the one before it, what the two chains say of the rounds
// between, and what its follower gives.

import { assert, type Claim, type Frontier, type Position, type Program, type ShardName } from "@tandem/shared";
import {
  type BlobAt,
  checkLane,
  checkRound,
  type LaneMaterial,
  type PendingProgram,
  type PlacedBlob,
  type RoundFacts,
  type RoundMaterial,
  type RoundResult,
  type ShardSetting,
  type VisibleClaim,
  witnessLane,
  witnessRound,
} from "../../src/index.ts";
import { blobIn, type Citation, visibleClaim, type World, type WorldBlob } from "./world.ts";

export interface MadeClaim {
  readonly setting: ShardSetting;
  readonly prev: Frontier;
  readonly pending: readonly PendingProgram[];
  readonly result: RoundResult;
  readonly facts: RoundFacts;
  readonly material: RoundMaterial;
  readonly lanes: readonly LaneMaterial[];
}

/** Orders a block, and tells of each claim that it made all that there is to know. */
export function madeBy(world: World, blobs: readonly (Program | WorldBlob)[], citation: Citation): MadeClaim[] {
  const before = [...world.shards.values()].map(({ execution, name }) => {
    return { name, setting: execution.setting, prev: execution.frontier, pending: execution.pending() };
  });
  const results = world.block(blobs, citation);
  return before.flatMap(({ name, ...rest }) => {
    const result = results.get(name);
    return result === undefined ? [] : [madeClaim(world, name, result, rest)];
  });
}

type Before = Pick<MadeClaim, "setting" | "prev" | "pending">;

function madeClaim(world: World, shard: ShardName, result: RoundResult, before: Before): MadeClaim {
  const blobAt = blobsOf(world);
  const material = witnessRound(result, before.pending, blobAt);
  assert(material.ok, "a small round has a witness");
  const lanes = result.lanes.map((_, index) => {
    const lane = witnessLane(result, index, blobAt);
    assert(lane.ok, "a small lane has a witness");
    return lane.value;
  });
  const facts = factsOf(world, shard, before.prev.round, result.claim.round);
  return { ...before, result, facts, material: material.value, lanes };
}

function blobsOf(world: World): BlobAt {
  return ({ height, index }: Position): PlacedBlob => {
    const found = world.blocks[height - 1]?.blobs.find((blob) => blob.index === index);
    assert(found !== undefined, "a blob that was ordered");
    const { timeMs } = world.sliceOf(height, world.genesis.shards[0]?.name as ShardName);
    return { height, index, timeMs, blob: blobIn(found.envelope) };
  };
}

/** What is visible to a shard through a claim of it, up to its round, and what the rounds since the one before bring. */
export function factsOf(world: World, shard: ShardName, prevRound: number, round: number): RoundFacts {
  const cited = new Map<ShardName, number>();
  const recalled: VisibleClaim[] = [];
  const rounds: RoundFacts["rounds"][number][] = [];
  for (const { height, citation } of world.blocks.slice(0, round)) {
    const visible = freshClaims(world, shard, cited, citation);
    for (const [name, until] of citation) cited.set(name, until);
    if (height <= prevRound) recalled.push(...visible);
    else rounds.push({ slice: world.sliceOf(height, shard), visible });
  }
  return { recalled, rounds };
}

function freshClaims(
  world: World,
  shard: ShardName,
  before: ReadonlyMap<ShardName, number>,
  citation: Citation,
): readonly VisibleClaim[] {
  const isFresh = ({ shard: name, round }: Claim) =>
    round > (before.get(name) ?? 0) && round <= (citation.get(name) ?? 0);
  const others = [...world.shards.values()].filter(({ name }) => name !== shard);
  return others.flatMap(({ results }) => results.filter(({ claim }) => isFresh(claim)).map(visibleClaim));
}

export function checkMade({ setting, prev, result, facts, material }: MadeClaim) {
  return checkRound(setting, prev, result.claim, facts, material);
}

export function checkMadeLane({ setting, result, lanes }: MadeClaim, index: number) {
  return checkLane(setting, result.claim.lanes[index] as Claim["lanes"][number], lanes[index] as LaneMaterial);
}
