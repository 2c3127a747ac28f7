// Gives the programs of a lane what the lane's inputs say that they were given (C2). An input that no node of these
// programs could have, or an outcome that cannot come from where it is said to, is refuted here. One that the nodes do
// not use, or lack, or one under another name, is found when they have run: running them says which inputs they have.

import {
  asRound,
  type ContractName,
  type EncodedOutcome,
  type Existence,
  type Footprint,
  type LaneInput,
  type Round,
  type ShardName,
  shardOf,
  type Write,
  zeroRoot,
} from "@tandem/shared";
import { type Made, mayWrite, type ProgramRun } from "../round/program-run.ts";
import { Changes } from "../run/state.ts";
import { refuted } from "./failure.ts";
import { type Programs, positionText } from "./programs.ts";
import { showInput } from "./show.ts";

/** Rounds of a lane by itself: the one that is checked, and any before it. */
export const thisRound: Round = asRound(1);
const earlierRound: Round = asRound(0);

export function giveInputs(contract: ContractName, inputs: readonly LaneInput[], programs: Programs): void {
  for (const [at, input] of inputs.entries()) {
    const program = programs.get(positionText(input.node));
    if (program === undefined) {
      refuted("superfluous-input", `inputs[${at}]`, `no node is of the program of ${showInput(input)}`, input.node);
    }
    giveInput(contract, input, program, `inputs[${at}]`);
  }
}

function giveInput(contract: ContractName, input: LaneInput, program: ProgramRun, path: string): void {
  const { content } = input;
  if (content.kind === "outcome") giveOutcome(contract, input, content.value, program, path);
  else if (content.kind === "write") giveWrite(contract, input, content.value, program, path);
  else giveExistence(contract, input, content.value, program, path);
}

function giveOutcome(
  contract: ContractName,
  input: LaneInput,
  outcome: EncodedOutcome,
  program: ProgramRun,
  path: string,
): void {
  const { node } = input;
  const call = program.ordered.program.steps[node.step];
  if (call?.kind !== "call") {
    refuted("wrong-input", path, `the program has no such step: ${showInput(input)}`, node);
  }
  const isElsewhere = shardOf(call.at) !== shardOf(contract);
  if ((input.from === "source") !== isElsewhere || (input.from === "lane" && call.at === contract)) {
    refuted("wrong-input", path, `it cannot come from there: ${showInput(input)}`, node);
  }
  program.learn(node.step, outcome, madeOf(input, shardOf(call.at)));
}

function madeOf({ from, round }: LaneInput, shard: ShardName): Made {
  // A lane by itself does not know the root of what was exported there.
  if (from === "source") return { kind: "source", source: { shard, round, exports: zeroRoot } };
  return { kind: "here", round: from === "lane" ? thisRound : earlierRound };
}

function giveWrite(contract: ContractName, input: LaneInput, write: Write, program: ProgramRun, path: string): void {
  const settles = settleOf(contract, input, program, path);
  if (!mayWrite(settles.footprint, write.key)) {
    refuted("wrong-input", path, `the group may not write there: ${showInput(input)}`, input.node);
  }
  const changes = new Changes();
  changes.put(write);
  program.writeTentatively(settles.group, contract, changes);
}

function giveExistence(
  contract: ContractName,
  input: LaneInput,
  existence: Existence,
  program: ProgramRun,
  path: string,
): void {
  const settles = settleOf(contract, input, program, path);
  if (settles.footprint.kind !== "whole") {
    refuted("wrong-input", path, `the group does not take the whole contract: ${showInput(input)}`, input.node);
  }
  const changes = new Changes();
  changes.existence = existence;
  program.writeTentatively(settles.group, contract, changes);
}

interface Settles {
  readonly group: number;
  readonly footprint: Footprint;
}

/** P5: a group's writes are pending in the contract where it settles. */
function settleOf(contract: ContractName, input: LaneInput, { ordered }: ProgramRun, path: string): Settles {
  const found = ordered.analysis.nodes.find(
    (node) => node.kind === "settle" && node.step === input.node.step && node.contract === contract,
  );
  if (found?.group === undefined) {
    return refuted("wrong-input", path, `no group has written that here before: ${showInput(input)}`, input.node);
  }
  return { group: found.group, footprint: found.footprint };
}
