// What a run of a trace says in numbers.

import type { OrderedProgram } from "@tandem/execution";
import { hottestSlot } from "./hottest.ts";
import { programsOfTrace, type TraceCounts, type TraceModel } from "./programs.ts";
import type { TraceBlock } from "./read.ts";
import { type NodeRounds, roundsOfTrace } from "./run.ts";

export interface TraceFigures extends TraceModel, TraceCounts {
  /** Order blocks from a claim to the first that cites it. */
  readonly delay: number;
  readonly blocks: number;
  /** Transactions that write the slot that most write. */
  readonly hottest: number;
  /** The last round in which anything ran. */
  readonly rounds: number;
  /** Programs, by how many rounds after its own height the last node of each ran. */
  readonly lag: Lags;
  /** Programs that completed in the round of their own height. */
  readonly atOnce: number;
  /** Steps on the longest chain of predecessors (R1): nobody can need fewer turns, with any number of shards. */
  readonly criticalSteps: number;
  /** All steps for each of those on the critical path: how many could run side by side, on average. */
  readonly parallelism: number;
}

export interface Lags {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

export function measureTrace(
  trace: readonly TraceBlock[],
  model: TraceModel,
  delays: readonly number[],
): TraceFigures[] {
  const { blocks, counts } = programsOfTrace(trace, model);
  const { transactions: hottest } = hottestSlot(trace);
  const criticalSteps = criticalPathOf(blocks.flat());
  const parallelism = Number((counts.steps / Math.max(1, criticalSteps)).toFixed(2));
  return delays.map((delay) => {
    const rounds = roundsOfTrace(blocks, model.shards, delay);
    const lags = lagsOf(rounds);
    const { shards, grouped } = model;
    const atOnce = lags.filter((lag) => lag === 0).length;
    const last = Math.max(trace.length, ...[...rounds.values()].flat());
    const said = { delay, blocks: trace.length, hottest, rounds: last, lag: percentiles(lags), atOnce };
    return { shards, grouped, ...counts, ...said, criticalSteps, parallelism };
  });
}

/** Ascending. */
function lagsOf(rounds: NodeRounds): readonly number[] {
  return Array.from(rounds, ([{ height }, each]) => Math.max(...each) - height).sort((a, b) => a - b);
}

/** The least lag that so many of a hundred programs do not exceed. */
function percentiles(sorted: readonly number[]): Lags {
  const at = (percent: number) => sorted[Math.max(0, Math.ceil((percent * sorted.length) / 100) - 1)] ?? 0;
  return { p50: at(50), p90: at(90), p99: at(99), max: at(100) };
}

/** Every node of a trace writes all that it touches, so a node comes after whoever touched one of its slots last. */
function criticalPathOf(line: readonly OrderedProgram[]): number {
  const lastAt = new Map<string, number>();
  let longest = 0;
  for (const { analysis } of line) {
    const lengths: number[] = [];
    for (const { kind, contract, footprint, needs } of analysis.nodes) {
      const slots = footprint.kind === "keys" ? footprint.writes.map((slot) => `${contract} ${slot.toString()}`) : [];
      const before = [...needs.map((need) => lengths[need] ?? 0), ...slots.map((slot) => lastAt.get(slot) ?? 0)];
      // A settle is no step: it makes nobody's chain longer, but who comes after it comes after all its group.
      const length = Math.max(0, ...before) + (kind === "step" ? 1 : 0);
      lengths.push(length);
      longest = Math.max(longest, length);
      for (const slot of slots) lastAt.set(slot, length);
    }
  }
  return longest;
}
