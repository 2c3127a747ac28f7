// The schedule of one shard: which nodes are due in which round. It follows from the log and the citations alone, and
// needs no outcome, only whether it is visible.
//
// R1  A node waits for the calls whose outcomes it uses, and for earlier nodes that it conflicts with. The former may
//     be elsewhere; the latter never, for they are of the same contract.
// R3  It is due at the first round, not before its own height, at which its predecessors here are due at or before
//     that round, and what it needs from elsewhere is visible.
// R4  The shard runs the nodes due at a round in line order, up to the first that a claim might not hold
//     (`RoundBounds`). What is left is due in the next round, before anything later. What runs is still closed under
//     predecessors, so R5 holds whatever the bounds (docs/rounds.md).
//
// Each node counts what it waits for. When a node runs, those that wait for it count down; at zero a node is ready. The
// queue gives the first ready node in line order, and whatever that makes ready comes later in line, so nodes come out
// in line order without sorting. A node costs as much as it has keys and needs; nothing of a program stays once all its
// nodes here have run.

import {
  assert,
  type ContractName,
  type Footprint,
  type Position,
  type ProgramNode,
  type ShardName,
  type Source,
  type StepIndex,
  shardOf,
} from "@tandem/shared";
import { type OrderedProgram, positionNumber } from "../ordered.ts";
import { ConflictLines } from "./conflicts.ts";
import { ReadyQueue } from "./ready-queue.ts";
import { type RoundBounds, RoundRoom } from "./room.ts";

/** A node that is due, by its place among its program's nodes. */
export interface DueNode {
  readonly program: OrderedProgram;
  readonly place: number;
}

/** C3: nodes of a program that ran in earlier rounds, for a schedule that begins in the middle. */
export interface RanNodes {
  readonly steps: ReadonlySet<StepIndex>;
  hasSettled(step: StepIndex, contract: ContractName): boolean;
}

/** A program that waits here, as it came to stand since it was asked for the last time. */
export interface WaitingProgram {
  readonly program: Position;
  /** What its nodes still wait for, steps first; nothing at all once every node of it has run here. */
  readonly awaited: readonly Awaited[] | undefined;
}

export type Awaited = AwaitedStep | AwaitedTurn;

/** The outcome of a step elsewhere. */
export interface AwaitedStep {
  readonly shard: ShardName;
  readonly step: StepIndex;
}

/** R1: its turn at a contract, where it stands behind another program; of several the one that was nearest. */
export interface AwaitedTurn {
  readonly contract: ContractName;
  readonly behind: Position;
}

const nothingRan: RanNodes = { steps: new Set(), hasSettled: () => false };

export class Schedule {
  readonly shard: ShardName;
  readonly #bounds: RoundBounds;
  readonly #programs = new Map<number, Pending>();
  /** Of which it has to be said how they wait: those that came, that need less, and that are done. */
  readonly #moved = new Map<number, Position>();
  readonly #conflicts = new ConflictLines<Waiting>();
  readonly #ready = new ReadyQueue<Waiting>(comesBefore);

  constructor(shard: ShardName, bounds: RoundBounds) {
    this.shard = shard;
    this.#bounds = bounds;
  }

  /** Programs with a node that did not run here yet. */
  get pendingCount(): number {
    return this.#programs.size;
  }

  /** Whether a node is ready: then the round that comes next has work, whatever it brings. */
  get isReady(): boolean {
    return this.#ready.first !== undefined;
  }

  isPending(position: Position): boolean {
    return this.#programs.has(positionNumber(position));
  }

  /** Stands a program at the end of the line. In a round, this comes before `take`. */
  add(program: OrderedProgram, ran: RanNodes = nothingRan): void {
    const pending: Pending = { program, nodes: new Map(), elsewhere: new Map(), sources: new Map(), isTold: false };
    for (const [place, node] of program.analysis.nodes.entries()) {
      if (node.shard === this.shard && !hasRun(node, ran)) pending.nodes.set(place, waitingNode(pending, place, node));
    }
    if (pending.nodes.size === 0) return;
    this.#programs.set(positionNumber(program), pending);
    this.#moved.set(positionNumber(program), program);
    for (const node of pending.nodes.values()) this.#stand(node);
  }

