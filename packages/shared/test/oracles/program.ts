// A second reading of R1, P2, P5, P11 and P12, word for word and without regard to cost: every pair of nodes
// is asked whether one precedes the other, and hops are the longest way through all of them. Imports types only.

import type { Argument, Program, Step } from "../../src/programs/program.ts";

export interface OracleNode {
  /** `s3` for step 3, `g1 a/x` for the settle of group 1 in a/x. */
  readonly name: string;
  readonly needs: readonly string[];
  readonly conflicts: readonly string[];
  readonly hops: number;
}

interface Node {
  readonly name: string;
  readonly contract: string;
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  readonly steps: readonly number[];
}

const existence = "(existence)";
const everything = "(everything)";
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

function groupOf(program: Program, step: number): number {
  return program.groups.findIndex(({ first, count }) => step >= first && step < first + count);
}

function stepsOf(program: Program, group: number): number[] {
  return program.steps.map((_, step) => step).filter((step) => groupOf(program, step) === group);
}

function referencesOf(argument: Argument): number[] {
  if (argument.kind === "literal") return [];
  if (argument.kind === "step") return [argument.step];
  return [argument.step, ...referencesOf(argument.or)];
}

/** The calls whose outcomes it takes to know the outcome of `step`, as seen from the place of `user`. */
function seenFrom(program: Program, user: number, step: number): number[] {
  const group = groupOf(program, step);
  const isSettled = group >= 0 && groupOf(program, user) !== group;
  return isSettled ? stepsOf(program, group).flatMap((each) => ownOf(program, each)) : ownOf(program, step);
}

function ownOf(program: Program, step: number): number[] {
  const { kind, args } = program.steps[step] as Step;
  return kind === "call" ? [step] : argumentsOf(program, step, args);
}

function argumentsOf(program: Program, step: number, args: readonly Argument[]): number[] {
  return args.flatMap(referencesOf).flatMap((each) => seenFrom(program, step, each));
}

function keysOf(step: Step): { reads: string[]; writes: string[] } {
  if (step.kind === "pure") return { reads: [], writes: [] };
  if (step.footprint.kind === "whole") return { reads: [], writes: [everything, existence] };
  return { reads: [existence, ...step.footprint.reads.map(hex)], writes: step.footprint.writes.map(hex) };
}

function nodesOf(program: Program): Node[] {
  return program.steps.flatMap((step, index) => {
    const own = step.kind === "call" ? [nodeOf(program, step, index)] : [];
    const group = groupOf(program, index);
    const isLast = group >= 0 && groupOf(program, index + 1) !== group;
    return isLast ? [...own, ...settlesOf(program, group)] : own;
  });
}

function nodeOf(program: Program, step: Step & { kind: "call" }, index: number): Node {
  return { name: `s${index}`, contract: step.at, ...keysOf(step), steps: argumentsOf(program, index, step.args) };
}

function settlesOf(program: Program, group: number): Node[] {
  const steps = stepsOf(program, group);
  const writes = new Map<string, string[]>();
  for (const step of steps.map((each) => program.steps[each] as Step)) {
    if (step.kind === "call" && keysOf(step).writes.length > 0) {
      writes.set(step.at, [...(writes.get(step.at) ?? []), ...keysOf(step).writes]);
    }
  }
  const decided = steps.flatMap((step) => ownOf(program, step));
  return [...writes].map(([contract, keys]) => ({
    name: `g${group} ${contract}`,
    contract,
    reads: [],
    writes: keys,
    steps: decided,
  }));
}

function conflict(a: Node, b: Node): boolean {
  const overlaps = (written: readonly string[], other: Node) =>
    written.some((key) => key === everything || [...other.reads, ...other.writes, everything].includes(key)) ||
    (written.length > 0 && [...other.reads, ...other.writes].includes(everything));
  return a.contract === b.contract && (overlaps(a.writes, b) || overlaps(b.writes, a));
}

export function analyze(program: Program): OracleNode[] {
  const nodes = nodesOf(program);
  const needsOf = (node: Node) => nodes.filter(({ name }) => node.steps.some((step) => name === `s${step}`));
  const conflictsOf = (node: Node) => nodes.slice(0, nodes.indexOf(node)).filter((before) => conflict(before, node));
  const shardOf = (node: Node) => node.contract.split("/")[0];
  const memory = new Map<Node, number>();
  const hopsOf = (node: Node): number => {
    const known = memory.get(node);
    if (known !== undefined) return known;
    const before = [...needsOf(node), ...conflictsOf(node)];
    const hops = before.map((each) => hopsOf(each) + (shardOf(each) === shardOf(node) ? 0 : 1));
    memory.set(node, Math.max(0, ...hops));
    return Math.max(0, ...hops);
  };
  const namesOf = (some: readonly Node[]) => some.map(({ name }) => name);
  return nodes.map((node) => ({
    name: node.name,
    needs: namesOf(needsOf(node)),
    conflicts: namesOf(conflictsOf(node)),
    hops: hopsOf(node),
  }));
}

/** Every use of a step's outcome as a line: who, which argument, how. */
export function usesOf(program: Program, maker: number): string[] {
  return program.steps.flatMap((step, user) =>
    step.args.flatMap((argument, place) =>
      referencesOf(argument)
        .filter((reference) => reference === maker)
        .map(() => {
          const into = step.kind === "call" ? `${step.at}.${step.method}` : step.pure;
          const direct = step.kind === "call" && argument.kind === "step" ? "direct" : "indirect";
          const grouped = groupOf(program, maker) >= 0 && groupOf(program, user) === groupOf(program, maker);
          return `${user}: ${into}(${place}) ${direct} ${grouped ? "grouped" : "ungrouped"}`;
        }),
    ),
  );
}
