// Which nodes run in which round, from R1-R4 as they stand: in each round every shard goes through all its nodes that did
// not run yet, in line order, and looks at every earlier one. Nothing is remembered from round to round but what ran, so
// this is slow, and plain. It needs no outcome.

import type { Log } from "../log.ts";
import { doConflict, type LineNode, type LineProgram } from "./line.ts";

export interface PlanNode {
  readonly program: LineProgram;
  /** Among the program's nodes. */
  readonly place: number;
  readonly node: LineNode;
}

/** What a shard does in one round. */
export interface PlanRound {
  /** In line order. */
  readonly ran: readonly PlanNode[];
  /** Something was due that did not fit: the bounds that it would have exceeded (R4). */
  readonly exceeded: readonly (keyof Log["bounds"])[];
  /** Programs with nodes left here afterwards, in line order. */
  readonly pending: readonly LineProgram[];
}

/** What is visible at a round (R2): for each other shard the round up to which it is cited. */
export type Cited = Readonly<Record<string, number>>;

export interface Plan {
  /** By shard, then by round; the first is round 1. */
  readonly rounds: ReadonlyMap<string, readonly PlanRound[]>;
  /** Of each round. */
  readonly cited: readonly Cited[];
  /** Rounds that came after the log, and how many nodes were left then. */
  readonly drained: { readonly rounds: number; readonly nodes: number };
  roundOf(program: LineProgram, place: number): number;
}

/** The rounds of a log, and those that follow it until nothing is left. */
export function planRounds(log: Log, lines: readonly (readonly LineProgram[])[]): Plan {
  const planner = new Planner(log);
  for (const [at, { cited }] of log.blocks.entries()) planner.round(lines[at] ?? [], cited);
  const { left } = planner;
  return { ...planner.plan, drained: { rounds: planner.drain(), nodes: left } };
}

const noShards: ReadonlySet<string> = new Set();

export class Planner {
  readonly #log: Pick<Log, "shards" | "bounds">;
  readonly #waiting = new Map<string, PlanNode[]>();
  readonly #rounds = new Map<string, PlanRound[]>();
  readonly #cited: Cited[] = [];
  readonly #ranAt = new Map<LineProgram, number[]>();

  constructor(log: Pick<Log, "shards" | "bounds">) {
    this.#log = log;
    for (const { name } of log.shards) {
      this.#waiting.set(name, []);
      this.#rounds.set(name, []);
    }
  }

