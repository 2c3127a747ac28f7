// A machine that does what a test's function says, with effects that are the world's actions one for one.

import type { Machine } from "@tandem/shared";
import type { Actions, Instance, Process, Recorder, Seat, WorldOptions } from "../../src/index.ts";
import { World } from "../../src/index.ts";

export type ToyInput =
  | { readonly kind: "start"; readonly journal: readonly Uint8Array[]; readonly archive: ReadonlyMap<number, unknown> }
  | { readonly kind: "message"; readonly from: Seat; readonly text: string }
  | { readonly kind: "timer" | "answer" | "given"; readonly name: string; readonly nowMs?: number };

export type ToyEffect =
  | { readonly kind: "persist"; readonly record: Uint8Array; readonly group?: number }
  | { readonly kind: "archive"; readonly key: number; readonly value: unknown }
  | { readonly kind: "prune"; readonly belowGroup: number }
  | { readonly kind: "send"; readonly to: Seat; readonly text: string; readonly bytes?: number }
  | { readonly kind: "broadcast"; readonly text: string; readonly bytes?: number }
  | { readonly kind: "set-timer"; readonly name: string; readonly afterMs: number; readonly replaces?: boolean }
  | { readonly kind: "answer"; readonly name: string; readonly afterUs: number }
  | { readonly kind: "observe"; readonly text: string };

export interface Seen {
  readonly instance: Instance;
  readonly timeUs: number;
  readonly text: string;
}

export type ToyActions = Actions<ToyInput, string, string>;
export type Handle = (input: ToyInput, instance: Instance) => readonly ToyEffect[];
export type ToyOptions = Partial<WorldOptions<ToyInput, ToyEffect, string, string>>;

/** A process whose machine is made anew at each boot. */
export function toyProcess(instance: Instance, makeHandle: () => Handle): Process<ToyInput, ToyEffect, string, string> {
  return {
    boot({ journals: [journal], archive }) {
      const handle = makeHandle();
      const machine: Machine<ToyInput, ToyEffect> = { handle: (input) => handle(input, instance) };
      return { machine, first: { kind: "start", journal, archive } };
    },
    received: (from, text) => ({ kind: "message", from, text }),
    perform,
  };
}

function perform(effect: ToyEffect, actions: ToyActions): void {
  switch (effect.kind) {
    case "persist":
      return actions.persist(effect.record, effect.group);
    case "archive":
      return actions.archive(effect.key, effect.value, 100);
    case "prune":
      return actions.prune(effect.belowGroup);
    case "send":
      return actions.send(effect.to, effect.text, effect.bytes ?? 100);
    case "broadcast":
      return actions.broadcast(effect.text, effect.bytes ?? 100);
    case "set-timer": {
      const input: ToyInput = { kind: "timer", name: effect.name };
      return actions.setTimer(input, effect.afterMs, effect.replaces === true ? effect.name : undefined);
    }
    case "answer":
      return actions.answer({ kind: "answer", name: effect.name }, effect.afterUs);
    case "observe":
      return actions.observe(`${effect.text} @${actions.nowMs()}`);
  }
}

export interface ToyWorld {
  readonly world: World<ToyInput, ToyEffect, string, string>;
  /** What was observed; the part after `@` is the instance's own time in milliseconds. */
  readonly seen: Seen[];
}

export function toyWorld(
  config: WorldOptions<never, never, never, never>["config"],
  makeHandle: () => Handle,
  options: ToyOptions = {},
): ToyWorld {
  const seen: Seen[] = [];
  const world = new World<ToyInput, ToyEffect, string, string>({
    config,
    processOf: (instance) => toyProcess(instance, makeHandle),
    onObservation: (text, instance, timeUs) => {
      seen.push({ text, instance, timeUs });
      return undefined;
    },
    ...options,
  });
  return { world, seen };
}

export const words: Omit<Recorder<ToyInput, string, string>, "onEntry"> = {
  describeMessage: (text) => text,
  describeInput: (input) => (input.kind === "message" || input.kind === "start" ? input.kind : input.name),
  describeObservation: (text) => text,
};

/** Every instance writes, then tells all others, every `everyMs`. What it hears it observes. */
export function gossip(everyMs: number): () => Handle {
  return () => {
    let count = 0;
    return (input) => {
      if (input.kind === "message") return [{ kind: "observe", text: `heard ${input.text} from ${input.from}` }];
      if (input.kind === "answer") return [{ kind: "broadcast", text: `done ${input.name}` }];
      count++;
      return [
        { kind: "persist", record: Uint8Array.of(count, count >> 8) },
        { kind: "broadcast", text: `news ${count}` },
        { kind: "answer", name: `job ${count}`, afterUs: 3000 },
        { kind: "set-timer", name: "next", afterMs: everyMs },
      ];
    };
  };
}
