// What all instances of a world share: the time, what is yet to happen, the network, the counts, the hash, and whom
// to tell.

import { assert } from "@tandem/shared";
import type { WorldConfig } from "./config.ts";
import { type Counters, createCounters } from "./counts.ts";
import { EventQueue, eventKinds } from "./event-queue.ts";
import { fates, Network } from "./network.ts";
import type { Instance, Seat } from "./process.ts";
import type { TimelineEntry, TimelineKind } from "./timeline.ts";
import { TraceHash } from "./trace-hash.ts";
import type { Outcome, Recorder, WorldOptions } from "./world-types.ts";

const nobody: readonly Instance[] = [];

export class Core<Input, Effect, Message, Observation> {
  nowUs = 0;
  /** Set once: nothing happens after it. */
  outcome: Outcome | undefined;
  readonly config: WorldConfig;
  readonly options: WorldOptions<Input, Effect, Message, Observation>;
  readonly counters: Counters;
  readonly network: Network;
  readonly queue = new EventQueue();
  readonly trace = new TraceHash();
  readonly #recorder: Recorder<Input, Message, Observation> | undefined;
  readonly #seats: readonly Seat[];
  /** By seat and sender: the others of the seat. */
  readonly #listeners: readonly (readonly (readonly Instance[])[])[];

  constructor(options: WorldOptions<Input, Effect, Message, Observation>) {
    const { config } = options;
    this.config = config;
    this.options = options;
    this.counters = createCounters(config.instances.length);
    this.network = new Network(config, this.counters);
    this.#recorder = options.record;
    this.#seats = [...new Set(config.instances.map(({ seat }) => seat))].sort((a, b) => a - b);
    this.#listeners = listeners(config, this.#seats);
  }

  broadcast(from: Instance, own: Seat, message: Message, bytes: number): void {
    for (const seat of this.#seats) if (seat !== own) this.send(from, seat, message, bytes);
  }

  send(from: Instance, to: Seat, message: Message, bytes: number): void {
    const { route, digest } = this.options;
    this.trace.mix(bytes);
    if (digest !== undefined) this.trace.mix(digest(message));
    const targets = route === undefined ? (this.#listeners[to]?.[from] ?? nobody) : route(from, to, message);
    if (targets.length === 0) this.#leaveUnrouted(from, to, message);
    for (const target of targets) this.#transmit(from, target, message, bytes);
  }

  observe(instance: Instance, observation: Observation): void {
    if (this.#recorder !== undefined) this.note("observe", instance, this.#recorder.describeObservation(observation));
    const what = this.options.onObservation?.(observation, instance, this.nowUs);
    if (what === undefined || this.outcome !== undefined) return;
    this.note("violation", instance, what);
    this.outcome = { kind: "violated", seed: this.config.seed, timeUs: this.nowUs, instance, what };
  }

  get isRecorded(): boolean {
    return this.#recorder !== undefined;
  }

  note(kind: TimelineKind, instance: Instance, what: string): void {
    this.#record({ timeUs: this.nowUs, kind, instance, what });
  }

  noteMessage(kind: "deliver" | "drop", instance: Instance, from: Instance, message: Message, why = ""): void {
    if (this.#recorder === undefined) return;
    const what = why + this.#recorder.describeMessage(message);
    this.#record({ timeUs: this.nowUs, kind, instance, from, what });
  }

  noteInput(kind: "timer" | "answer" | "given", instance: Instance, input: Input): void {
    if (this.#recorder !== undefined) this.note(kind, instance, this.#recorder.describeInput(input));
  }

  /** What ends a run is the last thing told of it. */
  #record(entry: TimelineEntry): void {
    if (this.outcome === undefined) this.#recorder?.onEntry(entry);
  }

  #transmit(from: Instance, target: Instance, message: Message, bytes: number): void {
    const { network, queue } = this;
    const arrivalUs = network.send(from, target, bytes, this.nowUs);
    if (arrivalUs < 0) return this.noteMessage("drop", target, from, message, fateWords[-arrivalUs]);
    queue.push(arrivalUs, eventKinds.message, target, from, network.sequence, message);
    const { copyArrivalUs } = network;
    if (copyArrivalUs >= 0) queue.push(copyArrivalUs, eventKinds.message, target, from, network.sequence, message);
  }

  #leaveUnrouted(from: Instance, to: Seat, message: Message): void {
    const { unrouted } = this.counters;
    unrouted[from] = (unrouted[from] as number) + 1;
    if (this.isRecorded) this.noteMessage("drop", from, from, message, `no way to seat ${to}: `);
  }
}

const fateWords: string[] = [];
fateWords[-fates.cut] = "cut off: ";
fateWords[-fates.congested] = "link full: ";
fateWords[-fates.lost] = "lost: ";

function listeners({ instances }: WorldConfig, seats: readonly Seat[]): (readonly Instance[])[][] {
  const table: (readonly Instance[])[][] = [];
  for (const seat of seats) {
    assert(Number.isInteger(seat) && seat >= 0 && seat < 2 ** 16, "a seat is a small whole number");
    const all = [...instances.keys()].filter((instance) => instances[instance]?.seat === seat);
    table[seat] = [...instances.keys()].map((sender) => all.filter((instance) => instance !== sender));
  }
  return table;
}
