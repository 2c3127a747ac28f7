// Programs in the line of the log, for tests of the schedule alone: nothing of them is run.

import {
  asBlobIndex,
  asBudget,
  asHeight,
  asShardName,
  assert,
  asTimeMs,
  type Budget,
  checkProgram,
  encodeProgram,
  limits,
  type Program,
  type ProgramNode,
  type Root,
  type ShardName,
  type Source,
} from "@tandem/shared";
import type { DueNode, OrderedProgram, RoundBounds, Schedule } from "../../src/index.ts";
import { defaultPayer, shardsOf } from "./world.ts";

/** Without an index: the first of its block. */
export function inLine(program: Program, height: number, index = 0, budget?: Budget): OrderedProgram {
  const most = asBudget(limits.budgetMax);
  const payload = encodeProgram(program);
  const checked = checkProgram(payload, { touches: shardsOf(program), budget: most });
  assert(checked.kind === "program", checked.kind === "void" ? checked.failure.message : "");
  const { analysis } = checked;
  const place = { height: asHeight(height), index: asBlobIndex(index), timeMs: asTimeMs(1_000 + height) };
  const sum = program.steps.reduce((total, step) => total + step.budget, 0);
  const blob = new Uint8Array(32) as Root;
  const envelope = { payer: defaultPayer, payloadBytes: payload.length, budget: budget ?? asBudget(sum) };
  return { ...place, blob, ...envelope, program, analysis };
}

export function sourceOf(shard: ShardName | string, round: number): Source {
  return { shard: asShardName(shard), round, exports: new Uint8Array(32) } as Source;
}

/** `height/index.step`, with an `s` where it is a settle. */
export function nameOf({ program, place }: DueNode): string {
  const { kind, step } = program.analysis.nodes[place] as ProgramNode;
  return `${program.height}/${program.index}.${step}${kind === "settle" ? "s" : ""}`;
}

export function taken(schedule: Schedule): readonly string[] {
  return schedule.take().map(nameOf);
}

export const wide: RoundBounds = {
  nodesMax: 1_000_000_000,
  contractsMax: 1_000_000_000,
  sourcesMax: 1_000_000_000,
  budgetMax: Number.MAX_SAFE_INTEGER as Budget,
  bytesMax: 1_000_000_000,
};
