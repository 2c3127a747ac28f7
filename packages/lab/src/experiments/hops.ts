// What the first paper on this design claims of the best and the worst load, as figures from real replicas: calls that have
// nothing to do with each other, programs that go from shard to shard, and programs that touch all shards at once.
//
// The citation delay d (R7) is nothing that is set here: it is the number of order blocks from a claim's round to the first
// that cites it, and comes from links, execution, affirmations and both consensuses. It varies from claim to claim, and with
// the traffic. So beside the formula stands, for chains, an exact count: given the citations that came about, R2 and R3 say in
// which round each step runs, and every program is compared with that.

import { probe } from "../rounds/probe.ts";
import { type Figures, figuresOf } from "./figures.ts";
import { committeesAround, shardNames } from "./network.ts";
import { type PlannedCall, programOf } from "./programs.ts";
import type { TrackedProgram, Tracker } from "./tracker.ts";
import { ExperimentWorld } from "./world.ts";

export interface HopsPlan {
  readonly seed: number;
  /** Programs of each kind and length. */
  readonly programs: number;
  readonly onStage?: (said: string) => void;
}

/** Programs of one kind: rounds after their own height until their last node ran, and the time from ordered to attested. */
export interface Latency {
  readonly programs: number;
  readonly rounds: Figures;
  readonly ms: Figures;
}

export interface ChainFigures extends Latency {
  readonly hops: number;
  readonly isGroup: boolean;
  /** R7: by how many d its last node runs after its own height. */
  readonly turns: number;
  /** Programs that ran in another round than the citations say. */
  readonly unexplained: number;
}

export interface ChainReport {
  readonly traffic: Traffic;
  readonly delay: Figures;
  readonly chains: readonly ChainFigures[];
}

/** Each chain when the one before is done, or all of them in a second or two. */
export const traffics = ["alone", "together"] as const;
export type Traffic = (typeof traffics)[number];

export const patterns = ["apart", "through all", "hand to hand", "groups over all"] as const;
export type Pattern = (typeof patterns)[number];

export interface LoadFigures extends Latency {
  readonly pattern: Pattern;
  readonly shards: number;
  readonly nodes: number;
  /** Rounds from the height of the first program to the last in which one ran, both counted. */
  readonly span: number;
  /** Nodes for each of these rounds. */
  readonly parallelism: number;
  /** R7: by how many d the last in line comes after the first one's height. */
  readonly turns: number;
  /** Programs a virtual second, from the first ordered to the last attested. */
  readonly throughput: number;
  readonly delay: Figures;
}

export interface HopsReport {
  readonly seed: number;
  readonly chains: readonly ChainReport[];
  readonly loads: readonly LoadFigures[];
}

const validators = 4;
const hopsMost = 8;
/** P2 counts hops, and a group comes back once more. */
const groupHopsMost = 7;
const chainShards = 3;
/** Together, so often one of each length. */
const chainEveryMs = 400;
/** Of a round. */
const executeMs = 2;
const untilMs = 600_000;
/** P2: more would be more than eight hops. */
const shardCounts = [2, 4, 8] as const;
/** Calls apart come in such numbers that the time of their cores counts. */
const apartEach = 5;
/** In loads, each node takes the core of its shard so long. */
const nodeMs = 4;

export function runHops({ seed, programs, onStage }: HopsPlan): HopsReport {
  const chains = traffics.map((traffic) => {
    onStage?.(`chains, ${traffic}`);
    return runChains(seed, programs, traffic);
  });
  const loads = patterns.flatMap((pattern) =>
    (pattern === "apart" ? [1, ...shardCounts] : shardCounts).map((shards) => {
      onStage?.(`${pattern}, ${shards} shards`);
      return runLoad(seed, pattern, shards, programs);
    }),
  );
  return { seed, chains, loads };
}

function worldWith(seed: number, shards: readonly string[], executeUs: ExperimentPlan["executeUs"], payers: number) {
  return new ExperimentWorld({
    seed,
    validators,
    payers,
    shards: committeesAround(validators, shards, validators),
    contracts: shards.map((shard) => ({ name: `${shard}/work`, environment: "probe", config: 0n })),
    environments: [probe],
    executeUs,
  });
}

type ExperimentPlan = ConstructorParameters<typeof ExperimentWorld>[0];

function callAt(shard: string, key: string, isChained: boolean): PlannedCall {
  return { at: `${shard}/work`, method: "add", args: isChained ? [key] : [key, 1n], keys: [key], isChained };
}

function awaitAll(world: ExperimentWorld): void {
  const { tracker } = world;
  const isDone = () => tracker.programs.every((program) => tracker.attestedMs(program) !== undefined);
  if (!world.runUntil(isDone, { untilMs })) throw new Error(`after ${untilMs} ms programs are left`);
}

// Chains of hops: each has keys of its own, so it waits for nothing but its hops.

interface Chain {
  readonly root: string;
  /** Of each step. */
  readonly shards: readonly string[];
  readonly isGroup: boolean;
}

