// A habit is what a Byzantine node does besides, or instead of, the protocol. It stands around an honest machine,
// sees what goes in and out, and changes either; several can stand around one machine. It signs with Byzantine keys
// alone: accomplices lend each other theirs.

import type { Message, Signer } from "@tandem/consensus";
import { type Electorate, type Machine, type View, type Vote, type VoteKind, voteSigningRoot } from "@tandem/shared";
import type { Instance, Random, Seat } from "@tandem/simulator";
import type { LabEffect, LabInput, LabMessage } from "../nodes/words.ts";
import type { Block } from "../payload/block.ts";
import type { Ledger } from "./ledger.ts";
import type { OrderTools } from "./order/tools.ts";
import type { WholeTools } from "./whole/tools.ts";

export interface HabitContext {
  readonly instance: Instance;
  readonly signer: Signer;
  /** Of all Byzantine seats, this one too. */
  readonly accomplices: readonly Signer[];
  /** All other seats. */
  readonly peers: readonly Seat[];
  readonly electorate: Electorate;
  readonly deltaMs: number;
  leaderOf(view: View): Seat;
  readonly random: Random;
  readonly ledger: Ledger;
  /** In the order stage. */
  readonly order: OrderTools | undefined;
  /** In the whole stage. */
  readonly whole: WholeTools | undefined;
}

export interface Habit {
  /** What the machine hears instead, or nothing. */
  input?(input: LabInput): LabInput | undefined;
  /** What leaves instead. */
  effects?(effects: readonly LabEffect[], input: LabInput): readonly LabEffect[];
}

export type MakeHabit = (context: HabitContext) => Habit;

export class HabitMachine implements Machine<LabInput, LabEffect> {
  readonly #machine: Machine<LabInput, LabEffect>;
  readonly #habits: readonly Habit[];

  constructor(machine: Machine<LabInput, LabEffect>, habits: readonly Habit[]) {
    this.#machine = machine;
    this.#habits = habits;
  }

  handle(input: LabInput): readonly LabEffect[] {
    if (input.kind === "later") return input.effects;
    let heard: LabInput | undefined = input;
    for (const habit of this.#habits) if (heard !== undefined && habit.input !== undefined) heard = habit.input(heard);
    let effects = heard === undefined ? [] : this.#machine.handle(heard);
    for (const habit of this.#habits) if (habit.effects !== undefined) effects = habit.effects(effects, input);
    return effects;
  }
}

/** The effects with every message to one peer: a broadcast becomes a send to each. */
export function eachMessage(
  context: HabitContext,
  effects: readonly LabEffect[],
  change: (message: LabMessage, to: Seat) => readonly LabEffect[],
): LabEffect[] {
  return effects.flatMap((effect) => {
    if (effect.kind === "send") return change(effect.message, effect.to);
    if (effect.kind === "broadcast") return context.peers.flatMap((peer) => change(effect.message, peer));
    return [effect];
  });
}

export function send(to: Seat, message: LabMessage): LabEffect {
  return { kind: "send", to, message };
}

export function broadcast(message: Message<Block>): LabEffect {
  return { kind: "broadcast", message };
}

/** A vote by `signer`, whatever else it signed. */
export function signVote(
  { electorate }: HabitContext,
  signer: Signer,
  kind: VoteKind,
  view: View,
  block: Vote["block"],
): Vote {
  const ballot = { epoch: electorate.epoch, view, block };
  const signature = signer.sign(voteSigningRoot(electorate, kind, ballot));
  return { kind, ...ballot, signer: signer.seat, signature };
}

/** The view that a message is about. */
export function viewOf(message: LabMessage): View | undefined {
  switch (message.kind) {
    case "proposal":
      return message.proposal.block.header.view;
    case "vote":
      return message.vote.view;
    case "certificate":
      return message.certificate.view;
    case "reason":
      return message.view;
    default:
      return undefined;
  }
}

/** The view whose timers these effects start: the machine has just come to it. */
export function viewStarted(effects: readonly LabEffect[]): View | undefined {
  for (const effect of effects)
    if (effect.kind === "set-timer" && effect.timer.name === "leader") return effect.timer.view;
  return undefined;
}
