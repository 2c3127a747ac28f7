// Followers in a world of shards. The world (execution's own) is the truth: it runs a log and makes every claim. From it
// come the final blocks of both chains; a node follows some shards with executions of its own, and is given everything
// in an order that a seed draws: blocks, contents, answers.

import {
  type GenesisShard,
  genesisShard,
  type PendingProgram,
  type RoundResult,
  type Rules,
  ShardExecution,
} from "@tandem/execution";
import {
  asEpoch,
  asHeight,
  asRound,
  asShardName,
  assert,
  type Frontier,
  type Height,
  MemoryStore,
  type Root,
  readNow,
  type ShardName,
  summarizeClaim,
  toHex,
  zeroRoot,
} from "@tandem/shared";
import type { World } from "../../../execution/test/support/world.ts";
import type { ClaimContent } from "../../src/content/claim-content.ts";
import { Follower } from "../../src/following/follower.ts";
import {
  type ClaimPlace,
  type FinalAttest,
  type FinalOrder,
  type FollowEffect,
  type FollowLimits,
  followLimits,
  placeOf,
  type StartingPoint,
} from "../../src/following/types.ts";

export type Draw = (below: number) => number;

/** A generator of Park and Miller: enough for orders of arrival. */
export function drawFrom(seed: number): Draw {
  let state = (seed % 2147483646) + 1;
  return (below) => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
}

export const contentOf = ({ claim, lanes }: Pick<RoundResult, "claim" | "lanes">): ClaimContent => ({
  claim,
  exports: lanes.map(({ content }) => content.exports),
});

export const placeOfResult = ({ claim }: Pick<RoundResult, "claim">): ClaimPlace => placeOf(summarizeClaim(claim));

/** The two chains of a world whose blocks have been run. */
export class Chains {
  readonly world: World;
  readonly orders: FinalOrder[] = [];
  readonly attests: FinalAttest[] = [];
  readonly contents = new Map<string, ClaimContent>();

  constructor(world: World, draw: Draw = drawFrom(1)) {
    this.world = world;
    for (const result of this.results) this.contents.set(toHex(result.root), contentOf(result));
    const cited = new Map<ShardName, number>();
    for (const { height, citation } of world.blocks) {
      this.#attest(cited, citation, draw);
      const slices = new Map([...world.shards.keys()].map((shard) => [shard, world.sliceOf(height, shard)]));
      const attested = { height: asHeight(this.attests.length), root: zeroRoot };
      this.orders.push({ height: asHeight(height), attested, slices });
    }
    // What no order block cites yet.
    this.#attest(cited, world.citeAll(), draw);
  }

  get results(): readonly RoundResult[] {
    return [...this.world.shards.values()].flatMap(({ results }) => results);
  }

  resultsOf(shard: string): readonly RoundResult[] {
    return this.world.shard(shard).results;
  }

  /** Attests what a citation makes visible, each shard's claims in order, in one block or in several. */
  #attest(cited: Map<ShardName, number>, citation: ReadonlyMap<ShardName, number>, draw: Draw): void {
    const queues = [...citation].map(([shard, to]) => {
      const from = cited.get(shard) ?? 0;
      cited.set(shard, Math.max(from, to));
      const fresh = this.resultsOf(shard).filter(({ claim }) => claim.round > from && claim.round <= to);
      return fresh.map(placeOfResult);
    });
    let claims: ClaimPlace[] = [];
    for (let left = queues.filter((queue) => queue.length > 0); left.length > 0; ) {
      claims.push((left[draw(left.length)] as ClaimPlace[]).shift() as ClaimPlace);
      left = left.filter((queue) => queue.length > 0);
      if (draw(3) > 0 && left.length > 0) continue;
      this.attests.push({ height: asHeight(this.attests.length + 1), claims });
      claims = [];
    }
  }
}

export interface NodePlan {
  readonly shards: readonly string[];
  readonly seats?: readonly string[];
  readonly limits?: Partial<FollowLimits>;
  readonly rules?: Rules;
  readonly draw?: Draw;
  /** Claims whose contents nobody gives. */
  readonly isWithheld?: (shard: ShardName, root: Root) => boolean;
  /** Where it begins, instead of the genesis. */
  readonly starts?: readonly Begun[];
  /** Answers to a held-back affirmation. */
  readonly onAffirm?: (node: FollowerNode, effect: FollowEffect & { kind: "affirm" }) => void;
}

export interface Begun {
  readonly point: StartingPoint;
  readonly execution: ShardExecution;
  readonly store: MemoryStore;
}

/** At the genesis. */
export function atGenesis(chains: Chains, rules: Rules, name: string): Begun {
  const { world } = chains;
  const shard = asShardName(name);
  const store = new MemoryStore();
  const made = readNow((keys) => store.readNow(keys), genesisShard(rules, world.genesis, shard));
  assert(made.ok, "the genesis was run before");
  const { batch, frontier }: GenesisShard = made.value;
  store.write(batch);
  const { bounds } = world.shard(name).execution.setting;
  const execution = new ShardExecution({ shard, epoch: asEpoch(0), rules, bounds }, frontier);
  const base = { round: asRound(0), root: frontier.claim };
  const point = { shard, height: asHeight(0), claims: [base] as const, seen: asHeight(0), waiting: [] };
  return { point, execution, store };
}

