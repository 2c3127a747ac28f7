// Runs a story, and tells round by round what was to be seen: what ran where and what came of it, what was written, and
// what waits, with the reason.

import type { OrderedProgram, RoundResult } from "@tandem/execution";
import {
  asContractName,
  asEnvironmentName,
  asShardName,
  asTimeMs,
  compareText,
  decodeValue,
  type EncodedOutcome,
  type Export,
  encodeValue,
  type Node,
  type Outcome,
  type ProgramNode,
  type Refusal,
  type Root,
  type ShardName,
  type StepIndex,
  shardOf,
} from "@tandem/shared";
import { changesIn, joinChanges, type KeyChange } from "./changes.ts";
import { type LocalGenesis, type LocalRound, LocalShards } from "./local-shards.ts";
import type { Story, StoryProgram } from "./story.ts";
import { Line, type NodeName, type ToldWait } from "./waits.ts";

export interface Telling {
  readonly story: Story;
  /** In line order. */
  readonly programs: readonly ToldProgram[];
  /** By height, then by shard: those in which something ran or waits. */
  readonly rounds: readonly ToldRound[];
  /** From genesis to the end. */
  readonly changes: readonly KeyChange[];
}

export interface ToldProgram extends StoryProgram {
  /** A, B, C… */
  readonly letter: string;
  readonly height: number;
  /** Its nodes in line order; hops and needs are theirs (R1, P2). */
  readonly nodes: readonly ProgramNode[];
  /** Of each step, as seen from outside of its group (P5); nothing of a pure one, or of one that did not run. */
  readonly outcomes: readonly (Outcome | undefined)[];
}

export interface ToldRound {
  readonly height: number;
  readonly shard: ShardName;
  /** Nothing if it had no work, and so made no claim (C1). */
  readonly claim: ToldClaim | undefined;
  readonly ran: readonly ToldNode[];
  readonly waits: readonly ToldWait[];
  readonly changes: readonly KeyChange[];
}

export interface ToldClaim {
  readonly root: Root;
  readonly contracts: Root;
  /** Programs. */
  readonly pending: number;
}

export type ToldNode = NodeName &
  (
    | {
        readonly kind: "step";
        readonly isTentative: boolean;
        readonly outcome: Outcome;
        /** What the environment says of a call that was reverted or trapped; no part of the outcome. */
        readonly refusal: Refusal | undefined;
      }
    /** `failed` names the first step of the group that came to `Nothing`. */
    | { readonly kind: "settle"; readonly failed: number | undefined }
  );

interface PlacedProgram extends StoryProgram {
  readonly letter: string;
  readonly ordered: OrderedProgram;
}

export function tellStory(story: Story): Telling {
  const shards = new LocalShards(genesisOf(story));
  const line = new Line();
  const programs: PlacedProgram[] = [];
  const rounds: ToldRound[] = [];
  for (const { programs: given = [], behind } of story.blocks) {
    const blobs = given.map(({ payer, program }) => ({ payer: payer.key, program }));
    const round = shards.block(blobs, behind);
    for (const [index, ordered] of round.programs.entries()) {
      const letter = String.fromCharCode("A".charCodeAt(0) + programs.length);
      programs.push({ ...(given[index] as StoryProgram), letter, ordered });
      line.add(letter, ordered);
    }
    rounds.push(...toldRounds(shards.names, round, line));
  }
  return {
    story,
    programs: programs.map((program) => toldProgram(program, rounds)),
    rounds,
    changes: joinChanges(rounds.flatMap(({ changes }) => changes)),
  };
}

function toldRounds(names: readonly ShardName[], { height, visible, results }: LocalRound, line: Line): ToldRound[] {
  line.see(visible);
  for (const result of results.values()) line.run(result);
  const told = names.map((shard): ToldRound => {
    const result = results.get(shard);
    return {
      height,
      shard,
      claim: result && { root: result.root, contracts: result.claim.contracts, pending: result.claim.pending.count },
      ran: result === undefined ? [] : nodesIn(result, line),
      waits: line.waitsIn(shard),
      changes: result === undefined ? [] : changesIn(result),
    };
  });
  return told.filter(({ claim, waits }) => claim !== undefined || waits.length > 0);
}

