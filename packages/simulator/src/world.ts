// A world runs what its config says, event by event, in virtual time. See world-types.ts for how to use it,
// process.ts for what happens at an instance, config.ts for what can go wrong.
//
// Determinism: events are ordered by (time, sequence); chance comes from named streams of the seed; times are whole
// microseconds; nothing is read from outside. The hash covers every event with its time and every message sent.

import { assert } from "@tandem/shared";
import { checkConfig } from "./check-config.ts";
import { Core } from "./core.ts";
import { type Counts, countsAt, totalCounts } from "./counts.ts";
import { eventKinds } from "./event-queue.ts";
import { Faults } from "./faults.ts";
import { Node } from "./node.ts";
import type { Instance } from "./process.ts";
import type { Outcome, WorldOptions } from "./world-types.ts";

export class World<Input, Effect, Message, Observation> {
  readonly #core: Core<Input, Effect, Message, Observation>;
  readonly #nodes: readonly Node<Input, Effect, Message, Observation>[];
  readonly #faults: Faults<Input, Effect, Message, Observation>;
  /** Where the event that is happening happens. */
  #place: Instance = -1;

  constructor(options: WorldOptions<Input, Effect, Message, Observation>) {
    checkConfig(options.config);
    const core = new Core(options);
    this.#core = core;
    this.#nodes = options.config.instances.map((config, instance) => new Node(core, instance, config));
    this.#faults = new Faults(core, this.#nodes);
    for (const { instance } of this.#nodes) core.queue.push(0, eventKinds.boot, instance, 0, 0, undefined);
  }

  get nowUs(): number {
    return this.#core.nowUs;
  }

  /** Of all that happened so far: 16 hexadecimal digits. */
  get hash(): string {
    return this.#core.trace.hex;
  }

  get counts(): Counts {
    return totalCounts(this.#core.counters);
  }

  countsAt(instance: Instance): Counts {
    assert(instance in this.#nodes, "the instance is in this world");
    return countsAt(this.#core.counters, instance);
  }

  /** Runs up to and with that time. Can be called again to go on, unless something ended the run for good. */
  run(untilMs = this.#core.config.endAtMs): Outcome {
    const core = this.#core;
    const { queue } = core;
    const untilUs = untilMs * 1000;
    const { seed } = core.config;
    try {
      while (core.outcome === undefined && queue.nextUs <= untilUs) this.#step();
    } catch (error) {
      core.outcome = { kind: "threw", seed, timeUs: core.nowUs, instance: this.#place, error };
    }
    if (core.outcome !== undefined) return core.outcome;
    core.nowUs = Math.max(core.nowUs, untilUs);
    return { kind: "ended", seed, timeUs: core.nowUs };
  }

  /** Ends the run after the event that is happening: for checkers that have seen enough. */
  stop(): void {
    this.#core.outcome ??= { kind: "stopped", seed: this.#core.config.seed, timeUs: this.#core.nowUs };
  }

  /** Gives an instance an input from outside, such as work to do. Lost if it is down then. */
  give(instance: Instance, input: Input, atMs: number): void {
    assert(instance in this.#nodes && atMs * 1000 >= this.nowUs, "an input is given to an instance, now or later");
    this.#core.queue.push(atMs * 1000, eventKinds.given, instance, 0, 0, input);
  }

  #step(): void {
    const { queue, trace } = this.#core;
    const timeUs = queue.nextUs;
    const slot = queue.pop();
    const kind = queue.kindOf(slot);
    const target = queue.targetOf(slot);
    this.#core.nowUs = timeUs;
    this.#place = target;
    trace.mix(timeUs);
    trace.mix((target << 4) | kind);
    trace.mix(queue.sourceOf(slot));
    trace.mix(queue.markOf(slot));
    if (kind <= eventKinds.given) return this.#nodes[target]?.arrive(slot);
    const mark = queue.markOf(slot);
    queue.release(slot);
    this.#happen(kind, target, mark);
  }

  #happen(kind: number, target: Instance, mark: number): void {
    switch (kind) {
      case eventKinds.synced:
        return this.#nodes[target]?.onSynced(mark);
      case eventKinds.strike:
        return this.#nodes[target]?.onStrike(mark);
      case eventKinds.boot:
        return this.#nodes[target]?.boot();
      case eventKinds.begin:
        return this.#faults.begin(mark);
      case eventKinds.end:
        return this.#faults.end(mark);
      default:
        return this.#faults.heal();
    }
  }
}