  /** It goes on with the planner. */
  get plan(): Omit<Plan, "drained"> {
    const roundOf = (program: LineProgram, place: number) =>
      this.#ranAt.get(program)?.[place] ?? Number.POSITIVE_INFINITY;
    return { rounds: this.#rounds, cited: this.#cited, roundOf };
  }

  /** A planner that stands where this one does. What the two plan from then on is apart. */
  fork(): Planner {
    const fork = new Planner(this.#log);
    for (const [shard, waiting] of this.#waiting) fork.#waiting.set(shard, [...waiting]);
    for (const [program, ran] of this.#ranAt) fork.#ranAt.set(program, [...ran]);
    fork.#cited.push(...this.#cited);
    return fork;
  }

  /**
   * Rounds without blobs that cite all there is, but nothing new of shards that are lost, until nothing is left that can
   * run: how many it takes.
   */
  drain(lost: ReadonlySet<string> = noShards): number {
    const nodes = this.left;
    // As long as all is cited, the first node in line that is left can run: more rounds than nodes are never needed.
    for (let rounds = 0; rounds <= nodes; rounds++) {
      const { left } = this;
      if (left === 0) return rounds;
      this.round([], this.#allCited(lost));
      if (this.left === left && lost.size > 0) return rounds;
    }
    return nodes + 1;
  }

  /** Where what ran that others still need from elsewhere. */
  awaited(): readonly { readonly shard: string; readonly round: number }[] {
    const makers = [...this.#waiting.values()].flatMap((nodes) =>
      nodes.flatMap(({ program, node }) =>
        node.needs.map((step) => this.#makerOf(program, step)).filter(({ shard }) => shard !== node.shard),
      ),
    );
    return makers.filter(({ at }) => Number.isFinite(at)).map(({ shard, at }) => ({ shard, round: at }));
  }

  /** Nodes that did not run. */
  get left(): number {
    return [...this.#waiting.values()].reduce((sum, nodes) => sum + nodes.length, 0);
  }

  #allCited(lost: ReadonlySet<string>): Cited {
    const now = this.#cited.length;
    const before = this.#cited.at(-1);
    return Object.fromEntries(this.#log.shards.map(({ name }) => [name, lost.has(name) ? (before?.[name] ?? 0) : now]));
  }

  /** The next round: its programs, and what its block cites. */
  round(programs: readonly LineProgram[], cited: Cited): void {
    const round = this.#cited.push(cited);
    for (const program of programs) {
      this.#ranAt.set(program, []);
      for (const [place, node] of program.nodes.entries())
        this.#waiting.get(node.shard)?.push({ program, place, node });
    }
    for (const shard of this.#waiting.keys()) this.#rounds.get(shard)?.push(this.#runShard(shard, round, cited));
  }

  #runShard(shard: string, round: number, cited: Cited): PlanRound {
    const room = new Room(this.#log.bounds);
    const ran: PlanNode[] = [];
    const blocked: PlanNode[] = [];
    let exceeded: PlanRound["exceeded"] = [];
    for (const each of this.#waiting.get(shard) ?? []) {
      const isDue = exceeded.length === 0 && this.#isDue(each, blocked, round, cited);
      const sources = isDue ? this.sourcesOf(each) : [];
      if (isDue) exceeded = room.exceededBy(each, sources);
      if (!isDue || exceeded.length > 0) {
        blocked.push(each);
        continue;
      }
      room.take(each, sources);
      ran.push(each);
      (this.#ranAt.get(each.program) as number[])[each.place] = round;
    }
    this.#waiting.set(shard, blocked);
    return { ran, exceeded, pending: [...new Set(blocked.map(({ program }) => program))] };
  }

  /** R3: nothing before it that it waits for is left here, and what it needs from elsewhere is visible. */
  #isDue({ program, node }: PlanNode, blocked: readonly PlanNode[], round: number, cited: Cited): boolean {
    if (blocked.some((earlier) => doConflict(earlier.node, node))) return false;
    return node.needs.every((step) => {
      const { at, shard } = this.#makerOf(program, step);
      return at <= (shard === node.shard ? round : (cited[shard] ?? 0));
    });
  }

  #makerOf(program: LineProgram, step: number) {
    const place = program.nodes.findIndex((node) => node.kind === "step" && node.step === step);
    const { shard } = program.nodes[place] as LineNode;
    return { shard, at: this.#ranAt.get(program)?.[place] ?? Number.POSITIVE_INFINITY };
  }

  sourcesOf({ program, node }: PlanNode): string[] {
    const makers = node.needs.map((step) => this.#makerOf(program, step));
    return makers.filter(({ shard }) => shard !== node.shard).map(({ shard, at }) => `${shard} ${at}`);
  }
}

/** R4. */
class Room {
  readonly #bounds: Log["bounds"];
  readonly #nodes: PlanNode[] = [];
  readonly #sources = new Set<string>();

  constructor(bounds: Log["bounds"]) {
    this.#bounds = bounds;
  }

  exceededBy(node: PlanNode, sources: readonly string[]): PlanRound["exceeded"] {
    if (this.#nodes.length === 0) return [];
    const all = [...this.#nodes, node];
    const programs = [...new Set(all.map(({ program }) => program))];
    const taken: Log["bounds"] = {
      nodesMax: all.length,
      contractsMax: new Set(all.map(({ node: { contract } }) => contract)).size,
      sourcesMax: new Set([...this.#sources, ...sources]).size,
      budgetMax: programs.reduce((sum, { budget }) => sum + budget, 0),
      bytesMax: programs.reduce((sum, { payloadBytes }) => sum + payloadBytes + 512, 0),
    };
    const names = Object.keys(taken) as (keyof typeof taken)[];
    return names.filter((name) => taken[name] > this.#bounds[name]);
  }

  take(node: PlanNode, sources: readonly string[]): void {
    this.#nodes.push(node);
    for (const source of sources) this.#sources.add(source);
  }
}