  #stand(node: Waiting): void {
    for (const earlier of this.#conflicts.enter(node)) {
      waitFor(node, earlier);
      if (earlier.pending !== node.pending) node.behind.push(earlier.turn);
    }
    const { nodes, elsewhere, program } = node.pending;
    for (const need of node.node.needs) {
      const here = nodes.get(need);
      if (here !== undefined) waitFor(node, here);
      const { shard, step } = program.analysis.nodes[need] as ProgramNode;
      if (shard === this.shard) continue;
      node.waits++;
      const waiters = elsewhere.get(step);
      if (waiters === undefined) elsewhere.set(step, [node]);
      else waiters.push(node);
    }
    if (node.waits === 0) this.#ready.push(node);
  }

  /** R2: the outcome of a step elsewhere is visible. Says whether a node here needs it, and its own shard says so. */
  see(position: Position, step: StepIndex, source: Source): boolean {
    const pending = this.#programs.get(positionNumber(position));
    const waiters = pending?.elsewhere.get(step);
    if (pending === undefined || waiters === undefined) return false;
    // A committee speaks for its own shard alone, whatever its claims export.
    if (shardOfStep(pending.program, step) !== source.shard) return false;
    pending.elsewhere.delete(step);
    pending.sources.set(step, source);
    this.#moved.set(positionNumber(position), pending.program);
    for (const node of waiters) this.#countDown(node);
    return true;
  }

  /** R4: what the shard runs in this round, in line order. */
  take(): readonly DueNode[] {
    const room = new RoundRoom(this.#bounds);
    const due: DueNode[] = [];
    for (let node = this.#ready.first; node !== undefined; node = this.#ready.first) {
      if (!room.admit(node.pending.program, node.contract, sourcesOf(node))) break;
      this.#ready.pop();
      this.#run(node);
      due.push({ program: node.pending.program, place: node.place });
    }
    return due;
  }

  #run(node: Waiting): void {
    const { nodes, program } = node.pending;
    this.#conflicts.leave(node);
    nodes.delete(node.place);
    if (nodes.size === 0) this.#end(node.pending, program);
    for (const later of node.followers) {
      this.#countDown(later);
      // It may stand behind another one now.
      if (later.pending.isTold) this.#moved.set(positionNumber(later.pending.program), later.pending.program);
    }
    node.turn.isOver = true;
  }

  #end({ isTold }: Pending, program: OrderedProgram): void {
    const position = positionNumber(program);
    this.#programs.delete(position);
    if (isTold) this.#moved.set(position, program);
    else this.#moved.delete(position);
  }

  #countDown(node: Waiting): void {
    assert(node.waits > 0, "a node that waits for nothing");
    node.waits--;
    if (node.waits === 0) this.#ready.push(node);
  }

  /** Programs with nodes left here, in line order. */
  pending(): readonly OrderedProgram[] {
    return Array.from(this.#programs.values(), ({ program }) => program);
  }

  /** Places of the nodes of a program that did not run here yet. */
  leftOf(position: Position): readonly number[] {
    return [...(this.#programs.get(positionNumber(position))?.nodes.keys() ?? [])];
  }

  /**
   * What changed, in line order, since this was asked for the last time: at first all that waits. So a round costs what it
   * moves, however many wait on.
   */
  takeWaiting(): readonly WaitingProgram[] {
    const moved = [...this.#moved].sort(([a], [b]) => a - b);
    this.#moved.clear();
    return moved.map(([number, { height, index }]) => {
      const pending = this.#programs.get(number);
      if (pending !== undefined) pending.isTold = true;
      return { program: { height, index }, awaited: pending && awaitedBy(pending) };
    });
  }
}

function awaitedBy({ elsewhere, program, nodes }: Pending): readonly Awaited[] {
  const steps = Array.from(elsewhere.keys(), (step) => ({ shard: shardOfStep(program, step), step }));
  for (const { behind, contract } of nodes.values()) {
    const ahead = nearestOf(behind);
    if (ahead !== undefined) return [...steps, { contract, behind: ahead.program }];
  }
  return steps;
}

/** Those that have run meanwhile are forgotten, so that none is looked at twice. */
function nearestOf(behind: Turn[]): Turn | undefined {
  for (let last = behind.at(-1); last !== undefined; last = behind.at(-1)) {
    if (!last.isOver) return last;
    behind.pop();
  }
  return undefined;
}

function shardOfStep({ program }: OrderedProgram, step: StepIndex): ShardName {
  const call = program.steps[step];
  assert(call?.kind === "call", "only calls run elsewhere");
  return shardOf(call.at);
}

/** A program with nodes that did not run here yet. */
interface Pending {
  readonly program: OrderedProgram;
  /** Those nodes, by place. */
  readonly nodes: Map<number, Waiting>;
  /** Steps elsewhere whose outcomes are not visible yet, and who waits for them. */
  readonly elsewhere: Map<StepIndex, Waiting[]>;
  readonly sources: Map<StepIndex, Source>;
  /** Whoever asks has heard of it. */
  isTold: boolean;
}

/** What those who stand behind a node know of it: no more, so that nothing of what has run stays in memory by them. */
interface Turn {
  readonly program: Position;
  isOver: boolean;
}

interface Waiting {
  readonly pending: Pending;
  readonly place: number;
  readonly node: ProgramNode;
  readonly contract: ContractName;
  readonly footprint: Footprint;
  /** How many times something that it waits for is still to come. */
  waits: number;
  /** Those that wait for it, each as often as it counts it. */
  readonly followers: Waiting[];
  readonly turn: Turn;
  /** R1: the turns of nodes of other programs that it waits for, as far as these are not known to be over. */
  readonly behind: Turn[];
}

function waitingNode(pending: Pending, place: number, node: ProgramNode): Waiting {
  const { contract, footprint } = node;
  const { height, index } = pending.program;
  const turn = { program: { height, index }, isOver: false };
  return { pending, place, node, contract, footprint, waits: 0, followers: [], turn, behind: [] };
}

function waitFor(node: Waiting, earlier: Waiting): void {
  node.waits++;
  earlier.followers.push(node);
}

function hasRun({ kind, step, contract }: ProgramNode, ran: RanNodes): boolean {
  return kind === "step" ? ran.steps.has(step) : ran.hasSettled(step, contract);
}

/** Line order. */
function comesBefore(a: Waiting, b: Waiting): boolean {
  const byProgram = positionNumber(a.pending.program) - positionNumber(b.pending.program);
  return byProgram === 0 ? a.place < b.place : byProgram < 0;
}

function sourcesOf({ node, pending }: Waiting): readonly Source[] {
  const sources: Source[] = [];
  for (const need of node.needs) {
    const { step } = pending.program.analysis.nodes[need] as ProgramNode;
    const source = pending.sources.get(step);
    if (source !== undefined) sources.push(source);
  }
  return sources;
}
