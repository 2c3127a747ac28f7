// The programs that have nodes left in a shard: which of these are due, what is known of their outcomes, and what their
// groups wrote tentatively. All that is due follows from the two chains, so a shard's execution and whoever checks a
// round of it have the same here.

import {
  assert,
  costs,
  type EncodedOutcome,
  type Export,
  leastBudgetOf,
  type PendingEntry,
  type Position,
  pendingEntryCodec,
  type Root,
  type ShardName,
  type Source,
  type StepIndex,
} from "@tandem/shared";
import { type OrderedProgram, positionNumber, programsOf, type RoundSlice } from "../ordered.ts";
import type { PureFunctions } from "../run/rules.ts";
import type { RoundBounds } from "../schedule/room.ts";
import { type DueNode, Schedule, type WaitingProgram } from "../schedule/schedule.ts";
import type { EntryChange } from "../state/shard-state.ts";
import { ProgramRun } from "./program-run.ts";

/** A claim of another shard with its exports, lane by lane. */
export interface VisibleClaim extends Source {
  readonly lanes: readonly (readonly Export[])[];
}

/** C3: a program that was pending after a claim, with its entry. */
export interface PendingProgram {
  readonly ordered: OrderedProgram;
  readonly entry: PendingEntry;
  /** Of the entry. */
  readonly root: Root;
}

export class PendingPrograms {
  readonly #shard: ShardName;
  readonly #functions: PureFunctions;
  readonly #schedule: Schedule;
  readonly #runs = new Map<number, ProgramRun>();

  constructor(shard: ShardName, bounds: RoundBounds, functions: PureFunctions) {
    this.#shard = shard;
    this.#functions = functions;
    this.#schedule = new Schedule(shard, bounds);
  }

  get count(): number {
    return this.#schedule.pendingCount;
  }

  /** By `positionNumber`: those that are pending, or whose last nodes are due. */
  get runs(): ReadonlyMap<number, ProgramRun> {
    return this.#runs;
  }

  /** In line order, before anything else. */
  restore(ordered: OrderedProgram, entry: PendingEntry): void {
    const run = ProgramRun.restore(ordered, this.#functions, entry);
    this.#runs.set(positionNumber(ordered), run);
    this.#schedule.add(ordered, run.ranNodes);
    assert(this.#schedule.isPending(ordered), "a pending program has a node left here");
  }

  /** C3: what is pending, in line order. */
  list(): readonly PendingProgram[] {
    return this.#schedule.pending().map((ordered) => {
      const entry = this.#runs.get(positionNumber(ordered))?.entry;
      assert(entry !== undefined, "what is pending has an entry");
      return { ordered, entry, root: pendingEntryCodec.root(entry) };
    });
  }

  /** Which of them wait for what, as far as that changed. */
  takeWaiting(): readonly WaitingProgram[] {
    return this.#schedule.takeWaiting();
  }

  /** Stands the programs of a slice at the end of the line. Gives those that have a node here. */
  add(slice: RoundSlice): readonly OrderedProgram[] {
    return programsOf(slice).filter((program) => {
      this.#schedule.add(program);
      if (!this.#schedule.isPending(program)) return false;
      this.#runs.set(positionNumber(program), new ProgramRun(program, this.#functions));
      return true;
    });
  }

  /** R2: what a claim of another shard exports is visible. */
  see({ lanes, ...source }: VisibleClaim): void {
    assert(source.shard !== this.#shard, "the own claims are no news");
    for (const each of lanes) {
      for (const { node, content } of each) {
        const run = this.#runs.get(positionNumber(node));
        if (run === undefined || content.kind === "verdict") continue;
        const outcome = content.kind === "outcome" ? content.value : content.value.outcome;
        if (!isPossible(run.ordered, node.step, outcome, source)) continue;
        if (this.#schedule.see(node, node.step, source)) run.learn(node.step, outcome, { kind: "source", source });
      }
    }
  }

  /** R4: what is due now. */
  take(): readonly DueNode[] {
    return this.#schedule.take();
  }

  /** C3: the entries of the programs that ran or came in this round, in line order. Forgets those that are done. */
  finish(due: readonly DueNode[], added: readonly OrderedProgram[]): readonly EntryChange[] {
    const touched = new Map<number, Position>();
    for (const program of [...due.map((node) => node.program), ...added]) touched.set(positionNumber(program), program);
    const changed = [...touched].sort(([a], [b]) => a - b);
    return changed.map(([number, position]) => {
      const isPending = this.#schedule.isPending(position);
      const entry = isPending ? this.#runs.get(number)?.entry : undefined;
      if (!isPending) this.#runs.delete(number);
      return { position: { height: position.height, index: position.index }, entry };
    });
  }
}

/**
 * Whether a claim can have that outcome of a program's step at all. What cannot be is not seen, whoever signed it:
 * - Nothing runs before its own height (R3). What is said of a program before it is ordered would be news to those who
 *   begin later, and none to those who were there.
 * - An outcome is paid for, in each of its places, beside the keys of its step's footprint (P7). What is not would not fit into the claims that have to carry it.
 */
function isPossible(
  { height, program, analysis }: OrderedProgram,
  step: StepIndex,
  outcome: EncodedOutcome,
  { round }: Source,
): boolean {
  const call = program.steps[step];
  if (height > round || call?.kind !== "call") return false;
  const bytes = outcome.kind === "value" ? outcome.value.bytes.length : 0;
  const takers = analysis.takers[step] as number;
  return leastBudgetOf(call, takers) + costs.keptByte * bytes * (1 + takers) <= call.budget;
}
