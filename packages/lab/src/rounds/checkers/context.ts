// What checkers of the rounds stage know: the log, what the oracle makes of it, and what each shard claimed so far.

import type { RoundResult } from "@tandem/execution";
import type { ShardName } from "@tandem/shared";
import type { CheckerName } from "../../checkers/checker.ts";
import type { LineNode, LineProgram } from "../oracle/line.ts";
import type { Plan, PlanNode, PlanRound } from "../oracle/plan.ts";
import type { SerialContract, SerialOutcome, SerialProgram, SerialStep } from "../oracle/serial.ts";

export interface RoundsContext {
  readonly shards: readonly ShardName[];
  readonly plan: Pick<Plan, "roundOf">;
  readonly serial: ReadonlyMap<LineProgram, SerialProgram>;
  /** As genesis made them. */
  readonly genesis: ReadonlyMap<string, SerialContract>;
  genesisClaimOf(shard: string): Uint8Array;
  claimOf(shard: string, round: number): Pick<RoundResult, "claim"> | undefined;
}

/** What a shard did in a round, beside what it had to do. */
export interface Round {
  readonly shard: ShardName;
  readonly round: number;
  readonly hasBlobs: boolean;
  /** Programs of the shard's slice, in order. */
  readonly added: readonly LineProgram[];
  readonly planned: PlanRound;
  readonly result: MadeRound | undefined;
}

/** What a round made, as far as checkers look at it. */
export type MadeRound = Pick<RoundResult, "claim" | "root" | "lanes">;

export interface RoundChecker {
  readonly name: CheckerName;
  /** What is wrong, or nothing. Rounds come in order, and in each the shards in the order of their names. */
  onRound(round: Round): string | undefined;
}

export function nodeName({ program, node }: Pick<PlanNode, "program" | "node">): string {
  return `${program.height}/${program.index}/${node.step} ${node.kind} in ${node.contract}`;
}

/** The planned nodes of one round by contract, in the order of names. */
export function lanesOf({ ran }: PlanRound): ReadonlyMap<string, readonly PlanNode[]> {
  const lanes = new Map<string, PlanNode[]>();
  for (const each of ran) lanes.set(each.node.contract, [...(lanes.get(each.node.contract) ?? []), each]);
  return new Map([...lanes].sort(([a], [b]) => (a < b ? -1 : 1)));
}

export class Facts {
  readonly #context: RoundsContext;

  constructor(context: RoundsContext) {
    this.#context = context;
  }

  programOf(program: LineProgram): SerialProgram {
    const found = this.#context.serial.get(program);
    if (found === undefined) throw new Error("the oracle ran every program");
    return found;
  }

  stepOf(program: LineProgram, step: number): SerialStep {
    return this.programOf(program).steps[step] as SerialStep;
  }

  outcomeOf(program: LineProgram, step: number): SerialOutcome {
    return this.stepOf(program, step).outcome;
  }

  failedOf(program: LineProgram, group: number): number | undefined {
    return this.programOf(program).failed[group];
  }

  /** The node of a call, and when it runs. */
  makerOf(program: LineProgram, step: number): { readonly node: LineNode; readonly round: number } {
    const place = program.nodes.findIndex((node) => node.kind === "step" && node.step === step);
    return { node: program.nodes[place] as LineNode, round: this.#context.plan.roundOf(program, place) };
  }

  /** P5: what a group wrote in a contract, by its steps that ran up to a round. */
  writtenBy(program: LineProgram, group: number, contract: string, round: number): Pick<SerialStep, "writes" | "life"> {
    const writes = new Map<string, Uint8Array | undefined>();
    let life: SerialStep["life"];
    for (const [place, node] of program.nodes.entries()) {
      const isOf = node.kind === "step" && node.group === group && node.contract === contract;
      if (!isOf || this.#context.plan.roundOf(program, place) > round) continue;
      const step = this.stepOf(program, node.step);
      for (const [key, bytes] of step.writes) writes.set(key, bytes);
      life = step.life ?? life;
    }
    return { writes, life };
  }
}
