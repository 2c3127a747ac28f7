// O10 as an experiment: how far shards are behind under twice the load that saturates them, with the limits on lag and
// without.
//
// What saturates. Each shard is executed by one core, and each node of a program takes that core `nodeMs`. A program has two
// steps in two shards, the second with the outcome of the first. So a shard does 1,000 / nodeMs nodes a second, and all
// together half as many programs as nodes. Order blocks, affirmations and attest blocks have room for much more.
//
// What is offered. Arrivals at a steady rate, each by the next payer in turn; where its blob was refused, the same blob is
// offered again. Nobody waits for anything, so with O10 what is too much is refused at the door (`shard-behind`), and without
// it is ordered.
//
// What is measured. The lag of a shard: final heights that touched it and that no attested claim covers, at each moment.

import { limits } from "@tandem/shared";
import { Random } from "@tandem/simulator";
import { probe } from "../rounds/probe.ts";
import type { Chart } from "./chart.ts";
import { percentile } from "./figures.ts";
import { committeesAround, shardNames } from "./network.ts";
import { programOf } from "./programs.ts";
import { ExperimentWorld, type Receipt } from "./world.ts";

export interface LagPlan {
  readonly seed: number;
  /** Virtual seconds of load. */
  readonly seconds: number;
  /** Load for each that saturates. */
  readonly overload: number;
  readonly hasLimits: boolean;
  readonly onSecond?: (second: number) => void;
}

/** Of one second: of all shards and moments in it. */
export interface LagSecond {
  readonly p50: number;
  readonly p99: number;
}

export interface LagSeries {
  readonly seed: number;
  readonly hasLimits: boolean;
  readonly lagMax: number;
  readonly pendingMax: number;
  readonly shards: number;
  /** Programs a second: what saturates, and what was offered. */
  readonly saturating: number;
  readonly offered: number;
  readonly ordered: number;
  readonly attested: number;
  /** Offers that were refused because a shard was behind; all others were accepted. */
  readonly refused: number;
  readonly lag: readonly LagSecond[];
  /** Heights a second by which the median grows in the second half. */
  readonly growth: number;
  /** Order blocks a second. */
  readonly heights: number;
  /** From ordered to attested, of programs that came so far in the second half. */
  readonly waitMs: { readonly p50: number; readonly p99: number };
}

const validators = 4;
const shardCount = 4;
const payers = 64;
/** One node of a program, on the core of its shard. */
const nodeMs = 50;
const sampleMs = 100;
/** O10: about a second of blocks, and as many programs as a shard runs in three. */
const limited = { lagMax: 10, pendingMax: 60 };
const unlimited = { lagMax: limits.lagMax, pendingMax: limits.pendingMax };

export function runLag(plan: LagPlan): LagSeries {
  return new LagRun(plan).run();
}

class LagRun {
  readonly #plan: LagPlan;
  readonly #world: ExperimentWorld;
  readonly #random: Random;
  readonly #shards = shardNames(shardCount);
  /** By payer: the blob that was refused. */
  readonly #refused = new Map<number, string>();
  readonly #samples: number[][] = [];
  #offers = 0;
  #refusals = 0;

