// Claims of a liar that hold together: whatever is changed in a lane's lists, its roots and those above are made to fit.

import {
  assert,
  type Claim,
  type Lane,
  laneExportsCodec,
  laneInputsCodec,
  laneNodesCodec,
  type Root,
} from "@tandem/shared";
import { checkLane, checkRound, type LaneContent, type LaneMaterial, type LaneWitness } from "../../src/index.ts";
import type { MadeClaim } from "./made-claims.ts";

export const otherRoot = new Uint8Array(32).fill(9) as Root;

/** The lane that commits to these lists. */
function laneWith(lane: Lane, { nodes, inputs, exports }: LaneContent): Lane {
  return {
    ...lane,
    nodes: laneNodesCodec.root(nodes),
    inputs: laneInputsCodec.root(inputs),
    exports: laneExportsCodec.root(exports),
  };
}

/** A lane of a claim with what its follower gives, for a liar to change. */
export interface LaneStory {
  readonly made: MadeClaim;
  readonly index: number;
  readonly lane: Lane;
  readonly material: LaneMaterial;
}

export function laneStory(made: MadeClaim, contract: string): LaneStory {
  const index = made.result.lanes.findIndex(({ lane }) => lane.contract === contract);
  const [lane, material] = [made.result.claim.lanes[index], made.lanes[index]];
  assert(lane !== undefined && material !== undefined, `a lane of ${contract}`);
  return { made, index, lane, material };
}

export function contentOf({ material }: LaneStory): LaneContent {
  return material.witness.content;
}

/** Other lists, which the lane commits to. */
export function withContent(story: LaneStory, change: Partial<LaneContent>): LaneStory {
  const content = { ...contentOf(story), ...change };
  return { ...withWitness(story, { content }), lane: laneWith(story.lane, content) };
}

export function withWitness(story: LaneStory, change: Partial<LaneWitness>): LaneStory {
  return { ...story, material: { ...story.material, witness: { ...story.material.witness, ...change } } };
}

export function withLane(story: LaneStory, change: Partial<Lane>): LaneStory {
  return { ...story, lane: { ...story.lane, ...change } };
}

export function checkStory({ made, lane, material }: LaneStory) {
  return checkLane(made.setting, lane, material);
}

/** The claim with that lane in place of its own. */
export function claimOf({ made, index, lane, material }: LaneStory): MadeClaim {
  const lanes = made.result.claim.lanes.with(index, lane);
  const witnesses = made.material.lanes.with(index, material.witness);
  return { ...withClaim(made, { lanes }), material: { ...made.material, lanes: witnesses } };
}

export function withClaim(made: MadeClaim, change: Partial<Claim>): MadeClaim {
  return { ...made, result: { ...made.result, claim: { ...made.result.claim, ...change } } };
}

export function checkClaimOf(story: LaneStory) {
  const { setting, prev, result, facts, material } = claimOf(story);
  return checkRound(setting, prev, result.claim, facts, material);
}

/** What a refusal says, without its words. */
export function refusal(verdict: ReturnType<typeof checkLane>): string {
  return verdict.ok ? "accepted" : `${verdict.error.fault}: ${verdict.error.code} at ${verdict.error.path}`;
}
