// Both chains as one replica: programs are ordered, run by the committees of their shards, affirmed and attested.

import { type AttestBlock, limits, type ShardName } from "@tandem/shared";
import { type Instance, Random } from "@tandem/simulator";
import type { CheckContext, Checker } from "../checkers/checker.ts";
import type { Habit, HabitContext } from "../habits/habit.ts";
import type { HabitName } from "../habits/index.ts";
import { Forge } from "../habits/order/forge.ts";
import type { OrderTools } from "../habits/order/tools.ts";
import { Workshop } from "../habits/order/workshop.ts";
import { Conspiracy } from "../habits/whole/conspiracy.ts";
import { Places } from "../habits/whole/on-attest.ts";
import { Losses } from "../losses.ts";
import type { ReplicaRoom } from "../nodes/order-node.ts";
import { createWholeNetwork, planOf, type WholeNetwork } from "../nodes/whole-network.ts";
import { WholeNode } from "../nodes/whole-node.ts";
import { type Wire, wireOf } from "../nodes/wire.ts";
import type { Block } from "../payload/block.ts";
import type { Violation } from "../report.ts";
import type { Setting } from "../setting.ts";
import { genesisInfoOf, Sight } from "../whole/sight.ts";
import { BlobWork } from "../work/blob-work.ts";
import { BlobStream, habitPayersFrom, shardNamesOf } from "../work/blobs.ts";
import { payerOf } from "../work/payers.ts";
import { programDraw } from "../work/program-draw.ts";
import type { Give } from "../work/work.ts";
import type { NodeOptions, Stage } from "./stage.ts";

export class WholeStage implements Stage {
  readonly work: BlobWork;
  readonly #setting: Setting;
  readonly #network: WholeNetwork;
  readonly #room: ReplicaRoom;
  readonly #forge: Forge;
  readonly #workshop: Workshop;
  readonly #wire: Wire;
  readonly #places: Places;
  readonly #attestBlocks = new Map<string, AttestBlock>();
  /** Items of work that were asked for. */
  #items = 0;
  /** Made with the checkers, and with the first node. */
  #sight: Sight | undefined;
  #conspiracy: Conspiracy | undefined;
  #isDrained = false;

  constructor(setting: Setting, room: ReplicaRoom, give: Give) {
    this.#setting = setting;
    this.#room = room;
    this.#wire = wireOf(setting, room);
    this.#network = createWholeNetwork(setting, room);
    const { order } = this.#network.replica;
    this.#places = new Places(this.#network.attestSeats, setting.weights.length);
    this.work = this.#createWork(give);
    const { work } = this;
    this.#forge = new Forge(order, (root) => work.known(root)?.bytes);
    this.#workshop = new Workshop(order.network, (blob) => work.enter(blob));
  }

