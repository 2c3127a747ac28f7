// What the world knows of a protocol: a machine (section 9) behind one adapter for each instance.
//
// An *instance* is one running process with its own disk, clock and links. A *seat* is whom it speaks as. Usually
// there is one instance a seat; twins are two instances of one seat, and a route (world-types.ts) says which of them
// hears what. A Byzantine instance is a process like any other whose machine or adapter misbehaves.
//
// What happens at an instance:
//
//   boot      The process makes a machine from what the disk holds and says its first input. Happens at the start
//             and after each crash; nothing else survives one: no timer, no answer under way, no queued input.
//   input     Messages become inputs by `received`; timers, answers and given inputs are inputs already. The machine
//             handles one at a time, and each of its effects goes to `perform` in order, all at once.
//   actions   `perform` says what an effect means here. Actions are carried out in the order in which they were
//             called. What follows a write (`persist`, `archive`) is held back until the write is durable, and so
//             are all later inputs: what others heard was first on disk (S8). Writes with no other action between
//             them share one sync.
//   crash     Writes that were durable stay. Of those under way a random number stays, first ones first, and the
//             next may be *torn*: the next boot then finds, as the last of its journal, a first part of its bytes.
//             The world cuts it off after that boot, as a shell whose records carry checksums would.
//
// The world keeps references to messages, inputs and records: whoever gives one away must not change it later.

import type { Machine } from "@tandem/shared";

/** Place of an instance in `WorldConfig.instances`. */
export type Instance = number;
/** Whom an instance speaks as: the peer number of its messages. */
export type Seat = number;

/** An instance has two journals, each dropped by groups of its own; who needs one uses the first. */
export type JournalNumber = 0 | 1;

export interface DiskContents {
  /** Of each what was durable, oldest first. */
  readonly journals: readonly [readonly Uint8Array[], readonly Uint8Array[]];
  /** Stays current: what becomes durable later appears in it. */
  readonly archive: ReadonlyMap<number, unknown>;
  /** How often the archive was lost: no process can tell an empty one from a new one, and who runs it can. */
  readonly losses: number;
}

export interface Booted<Input, Effect> {
  readonly machine: Machine<Input, Effect>;
  readonly first: Input;
}

export interface Process<Input, Effect, Message, Observation> {
  boot(disk: DiskContents, actions: Actions<Input, Message, Observation>): Booted<Input, Effect>;
  /** The input that a message is; nothing if the process does not listen to it. `from` cannot be forged. */
  received(from: Seat, message: Message, actions: Actions<Input, Message, Observation>): Input | undefined;
  perform(effect: Effect, actions: Actions<Input, Message, Observation>): void;
}

/** What an instance can do. To be called while the world calls its process; `nowMs` always. */
export interface Actions<Input, Message, Observation> {
  readonly instance: Instance;
  readonly seat: Seat;
  /** The instance's own clock, which drifts and jumps. Whole milliseconds. */
  nowMs(): number;
  /** Appends to a journal. `group` says when it may be dropped (see `prune`), usually the view; default: never. */
  persist(record: Uint8Array, group?: number, journal?: JournalNumber): void;
  /** Stores under a key, for what is found again by number, such as final blocks by height. */
  archive(key: number, value: unknown, bytes: number): void;
  /** Drops journal records of groups below this one, with the next write. Holds nothing back. */
  prune(belowGroup: number, journal?: JournalNumber): void;
  /** `bytes` is the size on the wire, for links with limited bandwidth. */
  send(to: Seat, message: Message, bytes: number): void;
  /** To every other seat, in order. */
  broadcast(message: Message, bytes: number): void;
  /** Gives this input after so much time of the own clock. A timer takes the place of one of the same name. */
  setTimer(input: Input, afterMs: number, name?: string): void;
  /** Answers a job (`verify`, `check`, `build`, `execute`) that takes this long where nothing is slow. */
  answer(input: Input, afterUs: number): void;
  /** Tells the checkers. */
  observe(observation: Observation): void;
}
