// What stands in the line of all steps (section 5), read from each program by itself, in the plainest way: sets of steps
// and of keys, and every pair looked at. `analyzeProgram` is not used, so that a mistake there is seen.

import type { SliceBlob } from "@tandem/execution";
import {
  type Argument,
  type CallStep,
  decodeProgram,
  limits,
  type Program,
  type Step,
  shardOf,
  toHex,
} from "@tandem/shared";

export interface LineNode {
  readonly kind: "step" | "settle";
  /** The step, or the last of the group that settles. */
  readonly step: number;
  readonly group: number | undefined;
  readonly contract: string;
  readonly shard: string;
  readonly whole: boolean;
  /** In hexadecimal. */
  readonly reads: ReadonlySet<string>;
  readonly writes: ReadonlySet<string>;
  /** The steps whose outcomes it uses; all are calls. */
  readonly needs: readonly number[];
}

/** One place where a program names an outcome. */
export interface LineUse {
  readonly user: number;
  readonly argument: number;
  readonly direct: boolean;
  readonly grouped: boolean;
}

export interface LineProgram {
  readonly height: number;
  /** Of the block that ordered it. */
  readonly timeMs: number;
  readonly index: number;
  readonly blob: Uint8Array;
  readonly payer: Uint8Array;
  readonly touches: readonly string[];
  readonly budget: number;
  readonly payloadBytes: number;
  readonly program: Program;
  /** In line order. */
  readonly nodes: readonly LineNode[];
  /** The group of each step. */
  readonly groupOf: readonly (number | undefined)[];
  readonly uses: readonly (readonly LineUse[])[];
  /** For each step, how many nodes use its outcome. */
  readonly takers: readonly number[];
}

/** Of a block that orders. */
export type LinePlace = Pick<LineProgram, "height" | "timeMs">;

/** P1, P2: nothing if the payload is void. */
export function readProgram({ index, root, envelope }: SliceBlob, place: LinePlace): LineProgram | undefined {
  const { payload, payer, touches, budget } = envelope;
  const decoded = decodeProgram(payload);
  if (!decoded.ok) return undefined;
  const program = decoded.value;
  const groupOf = program.steps.map((_, step) => groupAt(program, step));
  const nodes = layOut(program, groupOf);
  const takers = program.steps.map((_, step) => nodes.filter(({ needs }) => needs.includes(step)).length);
  const own = { payer, touches, budget, payloadBytes: payload.length };
  const line = { ...place, index, blob: root, ...own, program, nodes, groupOf, takers };
  return isVoid(line) ? undefined : { ...line, uses: program.steps.map((_, step) => usesOf(program, groupOf, step)) };
}

function groupAt({ groups }: Program, step: number): number | undefined {
  const found = groups.findIndex(({ first, count }) => step >= first && step < first + count);
  return found < 0 ? undefined : found;
}

/** P2, P5, P7. */
function isVoid({ program, nodes, takers, touches, budget }: Omit<LineProgram, "uses">): boolean {
  const { steps, groups } = program;
  if (groups.some((_, group) => !nodes.some((node) => node.kind === "settle" && node.group === group))) return true;
  if (nodes.some(({ shard }) => !touches.includes(shard))) return true;
  const paid = steps.map((step) => step.budget * (step.kind === "pure" ? touches.length : 1));
  if (paid.reduce((sum, each) => sum + each, 0) > budget) return true;
  if (steps.some((step, at) => step.kind === "call" && step.budget < leastOf(step, takers[at] as number))) return true;
  return Math.max(0, ...hopsOf(nodes)) > limits.hopsMax;
}

function leastOf({ footprint }: CallStep, takers: number): number {
  const keys = footprint.kind === "keys" ? [...footprint.reads, ...footprint.writes] : [];
  return 10_240 * (1 + takers) + 8000 * keys.length;
}

function hopsOf(nodes: readonly LineNode[]): number[] {
  const hops: number[] = [];
  for (const [place, node] of nodes.entries()) {
    const before = nodes.slice(0, place).map((other, at) => {
      const isBefore = (other.kind === "step" && node.needs.includes(other.step)) || doConflict(other, node);
      return isBefore ? (hops[at] as number) + (other.shard === node.shard ? 0 : 1) : 0;
    });
    hops.push(Math.max(0, ...before));
  }
  return hops;
}

