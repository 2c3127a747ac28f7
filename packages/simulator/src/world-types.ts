// What a world is given besides its config, and what a run gives back.
//
//   const world = new World({ config, processOf, onObservation });
//   const outcome = world.run();        // or run(untilMs), look around, run() on
//   world.hash, world.counts, world.deliveredCount
//
// Same config, same processes: same hash, on every run and machine.

import type { WorldConfig } from "./config.ts";
import type { Instance, Process, Seat } from "./process.ts";
import type { TimelineEntry } from "./timeline.ts";

export interface WorldOptions<Input, Effect, Message, Observation> {
  readonly config: WorldConfig;
  /** Called once for each instance, in order. The process outlives crashes; its machine does not. */
  processOf(instance: Instance, seat: Seat): Process<Input, Effect, Message, Observation>;
  /**
   * Which instances hear what `from` says to a seat: for twins and scripted partitions. None means dropped (and
   * counted as `unrouted`). Default: all instances of the seat, except the sender itself.
   */
  route?(from: Instance, to: Seat, message: Message): readonly Instance[];
  /** For checkers. Text is a violation, which ends the run. */
  onObservation?(observation: Observation, instance: Instance, timeUs: number): string | undefined;
  /** Any cheap number made from a message, for the hash: without it, messages count by link, place and size. */
  digest?(message: Message): number;
  /** Asks for the timeline: slower, the run itself stays the same. */
  readonly record?: Recorder<Input, Message, Observation> | undefined;
}

export interface Recorder<Input, Message, Observation> {
  onEntry(entry: TimelineEntry): void;
  /** Words for the timeline. */
  describeMessage(message: Message): string;
  describeInput(input: Input): string;
  describeObservation(observation: Observation): string;
}

export type Outcome =
  /** The time came. */
  | { readonly kind: "ended"; readonly seed: number; readonly timeUs: number }
  /** Somebody called `stop`. */
  | { readonly kind: "stopped"; readonly seed: number; readonly timeUs: number }
  /** A checker fired. */
  | {
      readonly kind: "violated";
      readonly seed: number;
      readonly timeUs: number;
      readonly instance: Instance;
      readonly what: string;
    }
  /** A process threw: its own mistake, and no finding of a checker. */
  | {
      readonly kind: "threw";
      readonly seed: number;
      readonly timeUs: number;
      readonly instance: Instance;
      readonly error: unknown;
    };
