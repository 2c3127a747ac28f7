// A lane, checked alone (C2): its nodes are run again, on what the witness shows of the contract and what the inputs say
// that they were given, and what comes out is compared with what the lane claims.
//
// That the lane is true says: whoever ran these nodes on that record with those inputs got that record and those
// exports. Whether these nodes were due, and whether the inputs are what their makers made, is a matter of the round
// (`round.ts`). What the caller has to know of the blobs: that each was ordered at its place (`verifyPlacedBlob`).

import { type Lane, laneCodec, type ProgramNode, toHex } from "@tandem/shared";
import { laneOf } from "../round/claim.ts";
import type { ContractState } from "../round/contract-state.ts";
import { LaneRun } from "../round/lane-run.ts";
import type { ShardSetting } from "../round/shard-execution.ts";
import { RoundRoom } from "../schedule/room.ts";
import { laneDifferences, refuteFirst } from "./differences.ts";
import { type CheckVerdict, ownCopy, refuted, unusable, verdictOf } from "./failure.ts";
import { giveInputs, thisRound } from "./inputs.ts";
import { type LaneMaterial, laneMaterialCodec } from "./material.ts";
import { findNode, type PlacedNode, programsOfNodes } from "./programs.ts";
import { checkWitnessRoots, finishState, openState } from "./roots.ts";
import { showPlaced } from "./show.ts";

/** Of a shard's setting. */
export type LaneSetting = Pick<ShardSetting, "rules" | "bounds">;

export function checkLane(setting: LaneSetting, lane: Lane, material: LaneMaterial): CheckVerdict {
  return verdictOf(() => {
    const claimed = ownCopy(laneCodec, lane, "lane");
    const { witness, blobs } = ownCopy(laneMaterialCodec, material, "material");
    checkWitnessRoots(claimed, witness, "");
    const state = openState(claimed, witness, "");
    const run = runAlone(setting, { witness, blobs }, state);
    finishState(state, witness.state, "");
    refuteFirst(laneDifferences(claimed, witness.content, laneOf(run), ""));
  });
}

function runAlone({ rules, bounds }: LaneSetting, { witness, blobs }: LaneMaterial, state: ContractState): LaneRun {
  const { content } = witness;
  const contract = state.name;
  const programs = programsOfNodes(content.nodes, blobs, rules.functions);
  const placed = content.nodes.map((node, at) => findNode(programs, node, contract, at));
  checkRoom(new RoundRoom(bounds), placed);
  giveInputs(contract, content.inputs, programs);
  const run = new LaneRun(rules, thisRound, state);
  for (const [at, node] of content.nodes.entries()) {
    const { program, place } = placed[at] as PlacedNode;
    checkNeeds(placed[at] as PlacedNode, `nodes[${at}]`);
    const missing = run.run(program, place);
    if (missing === undefined) continue;
    unusable("not-in-witness", `nodes[${at}]`, `${showPlaced(node, contract)} reads ${toHex(missing)}`, node);
  }
  return run;
}

/** R4: no round runs more, so nobody has to run more to check one. */
function checkRoom(room: RoundRoom, placed: readonly PlacedNode[]): void {
  for (const [at, { program, node }] of placed.entries()) {
    if (room.admit(program.ordered, node.contract, [])) continue;
    const { height, index } = program.ordered;
    const { step, kind } = node;
    const place = { height, index, step, kind };
    refuted(
      "overfull-round",
      `nodes[${at}]`,
      `${showPlaced(place, node.contract)} is more than a round may run`,
      place,
    );
  }
}

/** R1: what a node needs was made in this lane, or is an input. */
function checkNeeds({ program, node }: PlacedNode, path: string): void {
  const { nodes } = program.ordered.analysis;
  for (const need of node.needs) {
    const { step, contract } = nodes[need] as ProgramNode;
    if (program.outcomes.knows(step)) continue;
    const { height, index } = program.ordered;
    const maker = { height, index, step, kind: "step" } as const;
    refuted(
      "missing-input",
      path,
      `the node needs ${showPlaced(maker, contract)}, which is neither run nor given`,
      maker,
    );
  }
}
