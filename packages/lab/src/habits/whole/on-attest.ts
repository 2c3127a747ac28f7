// Habits of consensus, at work on the attest chain: around a habit that knows one chain, what concerns the other and all
// that is not consensus is hidden, messages and timers are unwrapped, and peers are called as that chain calls them.

import type { Seat } from "@tandem/simulator";
import type { LabEffect, LabInput, LabMessage, LabTimer } from "../../nodes/words.ts";
import { attested } from "../../payload/block.ts";
import type { Habit } from "../habit.ts";

/** First those with a seat in the attest set, then all others: a peer's number on that chain is its place in this order. */
export class Places {
  readonly #validators: readonly Seat[];

  constructor(attestSeats: readonly Seat[], validators: number) {
    const others = Array.from({ length: validators }, (_, seat) => seat).filter((seat) => !attestSeats.includes(seat));
    this.#validators = [...attestSeats, ...others];
  }

  seatOf(validator: Seat): Seat {
    const seat = this.#validators.indexOf(validator);
    return seat < 0 ? validator : seat;
  }

  validatorOf(seat: Seat): Seat {
    return this.#validators[seat] ?? seat;
  }
}

type AttestMessage = Extract<LabMessage, { kind: "attest" }>;

/** What consensus of the attest chain says, as the order chain's would. */
export function unwrapMessage({ message }: AttestMessage): LabMessage {
  return message as unknown as LabMessage;
}

function wrapMessage(message: LabMessage): LabMessage {
  const found = wrapped.get(message);
  if (found !== undefined) return found;
  const made = { kind: "attest", message: message as unknown as AttestMessage["message"] } as const;
  wrapped.set(message, made);
  return made;
}

/** One message is one, to whomever it goes. */
const wrapped = new WeakMap<LabMessage, LabMessage>();

export function onAttest(habit: Habit, places: Places): Habit {
  return {
    input: (input) => {
      if (habit.input === undefined) return input;
      if (input.kind !== "message" || input.message.kind !== "attest") return input;
      const from = places.seatOf(input.from);
      const heard = habit.input({ kind: "message", from, message: unwrapMessage(input.message) });
      if (heard === undefined) return undefined;
      return heard.kind === "message" ? { ...input, message: wrapMessage(heard.message) as AttestMessage } : input;
    },
    effects: (effects, input) => {
      if (habit.effects === undefined) return effects;
      const seen = effects.map((effect) => hide(effect, places));
      return habit.effects(seen, unwrapInput(input, places)).flatMap((effect) => show(effect, places));
    },
  };
}

function unwrapInput(input: LabInput, places: Places): LabInput {
  if (input.kind !== "message" || input.message.kind !== "attest") return input;
  return { kind: "message", from: places.seatOf(input.from), message: unwrapMessage(input.message) };
}

/** What is hidden goes through every habit as it is: a `later` of this time is none of theirs. */
const hiddenMs = -1;

function hide(effect: LabEffect, places: Places): LabEffect {
  if (effect.kind === "send" && effect.message.kind === "attest")
    return { kind: "send", to: places.seatOf(effect.to), message: unwrapMessage(effect.message) };
  if (effect.kind === "broadcast" && effect.message.kind === "attest")
    return { kind: "broadcast", message: unwrapMessage(effect.message) };
  if (effect.kind === "set-timer" && effect.timer.name === "attest")
    return { ...effect, timer: effect.timer.timer as LabTimer };
  return { kind: "later", afterMs: hiddenMs, effects: [effect] };
}

function show(effect: LabEffect, places: Places): readonly LabEffect[] {
  switch (effect.kind) {
    case "later":
      if (effect.afterMs === hiddenMs) return effect.effects;
      return [{ ...effect, effects: effect.effects.flatMap((each) => show(each, places)) }];
    case "send":
      return [{ kind: "send", to: places.validatorOf(effect.to), message: wrapMessage(effect.message) }];
    case "broadcast":
      return [{ kind: "broadcast", message: wrapMessage(effect.message) }];
    case "set-timer":
      return [{ ...effect, timer: { name: "attest", timer: effect.timer } as LabTimer }];
    default:
      return [effect];
  }
}

/** The block of a proposal of the attest chain, unwrapped. */
export function attestBlocksIn(message: LabMessage) {
  if (message.kind === "proposal") return [attested(message.proposal.block)];
  return message.kind === "answer" ? message.blocks.map(({ block }) => attested(block)) : [];
}
