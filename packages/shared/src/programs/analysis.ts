// What follows from a program alone, without running it: its nodes in line order with their predecessors
// and hops (P2, R1), and how each outcome is used (P11). The schedule lays the nodes of all programs in one
// line; the executor tells makers and takers of values what is said here of their uses.
//
// - Each call is a node. After the last step of a group stands a settle for each contract that the group may
//   write, holding the keys written there (section 5). A pure step is no node: using its outcome is using
//   its arguments, each as seen from the pure step's place (P12).
// - An outcome used from inside its own group, or of a step outside all groups, is used by itself. From
//   outside its group it is settled, and uses the tentative outcomes of all steps of the group (P5).
// - Nodes conflict if they are of one contract, their footprints overlap and one of them writes. Every step
//   reads the contract's existence; who takes the whole contract writes it (P10). A whole footprint overlaps
//   any other, so existence needs no key of its own here.
//
// Sets are bits of a bigint: of steps (64 at most), or of nodes (a settle for each step at most, so 128).

import { compareBytes } from "../bytes.ts";
import { type ContractName, type MethodName, type ShardName, type StepIndex, shardOf } from "../numbers.ts";
import { Conflicts } from "./conflicts.ts";
import type { Argument, Footprint, Group, Program, Step } from "./program.ts";
import { referencesOf } from "./shape.ts";

interface PlacedNode {
  readonly kind: "step" | "settle";
  /** The step, or the last step of the group that settles. */
  readonly step: StepIndex;
  /** Place of its group among the program's groups. */
  readonly group: number | undefined;
  readonly contract: ContractName;
  readonly shard: ShardName;
  /** What it reads and writes; a settle writes only. */
  readonly footprint: Footprint;
}

export interface ProgramNode extends PlacedNode {
  /** R1: places of the nodes whose outcomes it uses, ascending. */
  readonly needs: readonly number[];
  /** R1: places of the earlier nodes that it conflicts with, ascending. */
  readonly conflicts: readonly number[];
  /** P2: the most over its predecessors of theirs, plus one if the shard differs. */
  readonly hops: number;
}

/** One place where a program names an outcome (P11). */
export interface Use {
  /** The step that uses it, and as which argument. */
  readonly step: StepIndex;
  readonly argument: number;
  /** The contract that is called; nothing if it goes into a pure function. */
  readonly contract: ContractName | undefined;
  /** Of the contract, or the pure function. */
  readonly method: MethodName;
  /** It is the whole argument of a call, neither with nor as an `or`. */
  readonly direct: boolean;
  /** Maker and user are steps of one group. */
  readonly grouped: boolean;
}

export interface Analysis {
  /** In line order. */
  readonly nodes: readonly ProgramNode[];
  /** For each step the place of its group among the program's groups. */
  readonly groupOf: readonly (number | undefined)[];
  /** For each step how its outcome is used, in the order of the program. */
  readonly uses: readonly (readonly Use[])[];
  /** For each step how many nodes need its outcome; each is given it, and may have to carry it in a claim. */
  readonly takers: readonly number[];
}

/** Of a program whose references and groups are well formed (`shape.ts`). */
export function analyzeProgram(program: Program): Analysis {
  const groupOf = groupsOfSteps(program);
  const nodes = connect(program, groupOf);
  return { nodes, groupOf, uses: usesOfOutcomes(program.steps, groupOf), takers: takersOf(program.steps, nodes) };
}

function takersOf(steps: readonly Step[], nodes: readonly ProgramNode[]): readonly number[] {
  const takers = steps.map(() => 0);
  for (const { needs } of nodes) {
    for (const place of needs) {
      const { step } = nodes[place] as ProgramNode;
      takers[step] = (takers[step] as number) + 1;
    }
  }
  return takers;
}

function groupsOfSteps({ steps, groups }: Program): (number | undefined)[] {
  const groupOf: (number | undefined)[] = steps.map(() => undefined);
  for (const [index, { first, count }] of groups.entries()) groupOf.fill(index, first, first + count);
  return groupOf;
}

function connect(program: Program, groupOf: readonly (number | undefined)[]): ProgramNode[] {
  const placed = layOut(program, groupOf);
  const placeOfStep = new Map(placed.flatMap(({ kind, step }, place) => (kind === "step" ? [[step, place]] : [])));
  const used = outcomesUsed(program, groupOf);
  const conflicts = new Conflicts();
  const nodes: ProgramNode[] = [];
  for (const [place, node] of placed.entries()) {
    const outcomes = node.kind === "step" ? used.byStep[node.step] : used.bySettle[node.group as number];
    const needs = membersOf(outcomes as bigint).map((step) => placeOfStep.get(step as StepIndex) as number);
    const conflicting = membersOf(conflicts.add(1n << BigInt(place), node.contract, node.footprint));
    const hops = hopsAfter(nodes, node.shard, needs, conflicting);
    nodes.push({ ...node, needs, conflicts: conflicting, hops });
  }
  return nodes;
}

