// One run of one setting: a world of nodes, honest and not, with all checkers watching. The run ends when a checker
// fires, when all honest nodes delivered enough, or when the time is over. Once the world is healed, work has to be
// ordered in time.

import { hazardsOf, type Instance, type Recorder, timesFelt, World } from "@tandem/simulator";
import { Cast } from "./cast.ts";
import type { Checker } from "./checkers/checker.ts";
import { createCheckers } from "./checkers/index.ts";
import { Progress } from "./checkers/progress.ts";
import { Demands } from "./demands.ts";
import { digestOf } from "./nodes/digest.ts";
import type { LabEffect, LabInput, LabMessage, Observation } from "./nodes/words.ts";
import type { RunReport, Violation } from "./report.ts";
import { routeOf } from "./route.ts";
import type { Setting } from "./setting.ts";
import type { MakeStage } from "./stages/load.ts";
import type { Stage, StageNode } from "./stages/stage.ts";

export type LabRecorder = Recorder<LabInput, LabMessage, Observation>;

/** How often work is handed out and demands are looked at, in virtual time. */
const stepMs = 250;

export function runSetting(setting: Setting, makeStage: MakeStage, record?: LabRecorder): RunReport {
  return new Run(setting, makeStage, record).run();
}

class Run {
  readonly #setting: Setting;
  readonly #cast: Cast;
  readonly #checkers: readonly Checker[];
  readonly #demands: Demands;
  readonly #stage: Stage;
  readonly #world: World<LabInput, LabEffect, LabMessage, Observation>;
  #found: Omit<Violation, "timeMs"> | undefined;

  constructor(setting: Setting, makeStage: MakeStage, record: LabRecorder | undefined) {
    const { world: config } = setting;
    this.#setting = setting;
    this.#stage = makeStage(setting, (instance, input, atMs) => this.#world.give(instance, input, atMs));
    const cast = new Cast(setting, this.#stage);
    this.#cast = cast;
    const progress = new Progress(cast.context);
    const { context, blocks } = cast;
    const ofStage = this.#stage.createCheckers(context, blocks);
    this.#checkers = [...createCheckers(context, setting, blocks), ...ofStage, progress];
    const { work } = this.#stage;
    this.#demands = new Demands(progress, work);
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
    const { work } = this.#stage;
    for (let nowMs = 0; nowMs < endAtMs && this.#found === undefined && !this.#isDone(); ) {
      const untilMs = Math.min(nowMs < healAtMs ? healAtMs : endAtMs, nowMs + stepMs);
      work.handOut(untilMs);
      this.#stage.step(nowMs);
      const outcome = this.#world.run(untilMs);
      if (outcome.kind === "threw") this.#found = thrown(outcome.error, outcome.instance);
      if (outcome.kind !== "ended") break;
      if (untilMs === healAtMs) work.handOutAgain(untilMs);
      if (untilMs > healAtMs)
        this.#found = this.#demands.look(untilMs, this.#demanded()) ?? this.#stage.demand?.(untilMs);
      nowMs = untilMs;
    }
    return this.#report(process.threadCpuUsage(start));
  }

  #honest(): StageNode[] {
    return this.#cast.honest.map((instance) => this.#cast.nodes[instance] as StageNode);
  }

  /** An observer says nothing, so in a silent network nobody tells it what it missed. */
  #demanded(): Instance[] {
    const { weights, workload } = this.#setting;
    const isSeat = (instance: Instance) => (this.#cast.context.seats[instance] as number) < weights.length;
    return this.#cast.honest.filter((instance) => workload.kind === "busy" || isSeat(instance));
  }

  #check(observation: Observation, instance: Instance, timeUs: number): string | undefined {
    this.#stage.work.onObservation(observation, instance);
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
    if (this.#stage.isDone?.() === true) return true;
    return this.#honest().every((node) => node.finals.length >= blocksMax);
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
      blocks: Math.max(...this.#honest().map((node) => node.finals.length)),
      messages: counts.delivered,
      virtualMs,
      cpuMs: Math.round((user + system) / 1000),
      validators: weights.length,
      demands: this.#demands.met,
      slowestPercent: Math.max(this.#demands.slowestPercent, this.#stage.slowestPercent ?? 0),
      faults: Object.fromEntries([...hazardsOf(config)].map((hazard) => [hazard, timesFelt(hazard, counts)])),
      habits: Object.fromEntries(felt),
      ofStage: this.#stage.felt(),
      followed: this.#stage.followed(),
    };
  }
}

function thrown(error: unknown, instance: Instance): Omit<Violation, "timeMs"> {
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { checker: "threw", what, instance };
}
