// A program while it has nodes left in a shard: the outcomes known here and where they came from, what its groups wrote
// tentatively (P5), and which settles ran. This is what a pending entry commits to (C3), with what came from elsewhere.

import {
  assert,
  type ContractName,
  type ContractWrites,
  compareBytes,
  compareText,
  type EncodedOutcome,
  type Footprint,
  type Group,
  includesBytes,
  type PendingEntry,
  type ProgramNode,
  type RanSettle,
  type Round,
  type Source,
  type StepIndex,
} from "@tandem/shared";
import type { OrderedProgram } from "../ordered.ts";
import { Outcomes } from "../run/outcomes.ts";
import type { PureFunctions } from "../run/rules.ts";
import { Changes } from "../run/state.ts";
import type { RanNodes } from "../schedule/schedule.ts";

/** Where the outcome of a call came from: a claim of another shard, or a round of this one. */
export type Made =
  | { readonly kind: "source"; readonly source: Source }
  | { readonly kind: "here"; readonly round: Round };

export class ProgramRun {
  readonly ordered: OrderedProgram;
  readonly outcomes: Outcomes;
  readonly #made = new Map<StepIndex, Made>();
  /** By place of the group, then by contract: of groups that are open there. */
  readonly #tentative = new Map<number, Map<ContractName, Changes>>();
  readonly #settled: RanSettle[] = [];

  constructor(ordered: OrderedProgram, functions: PureFunctions) {
    this.ordered = ordered;
    this.outcomes = new Outcomes(ordered, functions);
  }

  learn(step: StepIndex, outcome: EncodedOutcome, made: Made): void {
    this.outcomes.learn(step, outcome);
    this.#made.set(step, made);
  }

  madeOf(step: StepIndex): Made {
    const made = this.#made.get(step);
    assert(made !== undefined, `step ${step} has no outcome yet`);
    return made;
  }

  contractOf(step: StepIndex): ContractName {
    const call = this.ordered.program.steps[step];
    assert(call?.kind === "call", "only calls are of a contract");
    return call.at;
  }

  groupAt(group: number): Group {
    return this.ordered.program.groups[group] as Group;
  }

  /** P5: what an open group wrote in a contract so far. */
  tentativeOf(group: number, contract: ContractName): Changes | undefined {
    return this.#tentative.get(group)?.get(contract);
  }

  writeTentatively(group: number, contract: ContractName, changes: Changes): void {
    if (changes.isEmpty) return;
    const contracts = this.#tentative.get(group) ?? new Map<ContractName, Changes>();
    this.#tentative.set(group, contracts);
    const before = contracts.get(contract) ?? new Changes();
    contracts.set(contract, before);
    before.addAll(changes);
  }

  /** The group's verdict is known in this contract: its tentative writes there are no more. */
  settle(group: number, contract: ContractName): void {
    this.#tentative.get(group)?.delete(contract);
    this.#settled.push({ step: lastStepOf(this.groupAt(group)), contract });
  }

  /** C3. */
  get entry(): PendingEntry {
    const ran = [...this.#made]
      .filter(([, made]) => made.kind === "here")
      .map(([step]) => ({ step, outcome: this.outcomes.of(step) }))
      .sort((a, b) => a.step - b.step);
    const settled = this.#settled.toSorted((a, b) => a.step - b.step || compareText(a.contract, b.contract));
    return { blob: this.ordered.blob, ran, settled, writes: this.#writes() };
  }

  /** Two groups are open in one contract only if they write different keys, for they would conflict. */
  #writes(): readonly ContractWrites[] {
    const joined = new Map<ContractName, Changes>();
    for (const contracts of this.#tentative.values()) {
      for (const [contract, changes] of contracts) {
        const all = joined.get(contract) ?? new Changes();
        joined.set(contract, all);
        all.addAll(changes);
      }
    }
    return Array.from(joined, ([contract, changes]) => ({
      contract,
      existence: changes.existence,
      writes: changes.list().toSorted((a, b) => compareBytes(a.key, b.key)),
    })).sort((a, b) => compareText(a.contract, b.contract));
  }

  /** C3: what of it ran already, for a schedule that begins in the middle. */
  get ranNodes(): RanNodes {
    const steps = new Set([...this.#made].filter(([, made]) => made.kind === "here").map(([step]) => step));
    const hasSettled = (step: StepIndex, contract: ContractName) =>
      this.#settled.some((each) => each.step === step && each.contract === contract);
    return { steps, hasSettled };
  }

  /** C3: as a claim's pending entry left it; what came from elsewhere is to be learned again. */
  static restore(ordered: OrderedProgram, functions: PureFunctions, entry: PendingEntry): ProgramRun {
    const run = new ProgramRun(ordered, functions);
    // In which earlier round it was made makes no difference any more.
    for (const { step, outcome } of entry.ran) run.learn(step, outcome, { kind: "here", round: before });
    run.#settled.push(...entry.settled);
    for (const writes of entry.writes) run.#restoreWrites(writes);
    return run;
  }

  #restoreWrites({ contract, existence, writes }: ContractWrites): void {
    const open = this.#openSettles(contract);
    for (const { key, value } of writes) {
      const group = open.find(({ footprint }) => mayWrite(footprint, key))?.group;
      assert(group !== undefined, "a tentative write is of a group that may write it");
      const changes = new Changes();
      changes.put({ key, value });
      this.writeTentatively(group, contract, changes);
    }
    if (existence === undefined) return;
    const group = open.find(({ footprint }) => footprint.kind === "whole")?.group;
    assert(group !== undefined, "existence is written by a group that takes the whole contract");
    const changes = new Changes();
    changes.existence = existence;
    this.writeTentatively(group, contract, changes);
  }

  /** The groups that did not settle in a contract yet, in line order: a key belongs to the first that may write it. */
  #openSettles(contract: ContractName): { readonly group: number; readonly footprint: Footprint }[] {
    const { hasSettled } = this.ranNodes;
    const isOpen = (node: ProgramNode) =>
      node.kind === "settle" && node.contract === contract && !hasSettled(node.step, contract);
    return this.ordered.analysis.nodes
      .filter(isOpen)
      .map(({ group, footprint }) => ({ group: group as number, footprint }));
  }
}

const before = 0 as Round;

export function lastStepOf({ first, count }: Group): StepIndex {
  return (first + count - 1) as StepIndex;
}

/** Whether a settle with this footprint holds the key. */
export function mayWrite(footprint: Footprint, key: Uint8Array): boolean {
  return footprint.kind === "whole" || includesBytes(footprint.writes, key);
}