function hopsAfter(
  nodes: readonly ProgramNode[],
  shard: ShardName,
  needs: readonly number[],
  conflicts: readonly number[],
): number {
  let hops = 0;
  for (const place of [...needs, ...conflicts]) {
    const before = nodes[place] as ProgramNode;
    hops = Math.max(hops, before.hops + (before.shard === shard ? 0 : 1));
  }
  return hops;
}

function layOut({ steps, groups }: Program, groupOf: readonly (number | undefined)[]): PlacedNode[] {
  const nodes: PlacedNode[] = [];
  for (const [index, step] of steps.entries()) {
    const group = groupOf[index];
    const at = { step: index as StepIndex, group };
    if (step.kind === "call") {
      const { at: contract, footprint } = step;
      nodes.push({ kind: "step", ...at, contract, shard: shardOf(contract), footprint });
    }
    if (group === undefined || group === groupOf[index + 1]) continue;
    for (const [contract, footprint] of writesOfGroup(steps, groups[group] as Group)) {
      nodes.push({ kind: "settle", ...at, contract, shard: shardOf(contract), footprint });
    }
  }
  return nodes;
}

/** The contracts that a group may write, in the order of its steps, each with what may be written there. */
function writesOfGroup(steps: readonly Step[], { first, count }: Group): Map<ContractName, Footprint> {
  const written = new Map<ContractName, Footprint>();
  for (const step of steps.slice(first, first + count)) {
    if (step.kind === "pure" || (step.footprint.kind === "keys" && step.footprint.writes.length === 0)) continue;
    written.set(step.at, joinWrites(written.get(step.at), step.footprint));
  }
  return written;
}

function joinWrites(before: Footprint | undefined, next: Footprint): Footprint {
  if (next.kind === "whole" || before?.kind === "whole") return { kind: "whole" };
  if (before === undefined) return { kind: "keys", reads: [], writes: next.writes };
  const sorted = [...before.writes, ...next.writes].sort(compareBytes);
  const isNew = (key: Uint8Array, index: number) =>
    index === 0 || compareBytes(sorted[index - 1] as Uint8Array, key) < 0;
  return { kind: "keys", reads: [], writes: sorted.filter(isNew) };
}

interface OutcomesUsed {
  /** The calls whose outcomes a step's arguments use. */
  readonly byStep: readonly bigint[];
  /** The calls whose outcomes decide whether a group failed. */
  readonly bySettle: readonly bigint[];
}

/** P5, P12. Sets of steps are bits of a bigint. */
function outcomesUsed({ steps, groups }: Program, groupOf: readonly (number | undefined)[]): OutcomesUsed {
  const byStep: bigint[] = [];
  const bySettle = groups.map(() => 0n);
  /** What using the outcome of a step means inside its group: itself, or for a pure step what that uses. */
  const tentative: bigint[] = [];
  for (const [index, step] of steps.entries()) {
    const group = groupOf[index];
    let used = 0n;
    for (const reference of step.args.flatMap(referencesOf)) {
      const maker = groupOf[reference];
      used |= (maker === undefined || maker === group ? tentative[reference] : bySettle[maker]) as bigint;
    }
    byStep.push(used);
    const own = step.kind === "call" ? 1n << BigInt(index) : used;
    tentative.push(own);
    if (group !== undefined) bySettle[group] = (bySettle[group] as bigint) | own;
  }
  return { byStep, bySettle };
}

function usesOfOutcomes(steps: readonly Step[], groupOf: readonly (number | undefined)[]): readonly (readonly Use[])[] {
  const uses: Use[][] = steps.map(() => []);
  for (const [index, user] of steps.entries()) {
    const contract = user.kind === "call" ? user.at : undefined;
    const method = user.kind === "call" ? user.method : user.pure;
    for (const [argument, { kind }] of user.args.entries()) {
      const direct = kind === "step" && contract !== undefined;
      for (const step of referencesOf(user.args[argument] as Argument)) {
        const grouped = groupOf[step] !== undefined && groupOf[step] === groupOf[index];
        uses[step]?.push({ step: index as StepIndex, argument, contract, method, direct, grouped });
      }
    }
  }
  return uses;
}

/** The places of the bits that are set, ascending. */
function membersOf(bits: bigint): number[] {
  const members: number[] = [];
  for (let base = 0, rest = bits; rest > 0n; base += 32, rest >>= 32n) {
    // The lowest bit of a word is `word & -word`, and `word & (word - 1)` is the word without it.
    for (let word = Number(rest & 0xffff_ffffn) | 0; word !== 0; word &= word - 1) {
      members.push(base + 31 - Math.clz32(word & -word));
    }
  }
  return members;
}