/** In line order, whatever their contracts. */
function nodesIn({ lanes, refusals }: RoundResult, line: Line): readonly ToldNode[] {
  const nodes = lanes.flatMap(({ lane, content }) =>
    content.exports.map(({ node, content }) => {
      const refused = refusals.find((each) => isSame(each.node, node));
      return { node, told: toldNode(line.nameOf(node, lane.contract), content, refused?.refusal) };
    }),
  );
  return nodes
    .sort((a, b) => a.node.index - b.node.index || a.node.step - b.node.step || compareText(b.node.kind, a.node.kind))
    .sort((a, b) => a.node.height - b.node.height)
    .map(({ told }) => told);
}

function isSame(a: Node, b: Node): boolean {
  return a.kind === b.kind && a.height === b.height && a.index === b.index && a.step === b.step;
}

function toldNode(name: NodeName, content: Export["content"], refusal: Refusal | undefined): ToldNode {
  if (content.kind === "verdict") return { ...name, kind: "settle", failed: content.value.failed };
  const isTentative = content.kind === "tentative";
  const outcome = isTentative ? content.value.outcome : content.value;
  return { ...name, kind: "step", isTentative, outcome: decodeOutcome(outcome), refusal };
}

function decodeOutcome(outcome: EncodedOutcome): Outcome {
  if (outcome.kind === "nothing") return { kind: "nothing", ...outcome.value };
  const value = decodeValue(outcome.value.bytes);
  if (!value.ok) throw new Error("outcomes are values");
  return { kind: "value", value: value.value };
}

function toldProgram({ ordered, ...program }: PlacedProgram, rounds: readonly ToldRound[]): ToldProgram {
  const ran = rounds.flatMap((round) => round.ran).filter((node) => node.program === program.letter);
  const outcomes = program.program.steps.map((_, step) => settledOutcome(ordered, step, ran));
  return { ...program, height: ordered.height, nodes: ordered.analysis.nodes, outcomes };
}

/** P5. */
function settledOutcome({ program, analysis }: OrderedProgram, step: number, ran: readonly ToldNode[]) {
  const own = ran.find((node) => node.kind === "step" && node.step === step);
  const group = program.groups[analysis.groupOf[step] ?? -1];
  if (own?.kind !== "step" || group === undefined) return own?.kind === "step" ? own.outcome : undefined;
  const settle = ran.find((node) => node.kind === "settle" && node.step === group.first + group.count - 1);
  if (settle?.kind !== "settle") return undefined;
  const { failed } = settle;
  return failed === undefined
    ? own.outcome
    : { kind: "nothing" as const, why: "group" as const, step: failed as StepIndex };
}

/** Its shards are those of its contracts, of those too that its programs create. */
function genesisOf({ contracts, blocks }: Story): LocalGenesis {
  const called = blocks.flatMap(({ programs = [] }) => programs.flatMap(({ program }) => program.steps));
  const names = called.flatMap((step) => (step.kind === "call" ? [step.at] : []));
  const shards = [...Object.keys(contracts).map(asContractName), ...names].map(shardOf);
  return {
    startMs: asTimeMs(1_700_000_000_000),
    shards: [...new Set(shards)].sort().map((name) => ({
      name: asShardName(name),
      committee: [],
      creators: { rule: "anyone", keys: [] },
    })),
    contracts: Object.entries(contracts)
      .map(([name, [environment, config]]) => ({
        name: asContractName(name),
        environment: asEnvironmentName(environment),
        config: encodeValue(config),
      }))
      .sort((a, b) => compareText(a.name, b.name)),
  };
}
