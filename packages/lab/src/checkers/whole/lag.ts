// Once the world is healed, every shard catches up: whatever is ordered at some time is run and attested within a bound,
// and every honest node that is up knows it.
//
// The bound, in Δ, where Δ covers a message with the disk and checks at both ends. Let K be the rounds that all nodes left
// take if each round cites all that came before: hops and waits of programs for each other, by the plan of the truth.
//
//   both chains are in one view each, and everybody has caught up     the bound of progress, of each chain (progress.ts)
//   a pause of affirmations, and one of contents, began before        64Δ each
//   for each of K rounds, and once more for the last claims:
//     the round is executed, its claims affirmed, contents asked for  what it takes; Δ; 4Δ for each Byzantine peer, and 2Δ
//     an attest block has them, an order block cites it               two views of honest leaders of each chain, with all
//                                                                     views of others between them, wherever they are worst
//
// Two views of honest leaders: what came in the midst of the first one is in the second. In silence, who was away hears of
// what it missed by a heartbeat: one is added. What waits for a shard that is lost is not demanded (R8).
//
// Whoever sits in a committee is held to it as a follower too: it executed its shards as far, however many others did. Who
// lost its store begins anew, and each round that it is behind takes an execution and contents once more. In a shard that is
// lost it is held to say that what is attested is not what it came to (C6).

import { asView } from "@tandem/shared";
import type { Instance } from "@tandem/simulator";
import type { CheckContext } from "../checker.ts";
import type { Progress } from "../progress.ts";
import type { AttestOracleState } from "./attest-oracle.ts";
import type { Disputes } from "./disputes.ts";
import type { Forecast } from "./truth.ts";
import type { WholeWatch } from "./whole-watch.ts";

const growthMax = 16;
const pauseDeltasMax = 64;
const askDeltas = 4;
const saidDeltas = 3;
/** Views that are looked at for the worst. */
const viewsMax = 200;
/** Clocks drift, disks and answers take their time. */
const slackShare = 1.15;

export interface LagFacts {
  readonly watch: WholeWatch;
  readonly order: { readonly context: CheckContext; readonly progress: Progress };
  readonly attest: { readonly context: CheckContext; readonly progress: Progress };
  readonly executeMs: number;
  readonly heartbeatMs: number;
  /** Shards in whose committees an instance sits, without those that are lost. */
  shardsOf(instance: Instance): readonly string[];
  readonly disputes: Pick<Disputes, "missing">;
}

interface Demand {
  /** Order blocks up to this height. */
  readonly height: number;
  /** Attest blocks up to this height. */
  readonly attested: number;
  readonly forecast: Forecast;
  readonly sinceMs: number;
  readonly deadlineMs: number;
}

type Demanded = Pick<Demand, "height" | "attested" | "forecast">;

export class Lag {
  readonly #facts: LagFacts;
  #open: Demand | undefined;
  #hopDeltas: number | undefined;
  met = 0;
  slowestPercent = 0;
  /** Rounds that were left when demands began, at most. */
  deepest = 0;

  constructor(facts: LagFacts) {
    this.#facts = facts;
  }

  /** What is wrong, if something is. `instances` are those that are held to it. */
  look(nowMs: number, instances: readonly Instance[]): string | undefined {
    const demand = this.#open ?? this.#begin(nowMs, instances);
    const isNew = this.#open === undefined;
    this.#open = demand;
    if (isNew) return undefined;
    const late = this.#late(demand, instances);
    if (late === undefined) return this.#meet(demand, nowMs);
    if (nowMs <= demand.deadlineMs) return undefined;
    return `what was ordered up to ${demand.height} at ${demand.sinceMs} ms is not attested at ${nowMs} ms: ${late}`;
  }

  /** Nothing is left, and every one of them knows. */
  isDrained(instances: readonly Instance[]): boolean {
    const { watch } = this.#facts;
    const forecast = watch.truth.forecast();
    const { height } = watch.truth;
    const attested = watch.final.height;
    return forecast.rounds === 0 && this.#late({ height, attested, forecast }, instances) === undefined;
  }

  #late(demand: Demanded, instances: readonly Instance[]): string | undefined {
    const { watch, disputes } = this.#facts;
    return (
      lagOf(watch, this.#stateOf(instances), demand) ??
      this.#behind(demand, instances) ??
      disputes.missing(instances, demand.attested)
    );
  }

