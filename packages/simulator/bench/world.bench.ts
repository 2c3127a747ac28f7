// What a world costs by itself: instances that write and tell all others, ten times a second, and do nothing with
// what they hear. The limit beside it is the bare queue: as many events put in and taken out, with about as many pending.

import type { Machine } from "@tandem/shared";
import type { Bench } from "../../../scripts/bench/measure.ts";
import { EventQueue } from "../src/event-queue.ts";
import { type Actions, climates, drawWorld, type Process, Random, World, type WorldConfig } from "../src/index.ts";

export const area = "simulator";

interface News {
  readonly number: number;
}

type Input =
  | { readonly kind: "message"; readonly from: number; readonly message: News }
  | { readonly kind: "start" | "timer" };

type Effect =
  | { readonly kind: "persist"; readonly record: Uint8Array }
  | { readonly kind: "broadcast"; readonly message: News }
  | { readonly kind: "set-timer" };

const nothing: readonly Effect[] = [];
const record = new Uint8Array(100);

class Gossip implements Machine<Input, Effect> {
  heard = 0;
  #number = 0;

  handle(input: Input): readonly Effect[] {
    if (input.kind === "message") {
      this.heard += input.message.number;
      return nothing;
    }
    const message = { number: ++this.#number };
    return [{ kind: "persist", record }, { kind: "broadcast", message }, { kind: "set-timer" }];
  }
}

function perform(effect: Effect, actions: Actions<Input, News, never>): void {
  if (effect.kind === "persist") actions.persist(record);
  else if (effect.kind === "broadcast") actions.broadcast(effect.message, 100);
  else actions.setTimer({ kind: "timer" }, 100);
}

const process: Process<Input, Effect, News, never> = {
  boot: () => ({ machine: new Gossip(), first: { kind: "start" } }),
  received: (from, message) => ({ kind: "message", from, message }),
  perform,
};

function configOf(instances: number, climate: keyof typeof climates): WorldConfig {
  const seats = Array.from({ length: instances }, (_, seat) => seat);
  return drawWorld({ seed: 1, seats, climate: climates[climate], healAtMs: 60_000, endAtMs: 60_000 });
}

function run(config: WorldConfig, untilMs: number): number {
  const world = new World<Input, Effect, News, never>({ config, processOf: () => process });
  world.run(untilMs);
  return world.counts.delivered;
}

/** Puts events into a queue that holds `pending` of them, and takes as many out. */
function order(events: number, pending: number): void {
  const queue = new EventQueue();
  const random = new Random(1);
  for (let number = 0; number < events + pending; number++) {
    queue.push(queue.length === 0 ? 0 : queue.nextUs + random.below(100_000), 0, 0, 0, 0, undefined);
    if (queue.length > pending) queue.release(queue.pop());
  }
}

export default async function world(bench: Bench): Promise<void> {
  for (const [instances, untilMs] of [
    [4, 60_000],
    [10, 10_000],
    [100, 1000],
  ] as const) {
    for (const climate of ["calm", "rough"] as const) {
      const config = configOf(instances, climate);
      const items = run(config, untilMs);
      const work = { items, run: () => void run(config, untilMs) };
      const raw = { items, run: () => order(items, instances * instances) };
      await bench.rate(`deliver among ${instances}, ${climate}`, "messages/s", work, raw);
    }
  }
}
