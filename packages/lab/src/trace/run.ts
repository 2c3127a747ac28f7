// The rounds that the programs of a trace need, by the schedules of all shards (R1 to R4). A block of the trace is an
// order block; after the last there are empty ones until everything ran. Every shard claims at once, and a claim of round
// t is visible from round t + d on (R2), where d is the citation delay. Nothing is executed: what a schedule does depends
// on outcomes nowhere.

import { type DueNode, type OrderedProgram, roundBounds, Schedule } from "@tandem/execution";
import {
  asBudget,
  asRound,
  asShardName,
  assert,
  limits,
  type ProgramNode,
  type Root,
  type ShardName,
  type Source,
} from "@tandem/shared";
import { traceShards } from "./programs.ts";

/** Rounds of the nodes of a program, by place. */
export type NodeRounds = ReadonlyMap<OrderedProgram, readonly number[]>;

/** R4, with the largest budget that a shard may have. */
const bounds = roundBounds({ shardBudget: asBudget(limits.shardBudgetMax) });

const noExports = new Uint8Array(32) as Root;

export function roundsOfTrace(
  blocks: readonly (readonly OrderedProgram[])[],
  shardCount: number,
  delay: number,
): NodeRounds {
  assert(Number.isSafeInteger(delay) && delay >= 1, "a claim is cited by a later block");
  const run = new TraceRun(shardCount, delay);
  for (let height = 1; height <= blocks.length || run.isPending; height++) run.round(height, blocks[height - 1] ?? []);
  return run.rounds;
}

class TraceRun {
  readonly rounds = new Map<OrderedProgram, number[]>();
  readonly #delay: number;
  readonly #schedules: ReadonlyMap<ShardName, Schedule>;
  /** By round: what ran there, until it is visible. */
  readonly #claims = new Map<number, readonly DueNode[]>();

  constructor(shardCount: number, delay: number) {
    this.#delay = delay;
    const names = traceShards(shardCount).map(asShardName);
    this.#schedules = new Map(names.map((name) => [name, new Schedule(name, bounds)]));
  }

  get isPending(): boolean {
    return [...this.#schedules.values()].some(({ pendingCount }) => pendingCount > 0);
  }

  round(height: number, programs: readonly OrderedProgram[]): void {
    for (const program of programs) this.#add(program);
    const visible = height - this.#delay;
    for (const node of this.#claims.get(visible) ?? []) this.#show(node, visible);
    this.#claims.delete(visible);
    const ran = [...this.#schedules.values()].flatMap((schedule) => schedule.take());
    for (const { program, place } of ran) (this.rounds.get(program) as number[])[place] = height;
    this.#claims.set(height, ran);
  }

  #add(program: OrderedProgram): void {
    const { nodes } = program.analysis;
    this.rounds.set(
      program,
      nodes.map(() => 0),
    );
    for (const shard of shardsOf(nodes)) this.#schedules.get(shard)?.add(program);
  }

  #show({ program, place }: DueNode, round: number): void {
    const { nodes } = program.analysis;
    const { kind, shard, step } = nodes[place] as ProgramNode;
    if (kind === "settle") return;
    const source: Source = { shard, round: asRound(round), exports: noExports };
    for (const other of shardsOf(nodes)) if (other !== shard) this.#schedules.get(other)?.see(program, step, source);
  }
}

function shardsOf(nodes: readonly ProgramNode[]): ReadonlySet<ShardName> {
  return new Set(nodes.map(({ shard }) => shard));
}