/** R1: of one contract, overlapping, and one of them writes. Existence is read by all and written with the whole. */
export function doConflict(a: LineNode, b: LineNode): boolean {
  if (a.contract !== b.contract) return false;
  if (a.whole || b.whole) return true;
  const touches = (node: LineNode, key: string) => node.reads.has(key) || node.writes.has(key);
  return [...a.writes].some((key) => touches(b, key)) || [...b.writes].some((key) => touches(a, key));
}

function layOut(program: Program, groupOf: readonly (number | undefined)[]): LineNode[] {
  const { steps, groups } = program;
  const uses = new Usage(program, groupOf);
  const nodes: LineNode[] = [];
  for (const [step, call] of steps.entries()) {
    const group = groupOf[step];
    if (call.kind === "call") {
      const needs = sorted(call.args.flatMap((argument) => [...uses.ofArgument(argument, step)]));
      nodes.push({ kind: "step", step, group, ...placeOf(call.at), ...keysOf([call], false), needs });
    }
    if (group === undefined || group === groupOf[step + 1]) continue;
    const { first, count } = groups[group] as Program["groups"][number];
    const members = steps.slice(first, first + count);
    const needs = sorted(members.flatMap((_, at) => [...uses.ofStep(first + at)]));
    const writers = members.filter((member) => member.kind === "call" && mayWrite(member));
    for (const contract of new Set(writers.map((member) => (member.kind === "call" ? member.at : "")))) {
      const own = writers.filter((member) => member.kind === "call" && member.at === contract);
      nodes.push({ kind: "settle", step, group, ...placeOf(contract), ...keysOf(own, true), needs });
    }
  }
  return nodes;
}

function placeOf(contract: string) {
  return { contract, shard: shardOf(contract as Parameters<typeof shardOf>[0]) };
}

function mayWrite(step: Step): boolean {
  return step.kind === "call" && (step.footprint.kind === "whole" || step.footprint.writes.length > 0);
}

function keysOf(steps: readonly Step[], isSettle: boolean) {
  const [reads, writes] = [new Set<string>(), new Set<string>()];
  let whole = false;
  for (const step of steps) {
    if (step.kind === "pure") continue;
    if (step.footprint.kind === "whole") whole = true;
    else {
      for (const key of step.footprint.writes) writes.add(toHex(key));
      if (!isSettle) for (const key of step.footprint.reads) reads.add(toHex(key));
    }
  }
  return { whole, reads, writes };
}

function sorted(steps: readonly number[]): number[] {
  return [...new Set(steps)].sort((a, b) => a - b);
}

/** Which calls are used by who uses a step (P5, P12). */
class Usage {
  readonly #program: Program;
  readonly #groupOf: readonly (number | undefined)[];
  readonly #known = new Map<number, ReadonlySet<number>>();

  constructor(program: Program, groupOf: readonly (number | undefined)[]) {
    this.#program = program;
    this.#groupOf = groupOf;
  }

  ofArgument(argument: Argument, user: number): ReadonlySet<number> {
    const used = new Set<number>();
    for (const named of namedBy(argument)) {
      const group = this.#groupOf[named];
      const isSettled = group !== undefined && group !== this.#groupOf[user];
      const members = isSettled ? this.#groupOf.flatMap((other, step) => (other === group ? [step] : [])) : [named];
      for (const member of members) for (const call of this.ofStep(member)) used.add(call);
    }
    return used;
  }

  /** As its own group sees it: a call by itself, a pure step by what it is given. */
  ofStep(step: number): ReadonlySet<number> {
    const found = this.#program.steps[step] as Step;
    if (found.kind === "call") return new Set([step]);
    const known = this.#known.get(step);
    if (known !== undefined) return known;
    const used = new Set(found.args.flatMap((argument) => [...this.ofArgument(argument, step)]));
    this.#known.set(step, used);
    return used;
  }
}

function namedBy(argument: Argument): number[] {
  if (argument.kind === "literal") return [];
  if (argument.kind === "step") return [argument.step];
  return [argument.step, ...namedBy(argument.or)];
}

/** P11. */
function usesOf({ steps }: Program, groupOf: readonly (number | undefined)[], maker: number): LineUse[] {
  const uses: LineUse[] = [];
  for (const [user, { kind, args }] of steps.entries()) {
    for (const [argument, each] of args.entries()) {
      for (const named of namedBy(each)) {
        if (named !== maker) continue;
        const grouped = groupOf[maker] !== undefined && groupOf[maker] === groupOf[user];
        uses.push({ user, argument, direct: kind === "call" && each.kind === "step", grouped });
      }
    }
  }
  return uses;
}
