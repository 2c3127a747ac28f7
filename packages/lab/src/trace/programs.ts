// The transactions of a trace as programs, by a simple model:
//
// - a contract lies in the shard that the hash of its address says;
// - a transaction has a step for each contract that it wrote to, in the order of the trace, whose footprint is the slots
//   written there, and which uses the outcome of the step before;
// - all its steps are one group, or none are;
// - one that wrote to nothing (a transfer; Stage 1 does these) has no step, and one with more slots in a contract than a
//   footprint lists has a further step there;
// - one that a program cannot hold (P2: hops, shards, steps) is cut into as few programs as do, one after the other in the
//   block. They share nothing but their conflicts.

import type { OrderedProgram } from "@tandem/execution";
import {
  type Analysis,
  analyzeProgram,
  asBlobIndex,
  asBudget,
  asContractName,
  asHeight,
  asMethodName,
  asStepIndex,
  asTimeMs,
  type Budget,
  type CallStep,
  type ContractName,
  checkProgram,
  costs,
  encodeProgram,
  limits,
  type Program,
  type Root,
  sha256,
  shardOf,
} from "@tandem/shared";
import type { TraceBlock, TraceTransaction, TraceWrites } from "./read.ts";

export interface TraceModel {
  readonly shards: number;
  readonly grouped: boolean;
}

export interface TracePrograms {
  /** By block, in order. Block i is ordered at height i + 1. */
  readonly blocks: readonly (readonly OrderedProgram[])[];
  readonly counts: TraceCounts;
}

export interface TraceCounts {
  readonly transactions: number;
  /** Of these, without a step. */
  readonly empty: number;
  /** Of these, cut into several programs. */
  readonly cut: number;
  readonly programs: number;
  /** Programs that touch more than one shard. */
  readonly across: number;
  readonly steps: number;
}

export function traceShards(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `s-${index}`);
}

export function programsOfTrace(trace: readonly TraceBlock[], model: TraceModel): TracePrograms {
  const names = new ContractNames(model.shards);
  let [empty, cut, transactions] = [0, 0, 0];
  const blocks = trace.map((block, at) => {
    const parts = block.transactions.map((each) => partsOf(each, names, model.grouped));
    transactions += parts.length;
    empty += parts.filter(({ length }) => length === 0).length;
    cut += parts.filter(({ length }) => length > 1).length;
    return parts.flat().map((part, index) => ordered(part, at + 1, index));
  });
  const all = blocks.flat();
  const across = all.filter(({ analysis }) => new Set(analysis.nodes.map(({ shard }) => shard)).size > 1).length;
  const steps = all.reduce((sum, { program }) => sum + program.steps.length, 0);
  return { blocks, counts: { transactions, empty, cut, programs: all.length, across, steps } };
}

/** Names of contracts: their shard, and their number in the order in which the trace names them. */
class ContractNames {
  readonly #shards: number;
  readonly #names = new Map<string, ContractName>();

  constructor(shards: number) {
    this.#shards = shards;
  }

  of(address: string): ContractName {
    let name = this.#names.get(address);
    if (name === undefined) {
      const [high = 0, low = 0] = sha256(Buffer.from(address, "hex"));
      name = asContractName(`s-${(256 * high + low) % this.#shards}/c-${this.#names.size}`);
      this.#names.set(address, name);
    }
    return name;
  }
}

type Part = Made & Pick<OrderedProgram, "budget" | "payloadBytes">;

interface Made {
  readonly program: Program;
  readonly analysis: Analysis;
}

/** As few programs as hold the steps, each as many as it can. */
function partsOf({ writes }: TraceTransaction, names: ContractNames, isGrouped: boolean): readonly Part[] {
  const left = writes.flatMap((each) => stepsAt(names.of(each.contract), each));
  const parts: Part[] = [];
  while (left.length > 0) {
    let part = programOf(left.slice(0, 1), isGrouped);
    let taken = 1;
    for (let next = part; next !== undefined && taken <= left.length; taken++) {
      part = next;
      next = taken < left.length ? programOf(left.slice(0, taken + 1), isGrouped) : undefined;
    }
    if (part === undefined) throw new RangeError("a single step is a program");
    parts.push(part);
    left.splice(0, part.program.steps.length);
  }
  return parts;
}

function stepsAt(at: ContractName, { slots }: TraceWrites): readonly CallStep[] {
  const steps: CallStep[] = [];
  for (let from = 0; from < slots.length; from += limits.footprintKeysMax) {
    const writes = slots.slice(from, from + limits.footprintKeysMax);
    const footprint = { kind: "keys", reads: [], writes } as const;
    steps.push({ kind: "call", at, method: asMethodName("touch"), args: [], budget: noBudget, footprint });
  }
  return steps;
}

function programOf(calls: readonly CallStep[], isGrouped: boolean): Part | undefined {
  const touches = [...new Set(calls.map(({ at }) => shardOf(at)))].sort();
  if (touches.length > limits.touchesMax || calls.length > limits.stepsMax) return undefined;
  const linked = calls.map((call, index) => (index === 0 ? call : { ...call, args: [outcomeOf(index - 1)] }));
  const groups = isGrouped ? [{ first: asStepIndex(0), count: calls.length }] : [];
  const { takers } = analyzeProgram({ steps: linked, groups });
  const steps = linked.map((step, index) => ({ ...step, budget: budgetOf(step, takers[index] as number) }));
  const budget = asBudget(steps.reduce((sum, step) => sum + step.budget, 0));
  const payload = encodeProgram({ steps, groups });
  const checked = checkProgram(payload, { touches, budget });
  if (checked.kind === "void") return undefined;
  return { program: checked.program, analysis: checked.analysis, budget, payloadBytes: payload.length };
}

/**
 * P7: what an outcome of 32 bytes costs in all its places, and naming each slot and writing 32 bytes there; and half as
 * much again.
 */
function budgetOf({ footprint }: CallStep, takers: number): Budget {
  const slots = footprint.kind === "keys" ? footprint.writes.length : 0;
  const outcomes = (1 + takers) * (costs.place + 34 * costs.keptByte);
  return asBudget(1.5 * (outcomes + slots * (costs.key + costs.write + 66 * costs.keptByte)));
}

const outcomeOf = (step: number) => ({ kind: "step", step: asStepIndex(step) }) as const;

function ordered(part: Part, height: number, index: number): OrderedProgram {
  const place = { height: asHeight(height), index: asBlobIndex(index), timeMs: asTimeMs(height) };
  return { ...place, blob: noRoot, payer: noPayer, ...part };
}

const noRoot = new Uint8Array(32) as Root;
const noPayer = new Uint8Array(32);
const noBudget = asBudget(0);
