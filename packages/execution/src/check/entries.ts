// C3: the pending map of the claim before, built anew from all its entries, so that its root says that they are all; and
// their programs as that claim left them.

import {
  blobCodec,
  costs,
  type Frontier,
  leastBudgetOf,
  limits,
  type PendingEntry,
  type ProgramNode,
  pendingEntryCodec,
  positionCodec,
  type ShardName,
  SparseMap,
  shardOf,
} from "@tandem/shared";
import type { OrderedProgram } from "../ordered.ts";
import { PendingPrograms } from "../round/pending-programs.ts";
import { mayWrite } from "../round/program-run.ts";
import type { ShardSetting } from "../round/shard-execution.ts";
import { baseless, unusable } from "./failure.ts";
import type { PendingBlob } from "./material.ts";
import { programIn } from "./programs.ts";
import { checkRoot } from "./roots.ts";

export interface OpenedPending {
  readonly map: SparseMap;
  readonly programs: PendingPrograms;
}

/** `given` is in line order. */
export function openPending(setting: ShardSetting, prev: Frontier, given: readonly PendingBlob[]): OpenedPending {
  for (const [at, { placed }] of given.entries()) checkPosition(placed, prev, `pending[${at}]`);
  const map = mapOf(given);
  checkRoot(prev.pending.root, map.root, "pending");
  if (given.length !== prev.pending.count) {
    baseless("wrong-count", "pending", `the map has ${given.length} programs, its claim says ${prev.pending.count}`);
  }
  const programs = new PendingPrograms(setting.shard, setting.bounds, setting.rules.functions);
  for (const [at, { entry, placed }] of given.entries()) {
    const path = `pending[${at}]`;
    checkRoot(entry.blob, blobCodec.root(placed.blob), `${path}.placed.blob`);
    const ordered = programIn(placed) ?? baseless("bad-entry", path, "a void payload has no program that could wait");
    const problem = entryProblem(setting.shard, ordered, entry);
    if (problem !== undefined) baseless("bad-entry", `${path}.entry`, problem);
    programs.restore(ordered, entry);
  }
  return { map, programs };
}

function checkPosition({ height, index }: PendingBlob["placed"], { round }: Frontier, path: string): void {
  if (height <= round && index < limits.blockBlobsMax) return;
  unusable("wrong-programs", path, `no program waits at ${height}/${index} after round ${round}`);
}

function mapOf(given: readonly PendingBlob[]): SparseMap {
  const changes = given.map(({ entry, placed }) => {
    const { height, index } = placed;
    return { key: positionCodec.encode({ height, index }), value: pendingEntryCodec.root(entry) };
  });
  const map = SparseMap.empty.apply(changes);
  return map.ok ? map.value : unusable("malformed", "pending", map.error.message);
}

/** Why no execution of the program leaves such an entry, as far as it would not be the same to go on from it. */
function entryProblem(shard: ShardName, ordered: OrderedProgram, entry: PendingEntry): string | undefined {
  const { program, analysis } = ordered;
  const ran = entry.ran.find(({ step }) => {
    const call = program.steps[step];
    return call?.kind !== "call" || shardOf(call.at) !== shard;
  });
  if (ran !== undefined) return `step ${ran.step} is no call in ${shard}`;
  const settled = entry.settled.find(({ step, contract }) => {
    return shardOf(contract) !== shard || settleIn(analysis.nodes, step, contract) === undefined;
  });
  if (settled !== undefined) return `no group settles in ${settled.contract} after step ${settled.step}`;
  const isLeft = analysis.nodes.some((node) => node.shard === shard && !hasRun(entry, node));
  if (!isLeft) return `all of its nodes in ${shard} have run`;
  return writesProblem(shard, analysis.nodes, entry) ?? priceProblem(ordered, entry);
}

/** R4: what leaves a step is paid for (P7), and so it fits into the lists of the claims that have to carry it. */
function priceProblem(
  { budget, program, analysis }: OrderedProgram,
  { ran, writes }: PendingEntry,
): string | undefined {
  const placesOf = (step: number) => 1 + (analysis.takers[step] as number);
  let price = 0;
  for (const [index, step] of program.steps.entries()) {
    if (step.kind === "call") price += leastBudgetOf(step, placesOf(index) - 1);
  }
  for (const { step, outcome } of ran) {
    if (outcome.kind === "value") price += costs.keptByte * placesOf(step) * outcome.value.bytes.length;
  }
  for (const { key, value } of writes.flatMap((each) => each.writes)) {
    price += costs.write + costs.keptByte * (key.length + (value?.length ?? 0));
  }
  return price <= budget ? undefined : `what its steps made and wrote costs ${price}, more than it was allowed`;
}

function settleIn(nodes: readonly ProgramNode[], step: number, contract: string): ProgramNode | undefined {
  return nodes.find((node) => node.kind === "settle" && node.step === step && node.contract === contract);
}

function hasRun({ ran, settled }: PendingEntry, { kind, step, contract }: ProgramNode): boolean {
  if (kind === "step") return ran.some((each) => each.step === step);
  return settled.some((each) => each.step === step && each.contract === contract);
}

/** P5: what is written tentatively is of a group that did not settle there yet. */
function writesProblem(shard: ShardName, nodes: readonly ProgramNode[], entry: PendingEntry): string | undefined {
  for (const { contract, existence, writes } of entry.writes) {
    const open = nodes.filter(
      (node) => node.kind === "settle" && node.shard === shard && node.contract === contract && !hasRun(entry, node),
    );
    const isOpen = writes.every(({ key }) => open.some(({ footprint }) => mayWrite(footprint, key)));
    const isWhole = existence === undefined || open.some(({ footprint }) => footprint.kind === "whole");
    if (!isOpen || !isWhole) return `no group that is open in ${contract} may write what is pending there`;
  }
  return undefined;
}