  #createWork(give: Give): BlobWork {
    const setting = this.#setting;
    const { seed } = setting.world;
    const { programsPpm, itemsMax } = planOf(setting);
    const { ground, replica } = this.#network;
    const height = () => this.#sight?.watch.final.length ?? 0;
    const draw = programDraw({ ground, random: new Random(seed, "programs"), programsPpm, height });
    const stream = new BlobStream(setting.blobs, replica.order.network, new Random(seed, "blobs"), draw);
    const bounded = { next: () => (this.#items++ < itemsMax ? stream.next() : []) };
    // A blob that gives way to another of its load is accepted, and yet nobody shows it.
    const submit: Give = (instance, input, atMs) => {
      if (input.kind === "submit") this.#sight?.watch.book.learn(input.bytes);
      give(instance, input, atMs);
    };
    // O10: what touches a shard that is behind waits in pools until it is not.
    // In silence, who was away hears of what it missed by a heartbeat.
    const heldMs = () => setting.heartbeatMs + (isLaggingIn(setting) ? (this.#sight?.lag.boundMs() ?? 0) : 0);
    const losses = new Losses(setting);
    const trusted = trustedOf(setting).filter((instance) => !losses.has(instance));
    return new BlobWork({ setting, stream: bounded, trusted, give: submit, heldMs });
  }

  get keys() {
    return this.#network.keys;
  }

  get genesis() {
    return genesisInfoOf(this.#network).order;
  }

  toolsOf(plan: number): OrderTools {
    const payer = payerOf(habitPayersFrom(this.#setting.blobs) + plan);
    return { forge: this.#forge, workshop: this.#workshop, payer };
  }

  createHabits(name: HabitName, context: HabitContext): readonly Habit[] {
    return (this.#conspiracy as Conspiracy).createHabits(name, context);
  }

  createCheckers(context: CheckContext, blocks: ReadonlyMap<string, Block>): readonly Checker[] {
    this.#sight = new Sight({
      setting: this.#setting,
      network: this.#network,
      places: this.#places,
      work: this.work,
      context,
      blocks,
      attestBlocks: this.#attestBlocks,
    });
    return this.#sight.createCheckers();
  }

  get #lost() {
    const { lost } = planOf(this.#setting);
    const name = lost === null ? undefined : shardNamesOf(this.#setting.blobs)[lost.shard];
    return lost === null || name === undefined ? undefined : { shard: name, how: lost.how };
  }

  step(): void {}

  /** All shards catch up, and nothing is left at the end (R5). Observers are told of nothing in silence. */
  demand(nowMs: number): Omit<Violation, "timeMs"> | undefined {
    const { lag, whole, watch } = this.#sight as Sight;
    const held: readonly Instance[] = trustedOf(this.#setting);
    const [instance = 0] = held;
    const late = lag.look(nowMs, held);
    if (late !== undefined) return { checker: "lag", what: late, instance };
    if (lag.met === 0 || whole.truth.height < watch.final.length - 1) return undefined;
    if (!this.#isAllSubmitted(nowMs) || !lag.isDrained(held)) return undefined;
    this.#isDrained = true;
    if (whole.truth.left > 0) return undefined;
    const what = whole.truth.endProblem((shard) => whole.final.frontiers.get(shard)?.contracts);
    return what === undefined ? undefined : { checker: "truth", what, instance };
  }

  #isAllSubmitted(nowMs: number): boolean {
    const { kind, burstMs } = this.#setting.workload;
    const isOver = kind === "idle" && nowMs > burstMs;
    return (isOver || this.#items >= planOf(this.#setting).itemsMax) && !this.work.isOpen;
  }

  get slowestPercent(): number {
    return this.#sight?.lag.slowestPercent ?? 0;
  }

  isDone(): boolean {
    return this.#isDrained;
  }

  felt(): Readonly<Record<string, number>> {
    const { lag, felt, outages, watch, whole, losses, unmarked, disputes } = this.#sight as Sight;
    return {
      ...felt.counts,
      ...outages.counts,
      "catch-ups": lag.met,
      "rounds left at most": lag.deepest,
      drained: this.#isDrained ? 1 : 0,
      ...(planOf(this.#setting).lost !== null && { "nodes that wait for a lost shard": whole.truth.left }),
      ...(planOf(this.#setting).lost?.how === "lies" && disputes.counts),
      ...(losses.size > 0 && { "rounds executed without a mark": unmarked.rounds }),
      ...(isLaggingIn(this.#setting) && { "shard-behind": this.work.refusedBehind }),
      "order blocks": watch.final.length,
    };
  }

  followed(): null {
    return null;
  }

  createNode(options: NodeOptions): WholeNode {
    const { observed, executeUs } = planOf(this.#setting);
    const names: readonly ShardName[] = shardNamesOf(this.#setting.blobs);
    const isObserver = options.seat >= this.#setting.weights.length;
    this.#conspiracy ??= new Conspiracy({
      network: this.#network,
      places: this.#places,
      attest: (this.#sight as Sight).attest,
      plans: this.#setting.habits,
      lost: this.#lost,
      ledger: options.ledger,
    });
    return new WholeNode({
      ...options,
      network: this.#network,
      room: this.#room,
      wire: this.#wire,
      places: this.#places,
      attestLedger: this.#conspiracy.ledger,
      attestBlocks: this.#attestBlocks,
      follows: isObserver ? observed.flatMap((shard) => names[shard] ?? []) : undefined,
      executeUs,
    });
  }
}

/** Shards may lag little. */
function isLaggingIn({ blobs }: Setting): boolean {
  return blobs.lagMax < limits.lagMax || blobs.pendingMax < limits.pendingMax;
}

/** Honest validators: an observer may be behind without anybody telling it. */
function trustedOf({ world, weights, habits: plans }: Setting): number[] {
  const byzantine = new Set(plans.map(({ seat }) => seat));
  return world.instances.flatMap(({ seat }, instance) =>
    seat < weights.length && !byzantine.has(seat) ? [instance] : [],
  );
}