/** From a claim in a store, with what was pending then. */
export function atClaim(
  chains: Chains,
  store: MemoryStore,
  frontier: Frontier,
  pending: readonly PendingProgram[],
  seenAt: (done: Height, waiting: StartingPoint["waiting"]) => Height,
  name: string,
): Begun {
  const shard = asShardName(name);
  const { setting } = chains.world.shard(name).execution;
  const execution = new ShardExecution(setting, frontier, pending);
  const height = asHeight(frontier.round);
  const waiting = execution.takeWaiting();
  const order = seenAt(height, waiting);
  const seen = asHeight(order === 0 ? 0 : (chains.orders[order - 1] as FinalOrder).attested.height);
  const claims = [{ round: frontier.round, root: frontier.claim }] as const;
  return { point: { shard, height, claims, seen, waiting }, execution, store };
}

export class FollowerNode {
  readonly follower: Follower;
  readonly chains: Chains;
  readonly #plan: NodePlan;
  readonly #draw: Draw;
  readonly begun: ReadonlyMap<ShardName, Begun>;
  /** What can be delivered next: each list in its order. */
  readonly #lines: (() => readonly FollowEffect[])[][] = [];
  readonly log: FollowEffect[] = [];
  /** The greatest counts that were seen. */
  readonly peaks = { orders: 0, attests: 0, visible: 0, held: 0, expected: 0, own: 0, wants: 0 };

  constructor(chains: Chains, plan: NodePlan) {
    this.chains = chains;
    this.#plan = plan;
    this.#draw = plan.draw ?? (() => 0);
    const starts = plan.starts ?? plan.shards.map((name) => atGenesis(chains, plan.rules ?? chains.world.rules, name));
    this.begun = new Map(starts.map((begun) => [begun.point.shard, begun]));
    this.follower = new Follower({
      starts: starts.map(({ point }) => point),
      seats: new Set((plan.seats ?? plan.shards).map(asShardName)),
      limits: { ...followLimits, ...plan.limits },
    });
  }

  /** All blocks of both chains become final here one after the other. */
  feedAll(): this {
    this.line(this.chains.attests.map((block) => () => this.follower.onAttest(block)));
    this.line(this.chains.orders.map((block) => () => this.follower.onOrder(block)));
    return this;
  }

  line(inputs: readonly (() => readonly FollowEffect[])[]): this {
    if (inputs.length > 0) this.#lines.push([...inputs]);
    return this;
  }

  /** Until nothing is left to deliver. */
  run(): this {
    for (let steps = 0; this.step(); steps++) assert(steps < 100_000, "it comes to an end");
    return this;
  }

  step(): boolean {
    if (this.#lines.length === 0) return false;
    const at = this.#draw(this.#lines.length);
    const line = this.#lines[at] as (() => readonly FollowEffect[])[];
    const input = line.shift() as () => readonly FollowEffect[];
    if (line.length === 0) this.#lines.splice(at, 1);
    this.do(input());
    return true;
  }

  do(effects: readonly FollowEffect[]): void {
    this.#measure();
    for (const effect of effects) {
      this.log.push(effect);
      this.#perform(effect);
    }
  }

  #measure(): void {
    const { shards, wants } = this.follower.counts;
    this.peaks.wants = Math.max(this.peaks.wants, wants);
    for (const counts of shards) {
      for (const [name, count] of Object.entries(counts)) {
        const key = name as keyof typeof counts;
        this.peaks[key] = Math.max(this.peaks[key], count);
      }
    }
  }

  #perform(effect: FollowEffect): void {
    if (effect.kind === "execute" || effect.kind === "recall") this.#execute(effect);
    if (effect.kind === "want-claim") this.#give(effect.shard, effect.root);
    if (effect.kind === "affirm") this.#plan.onAffirm?.(this, effect);
    if (effect.kind !== "want-orders" && effect.kind !== "want-attests") return;
    const { kind, shard, from, upTo } = effect;
    const heights = Array.from({ length: upTo - from + 1 }, (_, at) => from + at - 1);
    this.line(
      heights.map((at) => () => {
        const order = this.chains.orders[at];
        const attest = this.chains.attests[at];
        if (kind === "want-attests") return this.follower.onAttest(attest as FinalAttest);
        const { slices, ...rest } = order as FinalOrder;
        return this.follower.onOrder({ ...rest, slices: new Map([...slices].filter(([name]) => name === shard)) });
      }),
    );
  }

  /** At once; the answer comes later. */
  #execute(effect: FollowEffect & { kind: "execute" | "recall" }): void {
    const { execution, store } = this.begun.get(effect.shard) as Begun;
    let result: RoundResult | undefined;
    if (effect.kind === "recall") execution.recall(effect.visible);
    else result = readNow((keys) => store.readNow(keys), execution.round(effect.input));
    if (result !== undefined) {
      store.write(result.batch);
      this.chains.contents.set(toHex(result.root), contentOf(result));
    }
    const waiting = execution.takeWaiting();
    this.line([() => this.follower.onExecuted(effect.id, { result, waiting })]);
  }

  #give(shard: ShardName, root: Root): void {
    if (this.#plan.isWithheld?.(shard, root) === true) return;
    const content = this.chains.contents.get(toHex(root));
    if (content === undefined) return;
    this.line([() => this.follower.onContent(root, content)]);
  }

  effects<Kind extends FollowEffect["kind"]>(kind: Kind): readonly (FollowEffect & { kind: Kind })[] {
    return this.log.filter((effect): effect is FollowEffect & { kind: Kind } => effect.kind === kind);
  }

  /** Roots of the claims that it made for a shard, in order. */
  claimsOf(shard: string): readonly string[] {
    return this.effects("claimed").flatMap(({ claim, root }) => (claim.shard === shard ? [toHex(root)] : []));
  }
}

export const rootsOf = (results: readonly RoundResult[]): readonly string[] => results.map(({ root }) => toHex(root));