  /** Who did not execute what is ordered up to that height. */
  #behind({ height }: Demanded, instances: readonly Instance[]): string | undefined {
    for (const instance of instances) {
      const shard = this.#facts.shardsOf(instance).find((each) => this.#executedTo(instance, each) < height);
      if (shard === undefined) continue;
      return `instance ${instance} executed ${shard} up to ${this.#executedTo(instance, shard)}`;
    }
    return undefined;
  }

  #executedTo(instance: Instance, shard: string): number {
    return this.#facts.watch.of(instance).executed.get(shard) ?? 0;
  }

  /** What each of them has delivered of the attest chain. */
  #stateOf(instances: readonly Instance[]): AttestOracleState {
    const { watch } = this.#facts;
    const height = Math.min(...instances.map((instance) => watch.of(instance).attested));
    return watch.finalAt(height) ?? watch.oracle.first;
  }

  #begin(nowMs: number, instances: readonly Instance[]): Demand {
    const { truth, final } = this.#facts.watch;
    const { height } = truth;
    const forecast = truth.forecast();
    const boundMs = this.boundMs(forecast) + this.#replayMs(instances, height);
    return { height, attested: final.height, forecast, sinceMs: nowMs, deadlineMs: nowMs + boundMs };
  }

  /** For who is behind most. */
  #replayMs(instances: readonly Instance[], height: number): number {
    const { order, executeMs } = this.#facts;
    const behind = instances.flatMap((instance) =>
      this.#facts.shardsOf(instance).map((shard) => height - this.#executedTo(instance, shard)),
    );
    const roundMs = askedDeltas(order.context) * order.context.deltaMs + executeMs;
    return Math.ceil(Math.max(0, ...behind) * roundMs * slackShare);
  }

  /** From now on, for all that is ordered by now. */
  boundMs({ rounds } = this.#facts.watch.truth.forecast()): number {
    const { order, attest, executeMs, heartbeatMs } = this.#facts;
    const { deltaMs } = order.context;
    this.deepest = Math.max(this.deepest, rounds);
    const hops = (rounds + 1) * (this.#hop() * deltaMs + executeMs) + 2 * pauseDeltasMax * deltaMs + heartbeatMs;
    return order.progress.boundMs(2) + attest.progress.boundMs(2) + Math.ceil(hops * slackShare);
  }

  #hop(): number {
    const { order, attest } = this.#facts;
    this.#hopDeltas ??= worstViews(order.context) + worstViews(attest.context) + askedDeltas(order.context);
    return this.#hopDeltas;
  }

  #meet({ sinceMs, deadlineMs }: Demand, nowMs: number): undefined {
    this.met++;
    const percent = Math.ceil((100 * (nowMs - sinceMs)) / (deadlineMs - sinceMs));
    this.slowestPercent = Math.max(this.slowestPercent, percent);
    this.#open = undefined;
  }
}

/** Until contents are there: each Byzantine peer may be asked first. */
function askedDeltas({ byzantine }: CheckContext): number {
  return askDeltas * byzantine.size + saidDeltas;
}

/** Two views of honest leaders, and all between, begun wherever that takes longest. */
function worstViews({ byzantine, leaderOf }: CheckContext): number {
  let worst = 0;
  for (let first = 1; first <= viewsMax; first++) {
    let deltas = 0;
    for (let view = first, led = 0; led < 2; view++) {
      deltas += 3 * Math.min(growthMax, 2 ** (view - first)) + 2;
      if (!byzantine.has(leaderOf(asView(view)))) led++;
    }
    worst = Math.max(worst, deltas);
  }
  return worst;
}

/** What of the order chain up to that height is not attested there, if something is not. */
function lagOf(
  { truth }: WholeWatch,
  { frontiers }: AttestOracleState,
  { height, forecast }: Demanded,
): string | undefined {
  if (truth.height < height) return "the attest chain is not known";
  for (const [shard, { round }] of frontiers) {
    if (truth.lost.has(shard)) continue;
    for (let at = round + 1; at <= height; at++) if (truth.mustClaim(shard, at)) return `round ${at} of ${shard}`;
  }
  for (const line of truth.programs.keys()) {
    if (line.height > height) continue;
    for (const [place, { shard, step }] of line.nodes.entries()) {
      if (truth.lost.has(shard) || forecast.roundOf(line, place) === Number.POSITIVE_INFINITY) continue;
      const isAttested = truth.plan.roundOf(line, place) <= (frontiers.get(shard)?.round ?? 0);
      if (!isAttested) return `step ${step} of ${line.height}/${line.index} in ${shard}`;
    }
  }
  return undefined;
}
