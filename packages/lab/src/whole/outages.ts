// R8: where a shard stood still because the members of its committee that were up were no quorum, and whether it caught up.
// Only what is sure counts: members are down by crashes and pauses of the setting, or silent by habit; and what the shard had
// to claim meanwhile was not attested when that was over.

import type { Fault } from "@tandem/simulator";
import type { WholeWatch } from "../checkers/whole/whole-watch.ts";
import { planOf } from "../nodes/whole-network.ts";
import type { CommitteeSeat, Setting } from "../setting.ts";
import { shardNamesOf } from "../work/blobs.ts";

const lookEveryMs = 50;
const silentHabits: readonly string[] = ["silent", "silent-follower"];

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The time in which a shard is below its quorum, and the first round that it had to claim then. */
interface Outage extends Span {
  readonly shard: string;
  round: number | undefined;
  isOver: boolean;
}

export class Outages {
  readonly #watch: WholeWatch;
  readonly #outages: readonly Outage[];
  #nextLookMs = 0;

  constructor(setting: Setting, watch: WholeWatch) {
    this.#watch = watch;
    this.#outages = outagesOf(setting);
  }

  look(nowMs: number): void {
    if (nowMs < this.#nextLookMs) return;
    this.#nextLookMs = nowMs + lookEveryMs;
    for (const outage of this.#outages) {
      if (outage.isOver || nowMs < outage.fromMs) continue;
      if (nowMs < outage.toMs) outage.round ??= this.#owedBy(outage.shard);
      else this.#end(outage);
    }
  }

  /** What was on its way when they went down may have come in. */
  #end(outage: Outage): void {
    outage.isOver = true;
    if (outage.round !== undefined && outage.round <= this.#attestedOf(outage.shard)) outage.round = undefined;
  }

  #owedBy(shard: string): number | undefined {
    const round = this.#watch.truth.lastRoundOf(shard);
    return round > this.#attestedOf(shard) ? round : undefined;
  }

  #attestedOf(shard: string): number {
    return this.#watch.final.frontiers.get(shard)?.round ?? 0;
  }

  get counts(): Readonly<Record<string, number>> {
    const felt = this.#outages.filter(({ isOver, round }) => isOver && round !== undefined);
    const healed = felt.filter(({ shard, round }) => this.#attestedOf(shard) >= (round as number));
    return { "shards below quorum": felt.length, "shards below quorum, caught up": healed.length };
  }
}

function outagesOf(setting: Setting): Outage[] {
  const { committees, lost } = planOf(setting);
  const { faults, healAtMs } = setting.world;
  const times = [...new Set([0, ...faults.flatMap(({ fromMs, toMs }) => [fromMs, toMs]), healAtMs])];
  const edges = times.filter((time) => time <= healAtMs).sort((a, b) => a - b);
  return shardNamesOf(setting.blobs).flatMap((shard, place) => {
    if (lost?.shard === place) return [];
    const members = committees[place] ?? [];
    return joined(edges, (atMs) => !hasQuorum(setting, members, atMs)).map((span): Outage => {
      return { ...span, shard, round: undefined, isOver: false };
    });
  });
}

/** Spans between edges for which this is so, those that touch as one. */
function joined(edges: readonly number[], isSo: (atMs: number) => boolean): Span[] {
  const spans: Span[] = [];
  for (const [index, toMs] of edges.entries()) {
    const fromMs = edges[index - 1];
    if (fromMs === undefined || !isSo(fromMs)) continue;
    const last = spans.at(-1);
    if (last?.toMs === fromMs) spans[spans.length - 1] = { fromMs: last.fromMs, toMs };
    else spans.push({ fromMs, toMs });
  }
  return spans;
}

function hasQuorum(setting: Setting, members: readonly CommitteeSeat[], atMs: number): boolean {
  const total = members.reduce((sum, { weight }) => sum + weight, 0);
  const up = members.reduce((sum, { seat, weight }) => sum + (isUp(setting, seat, atMs) ? weight : 0), 0);
  return 3 * up > 2 * total;
}

function isUp({ habits, world }: Setting, seat: number, atMs: number): boolean {
  if (habits.some((plan) => plan.seat === seat && silentHabits.includes(plan.habit))) return false;
  const stops = (fault: Fault, instance: number) =>
    (fault.kind === "pause" || (fault.kind === "crash" && fault.moment === "at-once")) &&
    fault.instance === instance &&
    fault.fromMs <= atMs &&
    atMs < fault.toMs;
  return world.instances.some(
    (each, instance) => each.seat === seat && !world.faults.some((fault) => stops(fault, instance)),
  );
}
