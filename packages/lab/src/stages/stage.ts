// What a run runs: the consensus machine alone under a toy room, the order chain, or both chains. All else of the lab
// (worlds, habits, checkers, campaigns) is the same for all of them.

import type { BlockInfo } from "@tandem/consensus";
import type { Machine } from "@tandem/shared";
import type { Instance, Process, Random, Seat } from "@tandem/simulator";
import type { CheckContext, Checker } from "../checkers/checker.ts";
import type { Habit, HabitContext } from "../habits/habit.ts";
import type { HabitName } from "../habits/index.ts";
import type { Ledger } from "../habits/ledger.ts";
import type { OrderTools } from "../habits/order/tools.ts";
import type { Keys } from "../nodes/keys.ts";
import type { FinalRecord, LabEffect, LabInput, LabMessage, Observation } from "../nodes/words.ts";
import type { Block } from "../payload/block.ts";
import type { RunReport, Violation } from "../report.ts";
import type { Work } from "../work/work.ts";

/** The shell of one node. */
export interface StageNode extends Process<LabInput, LabEffect, LabMessage, Observation> {
  /** Delivered blocks, by height from 1 on. */
  readonly finals: readonly FinalRecord[];
}

export interface NodeOptions {
  readonly instance: Instance;
  readonly seat: Seat;
  readonly random: Random;
  readonly ledger: Ledger;
  /** Of every block that an honest node checked, built or built upon. */
  readonly blocks: Map<string, Block>;
  /** Puts habits around the machine; nothing for an honest node. */
  readonly corrupt: ((machine: Machine<LabInput, LabEffect>) => Machine<LabInput, LabEffect>) | undefined;
}

export interface Stage {
  readonly keys: Keys;
  /** What the chain begins on. */
  readonly genesis: BlockInfo;
  readonly work: Work;
  /** Of the habit that stands at that place in the setting, in the order stage. */
  toolsOf(plan: number): OrderTools | undefined;
  /** Whole stage: the habit of that name, as it stands on one chain or on both. */
  createHabits?(name: HabitName, context: HabitContext): readonly Habit[];
  /** Called now and then: gives what else comes from outside. */
  step(nowMs: number): void;
  /** Beside those of consensus. `blocks` are all that an honest node saw, by root; they are filled in as it sees them. */
  createCheckers(context: CheckContext, blocks: ReadonlyMap<string, Block>): readonly Checker[];
  /** What of this stage was felt by honest nodes, by name, and how often. */
  felt(): Readonly<Record<string, number>>;
  followed(): RunReport["followed"];
  /** Whole stage, in a healed world: what is wrong, beside the order of work. */
  demand?(nowMs: number): Omit<Violation, "timeMs"> | undefined;
  /** Whole stage: of the bound of what is demanded, what the slowest took, in percent. */
  readonly slowestPercent?: number;
  /** Whole stage: whether all that was demanded came about, so that the run need not go on. */
  isDone?(): boolean;
  createNode(options: NodeOptions): StageNode;
}