function runChains(seed: number, programs: number, traffic: Traffic): ChainReport {
  const shards = shardNames(chainShards);
  const world = worldWith(seed, shards, 1000 * executeMs, 2 * hopsMost + 2);
  const chains: Chain[] = [];
  for (let number = 0; number < programs; number++)
    for (const isGroup of [false, true])
      for (let hops = 0; hops <= longestOf(isGroup); hops++) {
        const path = Array.from({ length: hops + 1 }, (_, step) => shards[(number + step) % chainShards] as string);
        const keyOf = (step: number) => `${isGroup ? "g" : "c"}${hops}-${number}-${step}`;
        const program = programOf(
          path.map((shard, step) => callAt(shard, keyOf(step), step > 0)),
          isGroup,
        );
        const payer = 2 * hops + Number(isGroup);
        const atMs = traffic === "alone" ? Math.ceil(world.nowMs) + 1 : 1 + chainEveryMs * number + 20 * hops;
        const root = world.submit({ payer, program, instance: payer % validators, atMs });
        chains.push({ root, shards: path, isGroup });
        if (traffic === "alone") awaitAll(world);
      }
  awaitAll(world);
  const figures = [false, true].flatMap((isGroup) => {
    return Array.from({ length: longestOf(isGroup) + 1 }, (_, hops) => {
      const own = chains.filter((chain) => chain.isGroup === isGroup && chain.shards.length === hops + 1);
      return chainFigures(own, hops, isGroup, world.tracker);
    });
  });
  return { traffic, delay: figuresOf(world.tracker.delays()), chains: figures };
}

function longestOf(isGroup: boolean): number {
  return isGroup ? groupHopsMost : hopsMost;
}

function chainFigures(chains: readonly Chain[], hops: number, isGroup: boolean, tracker: Tracker): ChainFigures {
  const unexplained = chains.filter((chain) => {
    const program = tracker.programOf(chain.root) as TrackedProgram;
    return program.lastRound !== lastRoundOf(chain, program.height as number, tracker);
  });
  const latency = latencyOf(
    chains.map(({ root }) => root),
    tracker,
  );
  return { hops, isGroup, turns: hops + (isGroup && hops > 0 ? 1 : 0), ...latency, unexplained: unexplained.length };
}

/** R2, R3: a step that uses an outcome of another shard runs once the claim with it is visible; a settle, once all steps are. */
function lastRoundOf({ shards, isGroup }: Chain, height: number, tracker: Tracker): number | undefined {
  const rounds = [height];
  for (let step = 1; step < shards.length; step++) {
    const before = rounds[step - 1] as number;
    const visible = shards[step] === shards[step - 1] ? before : tracker.visibleAt(shards[step - 1] as string, before);
    if (visible === undefined) return undefined;
    rounds.push(visible);
  }
  if (!isGroup) return rounds.at(-1);
  let last = height;
  for (const [at, shard] of shards.entries()) {
    const round = rounds[at] as number;
    const isElsewhereToo = shards.some((other) => other !== shard);
    last = Math.max(last, isElsewhereToo ? (tracker.visibleAt(shard, round) ?? Number.POSITIVE_INFINITY) : round);
  }
  return last;
}

// Loads: all programs come at once, of one payer, so that they stand in line as they were submitted.

function runLoad(seed: number, pattern: Pattern, shardCount: number, programs: number): LoadFigures {
  const shards = shardNames(shardCount);
  const executeUs: ExperimentPlan["executeUs"] = ({ lanes }) =>
    lanes.reduce((sum, { content }) => sum + 1000 * nodeMs * content.nodes.length, 0);
  const world = worldWith(seed, shards, executeUs, 1);
  const count = pattern === "apart" ? programs * apartEach * shardCount : programs;
  const roots = Array.from({ length: count }, (_, number) =>
    world.submit({ payer: 0, ...loadProgram(pattern, shards, number), instance: 0, atMs: 1 }),
  );
  awaitAll(world);
  return loadFigures(pattern, shardCount, roots, world.tracker);
}

function loadProgram(pattern: Pattern, shards: readonly string[], number: number) {
  const shardAt = (place: number) => shards[place % shards.length] as string;
  switch (pattern) {
    case "apart":
      return { program: programOf([callAt(shardAt(number), `k${number}`, false)]) };
    case "through all":
      return { program: programOf(shards.map((shard, step) => callAt(shard, "ball", step > 0))) };
    case "hand to hand":
      return {
        program: programOf([callAt(shardAt(number), "ball", false), callAt(shardAt(number + 1), "ball", true)]),
      };
    case "groups over all":
      return {
        program: programOf(
          shards.map((shard) => callAt(shard, "ball", false)),
          true,
        ),
      };
  }
}

function loadFigures(pattern: Pattern, shards: number, roots: readonly string[], tracker: Tracker): LoadFigures {
  const programs = roots.map((root) => tracker.programOf(root) as TrackedProgram);
  const first = Math.min(...programs.map(({ height }) => height as number));
  const span = Math.max(...programs.map(({ lastRound }) => lastRound)) - first + 1;
  const firstMs = Math.min(...programs.map(({ orderedMs }) => orderedMs as number));
  const lastMs = Math.max(...programs.map((program) => tracker.attestedMs(program) as number));
  const nodes = programs.reduce((sum, program) => sum + program.nodes, 0);
  const oneDigit = (value: number) => Number(value.toFixed(1));
  return {
    pattern,
    shards,
    ...latencyOf(roots, tracker),
    nodes,
    span,
    parallelism: oneDigit(nodes / span),
    turns: turnsOf(pattern, shards, programs.length),
    throughput: oneDigit((1000 * programs.length) / (lastMs - firstMs)),
    delay: figuresOf(tracker.delays()),
  };
}

/** docs/rounds.md, in numbers. */
function turnsOf(pattern: Pattern, shards: number, programs: number): number {
  if (pattern === "apart") return 0;
  return pattern === "through all" ? shards - 1 : programs;
}

function latencyOf(roots: readonly string[], tracker: Tracker): Latency {
  const programs = roots.map((root) => tracker.programOf(root) as TrackedProgram);
  return {
    programs: programs.length,
    rounds: figuresOf(programs.map(({ height, lastRound }) => lastRound - (height as number))),
    ms: figuresOf(
      programs.map((program) => Math.round((tracker.attestedMs(program) ?? 0) - (program.orderedMs as number))),
    ),
  };
}