  constructor(plan: LagPlan) {
    const { seed, hasLimits } = plan;
    this.#plan = plan;
    this.#random = new Random(seed, "lag");
    this.#world = new ExperimentWorld({
      seed,
      validators,
      payers,
      shards: committeesAround(validators, this.#shards, validators),
      contracts: this.#shards.map((shard) => ({ name: `${shard}/work`, environment: "probe", config: 0n })),
      environments: [probe],
      limits: hasLimits ? limited : unlimited,
      executeUs: ({ lanes }) => lanes.reduce((sum, { content }) => sum + 1000 * nodeMs * content.nodes.length, 0),
    });
    this.#world.onReceipt = (receipt) => this.#onReceipt(receipt);
  }

  run(): LagSeries {
    const { seconds } = this.#plan;
    for (let second = 0; second < seconds; second++) {
      const samples: number[] = [];
      for (let atMs = 1000 * second; atMs < 1000 * (second + 1); atMs += sampleMs) {
        this.#offer(atMs, atMs + sampleMs);
        this.#world.run(atMs + sampleMs);
        for (const shard of this.#shards) samples.push(this.#world.tracker.unclaimed(shard));
      }
      this.#samples.push(samples.sort((a, b) => a - b));
      this.#plan.onSecond?.(second + 1);
    }
    return this.#series();
  }

  get #rates() {
    const saturating = (shardCount * 1000) / nodeMs / 2;
    return { saturating, offered: this.#plan.overload * saturating };
  }

  #offer(fromMs: number, toMs: number): void {
    const { offered } = this.#rates;
    for (; (1000 * this.#offers) / offered < toMs; this.#offers++) {
      const atMs = Math.max(fromMs, Math.floor((1000 * this.#offers) / offered));
      const payer = this.#offers % payers;
      const refused = this.#refused.get(payer);
      this.#refused.delete(payer);
      const instance = payer % validators;
      if (refused !== undefined) this.#world.submitAgain(refused, instance, atMs);
      else this.#world.submit({ payer, program: this.#draw(this.#offers), instance, atMs });
    }
  }

  /** From one shard to another, with a key of its own in each: programs do not wait for each other. */
  #draw(number: number) {
    const [first = "", second = ""] = this.#random.pickSome(this.#shards, 2);
    const key = `k${number % 5000}`;
    return programOf([
      { at: `${first}/work`, method: "add", args: [key, 1n], keys: [key] },
      { at: `${second}/work`, method: "add", args: [key], keys: [key], isChained: true },
    ]);
  }

  #onReceipt({ root, payer, code }: Receipt): void {
    if (code === undefined) return;
    if (code !== "shard-behind") throw new Error(`a blob was refused: ${code}`);
    this.#refusals++;
    this.#refused.set(payer, root);
  }

  #series(): LagSeries {
    const { seed, seconds, hasLimits } = this.#plan;
    const { tracker } = this.#world;
    const ordered = tracker.programs.filter(({ height }) => height !== undefined);
    const attested = ordered.filter((program) => tracker.attestedMs(program) !== undefined);
    const perSecond = (count: number) => Number((count / seconds).toFixed(1));
    const lag = this.#samples.map((samples) => ({ p50: percentile(samples, 50), p99: percentile(samples, 99) }));
    return {
      seed,
      hasLimits,
      ...(hasLimits ? limited : unlimited),
      shards: shardCount,
      saturating: this.#rates.saturating,
      offered: this.#rates.offered,
      ordered: perSecond(ordered.length),
      attested: perSecond(attested.length),
      refused: this.#refusals,
      lag,
      growth: growthOf(lag.slice(lag.length >> 1).map(({ p50 }) => p50)),
      heights: perSecond(tracker.orders.length),
      waitMs: this.#waits(),
    };
  }

  #waits(): LagSeries["waitMs"] {
    const { tracker } = this.#world;
    const waits: number[] = [];
    for (const program of tracker.programs) {
      const attestedMs = tracker.attestedMs(program) ?? 0;
      if (attestedMs >= 500 * this.#plan.seconds) waits.push(Math.round(attestedMs - (program.orderedMs ?? 0)));
    }
    waits.sort((a, b) => a - b);
    return { p50: percentile(waits, 50), p99: percentile(waits, 99) };
  }
}

/** The slope of the line that fits best. */
function growthOf(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  let above = 0;
  let below = 0;
  for (const [at, value] of values.entries()) {
    above += (at - middle) * value;
    below += (at - middle) ** 2;
  }
  return below === 0 ? 0 : Number((above / below).toFixed(2));
}

/** What `lab lag` draws. */
export function lagChart(all: readonly LagSeries[]): Chart {
  const [{ offered, saturating } = { offered: 0, saturating: 1 }] = all;
  const overload = offered / saturating;
  return {
    title: `Lag of shards under ${overload === 1 ? "" : `${overload} times `}the load that saturates them`,
    xLabel: "virtual seconds",
    yLabel: "touched heights without an attested claim",
    lines: all.map(({ hasLimits, lag }) => ({
      label: hasLimits ? "with O10: median, up to p99" : "without O10: median, up to p99",
      values: lag.map(({ p50 }) => p50),
      most: lag.map(({ p99 }) => p99),
    })),
  };
}
