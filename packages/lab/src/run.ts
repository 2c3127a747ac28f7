// One run of one setting: a world of nodes, honest and not, with all checkers watching. The run ends when a checker
// fires, when all honest nodes delivered enough, or when the time is over. Once the world is healed, work has to be
// ordered in time.

import { hazardsOf, type Instance, Random, type Recorder, timesFelt, World } from "@tandem/simulator";
import { Cast } from "./cast.ts";
import type { Checker } from "./checkers/checker.ts";
import { createCheckers } from "./checkers/index.ts";
import { Progress } from "./checkers/progress.ts";
import type { Consensus } from "./consensus.ts";
import { Demands } from "./demands.ts";
import { digestOf } from "./nodes/digest.ts";
import type { Node } from "./nodes/node.ts";
import type { LabEffect, LabInput, LabMessage, Observation } from "./nodes/words.ts";
import { Arrivals } from "./payload/workload.ts";
import type { RunReport, Violation } from "./report.ts";
import { routeOf } from "./route.ts";
import type { Setting } from "./setting.ts";

export type LabRecorder = Recorder<LabInput, LabMessage, Observation>;

/** How often work is handed out and demands are looked at, in virtual time. */
const stepMs = 250;

export function runSetting(setting: Setting, consensus: Consensus, record?: LabRecorder): RunReport {
  return new Run(setting, consensus, record).run();
}

class Run {
  readonly #setting: Setting;
  readonly #cast: Cast;
  readonly #checkers: readonly Checker[];
  readonly #demands: Demands;
  readonly #arrivals: Arrivals;
  readonly #spread: Random;
  readonly #world: World<LabInput, LabEffect, LabMessage, Observation>;
  /** Items that were handed out. */
  #items = 0;
  #found: Omit<Violation, "timeMs"> | undefined;

  constructor(setting: Setting, consensus: Consensus, record: LabRecorder | undefined) {
    const { world: config, workload } = setting;
    this.#setting = setting;
    const cast = new Cast(setting, consensus);
    this.#cast = cast;
    const progress = new Progress(cast.context);
    this.#checkers = [...createCheckers(cast.context, setting, cast.blocks), progress];
    this.#demands = new Demands(progress);
    this.#arrivals = new Arrivals(workload, new Random(config.seed, "arrivals"));
    this.#spread = new Random(config.seed, "spread");
    const route = routeOf(setting, cast.ledger, () => this.#world.nowUs >= 1000 * config.healAtMs);
    this.#world = new World({
      config,
      processOf: (instance, seat) => cast.createNode(instance, seat),
      ...(route === undefined ? {} : { route }),
      onObservation: (observation, instance, timeUs) => this.#check(observation, instance, timeUs),
      digest: digestOf,
      record,
    });
  }

  run(): RunReport {
    const start = process.threadCpuUsage();
    const { healAtMs, endAtMs } = this.#setting.world;
    for (let nowMs = 0; nowMs < endAtMs && this.#found === undefined && !this.#isDone(); ) {
      const untilMs = Math.min(nowMs < healAtMs ? healAtMs : endAtMs, nowMs + stepMs);
      this.#handOut(untilMs);
      const outcome = this.#world.run(untilMs);
      if (outcome.kind === "threw") this.#found = thrown(outcome.error, outcome.instance);
      if (outcome.kind !== "ended") break;
      if (untilMs === healAtMs) this.#handOutAgain(untilMs);
      if (untilMs > healAtMs) this.#found = this.#demands.look(untilMs, this.#items, this.#demanded());
      nowMs = untilMs;
    }
    return this.#report(process.threadCpuUsage(start));
  }

  #honest(): (readonly [Instance, Node])[] {
    return this.#cast.honest.map((instance) => [instance, this.#cast.nodes[instance] as Node]);
  }

  /** An observer says nothing, so in a silent network nobody tells it what it missed. */
  #demanded(): (readonly [Instance, Node])[] {
    const { weights, workload } = this.#setting;
    const isSeat = (instance: Instance) => (this.#cast.context.seats[instance] as number) < weights.length;
    return this.#honest().filter(([instance]) => workload.kind === "busy" || isSeat(instance));
  }

  #handOut(untilMs: number): void {
    const { workload, world } = this.#setting;
    for (const { item, atMs } of this.#arrivals.take(untilMs)) {
      this.#items = item;
      for (const [instance] of world.instances.entries())
        this.#world.give(instance, { kind: "item", item }, atMs + this.#spread.below(workload.spreadMs + 1));
    }
  }

  /** Who was down did not hear, and who crashed forgot. */
  #handOutAgain(nowMs: number): void {
    for (const [instance, node] of this.#cast.nodes.entries())
      for (let item = 1; item <= this.#items; item++)
        if (!node.room.isOrdered(item)) this.#world.give(instance, { kind: "item", item }, nowMs + 1);
  }

  #check(observation: Observation, instance: Instance, timeUs: number): string | undefined {
    for (const checker of this.#checkers) {
      const what = checker.onObservation(observation, instance, timeUs);
      if (what === undefined) continue;
      this.#found = { checker: checker.name, what, instance };
      return `${checker.name}: ${what}`;
    }
    return undefined;
  }

  #isDone(): boolean {
    const { blocksMax } = this.#setting;
    return this.#honest().every(([, node]) => node.finals.length >= blocksMax);
  }

  #report({ user, system }: NodeJS.CpuUsage): RunReport {
    const { world: config, habits, weights } = this.#setting;
    const world = this.#world;
    const { counts } = world;
    const virtualMs = Math.floor(world.nowUs / 1000);
    const felt = habits.map(({ habit }) => [habit, this.#cast.ledger.counts.get(habit) ?? 0] as const);
    return {
      seed: config.seed,
      violation: this.#found === undefined ? null : { ...this.#found, timeMs: virtualMs },
      hash: world.hash,
      blocks: Math.max(...this.#honest().map(([, node]) => node.finals.length)),
      messages: counts.delivered,
      virtualMs,
      cpuMs: Math.round((user + system) / 1000),
      validators: weights.length,
      demands: this.#demands.met,
      slowestPercent: this.#demands.slowestPercent,
      faults: Object.fromEntries([...hazardsOf(config)].map((hazard) => [hazard, timesFelt(hazard, counts)])),
      habits: Object.fromEntries(felt),
    };
  }
}

function thrown(error: unknown, instance: Instance): Omit<Violation, "timeMs"> {
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { checker: "threw", what, instance };
}
