// R4: runs the due nodes of a round in line order, each on its contract's lane. Nodes of different lanes meet only in
// outcomes, so a lane can be run alone as well, with what the others gave it as inputs (C2).

import { assert, type ContractName, type ProgramNode, type Round } from "@tandem/shared";
import { positionNumber } from "../ordered.ts";
import type { Rules } from "../run/rules.ts";
import type { DueNode } from "../schedule/schedule.ts";
import type { ContractState } from "./contract-state.ts";
import { LaneRun } from "./lane-run.ts";
import type { ProgramRun } from "./program-run.ts";

/** A key that is to be fetched before the run goes on: its call is then repeated. */
export interface MissingKey {
  readonly state: ContractState;
  readonly key: Uint8Array;
}

/** A round's nodes, with the state and the programs that they run on. */
export interface RoundWork {
  readonly rules: Rules;
  readonly round: Round;
  readonly due: readonly DueNode[];
  readonly states: ReadonlyMap<ContractName, ContractState>;
  /** By `positionNumber`. */
  readonly programs: ReadonlyMap<number, ProgramRun>;
}

export function* runNodes(work: RoundWork): Generator<MissingKey, ReadonlyMap<ContractName, LaneRun>, void> {
  const { rules, round, due, states, programs } = work;
  const lanes = new Map<ContractName, LaneRun>();
  for (const { program, place } of due) {
    const { contract } = program.analysis.nodes[place] as ProgramNode;
    const state = states.get(contract);
    const run = programs.get(positionNumber(program));
    assert(state !== undefined && run !== undefined, "a due node has its contract and its program");
    const lane = lanes.get(contract) ?? new LaneRun(rules, round, state);
    lanes.set(contract, lane);
    for (let key = lane.run(run, place); key !== undefined; key = lane.run(run, place)) yield { state, key };
  }
  return lanes;
}

/** The contracts of due nodes, each with the keys that their footprints name (section 9). */
export function keysOf(due: readonly DueNode[]): ReadonlyMap<ContractName, readonly Uint8Array[]> {
  const keys = new Map<ContractName, Uint8Array[]>();
  for (const { program, place } of due) {
    const { contract, footprint } = program.analysis.nodes[place] as ProgramNode;
    const named = keys.get(contract) ?? [];
    keys.set(contract, named);
    if (footprint.kind === "whole") continue;
    for (const key of footprint.reads) named.push(key);
    for (const key of footprint.writes) named.push(key);
  }
  return keys;
}
