// What happened in a run, counted: a campaign in which something of this never happens has tried less than it says.

import { nothingReasons } from "@tandem/shared";
import type { Followers } from "./followers.ts";
import type { Log } from "./log.ts";
import type { LineNode, LineProgram } from "./oracle/line.ts";
import type { Oracle } from "./oracle/oracle.ts";
import type { SerialProgram } from "./oracle/serial.ts";

type Counts = Map<string, number>;

/** A node that waits for more rounds than this waits long. */
const longWait = 10;

const names = [
  ...nothingReasons.filter((why) => why !== "group").map((why) => `Nothing, ${why}`),
  ...["settled as Nothing", "alternative taken", "value as expected", "pure step", "pure Nothing", "void payload"],
  ...["group held", "group dropped", "group over shards", "group over shards dropped", "tentative state read"],
  ...["created", "created in a group", "creation dropped", "creation refused", "ended", "end dropped"],
  ...["whole contract taken", "money moved", "deposit refused", "withdrawal refused"],
  ...[
    "waited over 10 rounds",
    "round was full",
    "round was full of bytes",
    "claim without lanes",
    "program of 64 steps",
  ],
  ...["restarted", "restarted in an open group", "claims withheld"],
] as const;

export function coverageOf(log: Log, oracle: Oracle, followers: Followers): Readonly<Record<string, number>> {
  const counts: Counts = new Map(names.map((name) => [name, 0]));
  for (const program of oracle.serial.values()) countProgram(counts, program);
  for (const line of oracle.serial.keys()) countWaits(counts, oracle, line);
  for (const rounds of oracle.plan.rounds.values()) for (const { exceeded } of rounds) countFull(counts, exceeded);
  add(counts, "void payload", oracle.voids);
  add(counts, "claim without lanes", emptyClaims(log, oracle));
  add(counts, "restarted", followers.restarts);
  add(counts, "restarted in an open group", followers.openGroups);
  add(counts, "claims withheld", followers.withheld);
  return Object.fromEntries(counts);
}

function add(counts: Counts, name: (typeof names)[number], count = 1): void {
  counts.set(name, (counts.get(name) ?? 0) + count);
}

/** By bytes, where nothing else would have kept the node out. */
function countFull(counts: Counts, exceeded: readonly string[]): void {
  if (exceeded.length === 0) return;
  add(counts, "round was full");
  if (exceeded.join() === "bytesMax") add(counts, "round was full of bytes");
}

function emptyClaims({ blocks, shards }: Log, { plan }: Oracle): number {
  const isEmpty = (shard: string, at: number) => plan.rounds.get(shard)?.[at]?.ran.length === 0;
  return shards.reduce(
    (sum, { name }) =>
      sum +
      blocks.filter(({ blobs }, at) => isEmpty(name, at) && blobs.some(({ touches }) => touches.includes(name))).length,
    0,
  );
}

function countProgram(counts: Counts, program: SerialProgram): void {
  const { steps } = program.line.program;
  if (steps.length === 64) add(counts, "program of 64 steps");
  for (const index of steps.keys()) countStep(counts, program, index);
  for (const [group, failed] of program.failed.entries()) countGroup(counts, program, group, failed !== undefined);
}

function countStep(counts: Counts, { line, steps, failed }: SerialProgram, index: number): void {
  const step = line.program.steps[index] as LineProgram["program"]["steps"][number];
  const { outcome, life } = steps[index] as SerialProgram["steps"][number];
  const group = line.groupOf[index];
  const isDropped = group !== undefined && failed[group] !== undefined;
  const isNothing = (other: number) => {
    const maker = line.groupOf[other];
    const isSettled = maker !== undefined && maker !== group && failed[maker] !== undefined;
    return isSettled || steps[other]?.outcome.kind === "nothing";
  };
  if (outcome.kind === "nothing" && outcome.why !== "group") add(counts, `Nothing, ${outcome.why}`);
  if (outcome.kind === "value" && step.expect !== undefined) add(counts, "value as expected");
  if (step.args.some((argument) => argument.kind === "either" && isNothing(argument.step)))
    add(counts, "alternative taken");
  if (step.kind === "pure") {
    add(counts, outcome.kind === "value" ? "pure step" : "pure Nothing");
    return;
  }
  if (step.footprint.kind === "whole") add(counts, "whole contract taken");
  if (step.method === "create") countCreation(counts, outcome.kind === "value", group !== undefined, isDropped);
  if (life?.status === "ended") add(counts, isDropped ? "end dropped" : "ended");
  if (outcome.kind === "nothing" && outcome.why === "reverted") {
    if (step.method === "deposit") add(counts, "deposit refused");
    if (step.method === "withdraw") add(counts, "withdrawal refused");
  } else if (step.method === "deposit" && outcome.kind === "value" && !isDropped) add(counts, "money moved");
}

function countCreation(counts: Counts, isMade: boolean, isGrouped: boolean, isDropped: boolean): void {
  if (!isMade) add(counts, "creation refused");
  else if (isDropped) add(counts, "creation dropped");
  else add(counts, isGrouped ? "created in a group" : "created");
}

function countGroup(counts: Counts, { line, steps }: SerialProgram, group: number, isDropped: boolean): void {
  const nodes = line.nodes.filter((node) => node.group === group);
  add(counts, isDropped ? "group dropped" : "group held");
  add(counts, "settled as Nothing", isDropped ? line.groupOf.filter((each) => each === group).length : 0);
  if (new Set(nodes.map(({ shard }) => shard)).size > 1) {
    add(counts, "group over shards");
    if (isDropped) add(counts, "group over shards dropped");
  }
  const written = new Map<string, Set<string>>();
  for (const node of nodes) {
    if (node.kind === "settle") continue;
    const own = written.get(node.contract) ?? new Set<string>();
    if (touchesAny(node, own)) add(counts, "tentative state read");
    for (const key of steps[node.step]?.writes.keys() ?? []) own.add(key);
    written.set(node.contract, own);
  }
}

function touchesAny({ whole, reads, writes }: LineNode, keys: ReadonlySet<string>): boolean {
  return (whole && keys.size > 0) || [...keys].some((key) => reads.has(key) || writes.has(key));
}

function countWaits(counts: Counts, { plan }: Oracle, line: LineProgram): void {
  const waits = line.nodes.map((_, place) => plan.roundOf(line, place) - line.height);
  add(counts, "waited over 10 rounds", waits.filter((wait) => wait > longWait).length);
}
