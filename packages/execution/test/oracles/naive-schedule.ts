// R1 to R4 of one shard as the design states them, without any cleverness: every pair of nodes is compared, and what is
// due is found by going over all nodes until nothing changes.

import type { ContractName, Footprint, ProgramNode, Source } from "@tandem/shared";
import type { OrderedProgram, RoundBounds } from "../../src/index.ts";

export interface LineNode {
  readonly program: OrderedProgram;
  readonly place: number;
}

/** An outcome that became visible, and the claim that brought it. */
export interface Sight {
  readonly height: number;
  readonly index: number;
  readonly step: number;
  readonly source: Source;
}

export class NaiveSchedule {
  private readonly shard: string;
  private readonly bounds: RoundBounds;
  /** All nodes of the shard, in line order. */
  private readonly line: LineNode[] = [];
  private readonly ran = new Set<LineNode>();
  private readonly seen: Sight[] = [];

  constructor(shard: string, bounds: RoundBounds) {
    this.shard = shard;
    this.bounds = bounds;
  }

  get left(): readonly LineNode[] {
    return this.line.filter((node) => !this.ran.has(node));
  }

  /** Of each program with nodes left, the steps elsewhere which these need and which are not visible. */
  get awaited(): ReadonlyMap<string, readonly number[]> {
    const steps = new Map<string, Set<number>>();
    for (const { program, place } of this.left) {
      const name = `${program.height}/${program.index}`;
      const awaited = steps.get(name) ?? new Set();
      steps.set(name, awaited);
      for (const need of (program.analysis.nodes[place] as ProgramNode).needs) {
        const { shard, step } = program.analysis.nodes[need] as ProgramNode;
        if (shard !== this.shard && this.sightOf(program, step) === undefined) awaited.add(step);
      }
    }
    return new Map([...steps].map(([name, awaited]) => [name, [...awaited].sort((a, b) => a - b)]));
  }

  /** Of each program with nodes left, who stands before it in line and did not run: `height/index at contract`. */
  get ahead(): ReadonlyMap<string, ReadonlySet<string>> {
    const names = new Map<string, Set<string>>();
    for (const [at, node] of this.left.entries()) {
      const name = `${node.program.height}/${node.program.index}`;
      const ahead = names.get(name) ?? new Set();
      names.set(name, ahead);
      for (const { program, place } of this.left.slice(0, at)) {
        if (program === node.program || !conflict(nodeOf({ program, place }), nodeOf(node))) continue;
        ahead.add(`${program.height}/${program.index} at ${nodeOf(node).contract}`);
      }
    }
    return names;
  }

  round(programs: readonly OrderedProgram[], sights: readonly Sight[]): readonly LineNode[] {
    for (const program of programs) {
      for (const [place, node] of program.analysis.nodes.entries()) {
        if (node.shard === this.shard) this.line.push({ program, place });
      }
    }
    this.seen.push(...sights);
    const runs = this.fitting(this.due());
    for (const node of runs) this.ran.add(node);
    return runs;
  }

  /** R3. */
  private due(): readonly LineNode[] {
    const due = new Set<LineNode>();
    for (let before = -1; before !== due.size; ) {
      before = due.size;
      for (const [place, node] of this.line.entries()) {
        if (!this.ran.has(node) && this.isDue(node, place, due)) due.add(node);
      }
    }
    return this.line.filter((node) => due.has(node));
  }

  private isDue(node: LineNode, place: number, due: ReadonlySet<LineNode>): boolean {
    const isDone = (other: LineNode) => this.ran.has(other) || due.has(other);
    const conflicting = this.line.slice(0, place).filter((earlier) => conflict(nodeOf(earlier), nodeOf(node)));
    const needs = nodeOf(node).needs.map((need) => node.program.analysis.nodes[need] as ProgramNode);
    return (
      conflicting.every(isDone) &&
      needs.every((need) =>
        need.shard === this.shard
          ? this.line.some((other) => other.program === node.program && nodeOf(other) === need && isDone(other))
          : this.sightOf(node.program, need.step) !== undefined,
      )
    );
  }

  private sightOf({ height, index }: OrderedProgram, step: number): Sight | undefined {
    return this.seen.find((sight) => sight.height === height && sight.index === index && sight.step === step);
  }

  /** R4. */
  private fitting(due: readonly LineNode[]): readonly LineNode[] {
    let count = Math.min(1, due.length);
    while (count < due.length && this.fits(due.slice(0, count + 1))) count++;
    return due.slice(0, count);
  }

  private fits(nodes: readonly LineNode[]): boolean {
    const programs = new Set(nodes.map(({ program }) => program));
    const contracts = new Set<ContractName>(nodes.map((node) => nodeOf(node).contract));
    const sources = new Set(nodes.flatMap((node) => this.sourcesOf(node)));
    const budget = [...programs].reduce((sum, program) => sum + program.budget, 0);
    const bytes = [...programs].reduce((sum, { payloadBytes }) => sum + payloadBytes + 512, 0);
    const { nodesMax, contractsMax, sourcesMax, budgetMax, bytesMax } = this.bounds;
    return (
      nodes.length <= nodesMax &&
      contracts.size <= contractsMax &&
      sources.size <= sourcesMax &&
      budget <= budgetMax &&
      bytes <= bytesMax
    );
  }

  private sourcesOf(node: LineNode): readonly string[] {
    return nodeOf(node).needs.flatMap((need) => {
      const { shard, step } = node.program.analysis.nodes[need] as ProgramNode;
      const sight = shard === this.shard ? undefined : this.sightOf(node.program, step);
      return sight === undefined ? [] : [`${sight.source.shard} ${sight.source.round}`];
    });
  }
}

function nodeOf({ program, place }: LineNode): ProgramNode {
  return program.analysis.nodes[place] as ProgramNode;
}

/** R1: of one contract, overlapping, and one of them writes; who takes the whole contract writes what all others read. */
function conflict(a: ProgramNode, b: ProgramNode): boolean {
  if (a.contract !== b.contract) return false;
  const [first, second] = [a.footprint, b.footprint];
  if (first.kind === "whole" || second.kind === "whole") return true;
  const overlaps = (some: readonly Uint8Array[], others: readonly Uint8Array[]) =>
    some.some((key) => others.some((other) => String(key) === String(other)));
  const touched = ({ reads, writes }: Extract<Footprint, { kind: "keys" }>) => [...reads, ...writes];
  return overlaps(first.writes, touched(second)) || overlaps(touched(first), second.writes);
}
