// The whole replica: consensus and the order chain, over real blobs.

import type { SliceRun } from "@tandem/ordering";
import { limits, orderHeaderCodec, type Root } from "@tandem/shared";
import { type Instance, Random } from "@tandem/simulator";
import { admission } from "../checkers/admission.ts";
import type { CheckContext, Checker } from "../checkers/checker.ts";
import { diverged } from "../checkers/diverged.ts";
import { BlobBook } from "../checkers/order/blob-book.ts";
import { conserved } from "../checkers/order/conserved.ts";
import { durableBlobs } from "../checkers/order/durable-blobs.ts";
import { exchangeBounds } from "../checkers/order/exchange-bounds.ts";
import { Oracle, type OracleState } from "../checkers/order/oracle.ts";
import { orderedOnce } from "../checkers/order/ordered-once.ts";
import { type Clocks, recompute } from "../checkers/order/recompute.ts";
import { slices } from "../checkers/order/slices.ts";
import { Watch } from "../checkers/order/watch.ts";
import { Forge } from "../habits/order/forge.ts";
import type { OrderTools } from "../habits/order/tools.ts";
import { Workshop } from "../habits/order/workshop.ts";
import { createNetwork, type LabNetwork } from "../nodes/order-network.ts";
import { OrderNode, type ReplicaRoom } from "../nodes/order-node.ts";
import { type Wire, wireOf } from "../nodes/wire.ts";
import type { Block } from "../payload/block.ts";
import type { RunReport } from "../report.ts";
import type { Setting } from "../setting.ts";
import { AttestChain } from "../work/attest-chain.ts";
import { BlobWork } from "../work/blob-work.ts";
import { BlobStream, habitPayersFrom, shardNamesOf } from "../work/blobs.ts";
import { Follower } from "../work/follower.ts";
import { payerOf } from "../work/payers.ts";
import type { Give } from "../work/work.ts";
import type { NodeOptions, Stage } from "./stage.ts";

export class OrderStage implements Stage {
  readonly work: BlobWork;
  readonly #setting: Setting;
  readonly #network: LabNetwork;
  readonly #room: ReplicaRoom;
  readonly #forge: Forge;
  readonly #workshop: Workshop;
  readonly #wire: Wire;
  readonly #give: Give;
  readonly #attest: AttestChain;
  readonly #random: Random;
  /** Made with the checkers. */
  #watch: Watch | undefined;
  #follower: Follower | undefined;
  /** Of the attest chain, when nodes last heard of it. */
  #attestedTo = 0;

  constructor(setting: Setting, room: ReplicaRoom, give: Give) {
    const { seed, healAtMs } = setting.world;
    this.#setting = setting;
    this.#room = room;
    this.#wire = wireOf(setting, room);
    this.#give = give;
    this.#network = createNetwork(setting);
    this.#attest = new AttestChain(this.#network, setting.blobs, healAtMs, new Random(seed, "attest"));
    this.#random = new Random(seed, "attest news");
    const stream = new BlobStream(setting.blobs, this.#network.network.network, new Random(seed, "blobs"));
    this.work = new BlobWork({ setting, stream, trusted: trustedOf(setting), give: this.#submit });
    const { work } = this;
    this.#forge = new Forge(this.#network.network, (root) => work.known(root)?.bytes);
    this.#workshop = new Workshop(this.#network.network.network, (blob) => work.enter(blob));
  }

  /** A blob that gives way to another of its load is accepted, and yet nobody shows it. */
  readonly #submit: Give = (instance, input, atMs) => {
    if (input.kind === "submit") this.#watch?.book.learn(input.bytes);
    this.#give(instance, input, atMs);
  };

  toolsOf(plan: number): OrderTools {
    const payer = payerOf(habitPayersFrom(this.#setting.blobs) + plan);
    return { forge: this.#forge, workshop: this.#workshop, payer };
  }

  get keys() {
    return this.#network.keys;
  }

  get genesis() {
    const { header } = this.#network.network;
    const { epoch, view, height, parent } = header;
    return { epoch, view, height, parent, root: orderHeaderCodec.root(header) };
  }

  createCheckers(context: CheckContext, blocks: ReadonlyMap<string, Block>): readonly Checker[] {
    const watch = this.#createWatch(context, blocks);
    const { faults } = this.#setting.world;
    const isClockSteady = !faults.some((fault) => fault.kind === "clock-jump");
    this.#watch = watch;
    this.#follower = this.#setting.blobs.isFollowed ? this.#createFollower(context, watch) : undefined;
    return [
      recompute(watch, this.#clocks(isClockSteady)),
      conserved(watch),
      orderedOnce(watch),
      durableBlobs(watch, blocks),
      exchangeBounds(watch, context, isClockSteady),
      admission(this.work),
      diverged(),
      ...(this.#follower === undefined ? [] : [slices(this.#follower)]),
    ];
  }

  #createWatch({ leaderOf }: CheckContext, blocks: ReadonlyMap<string, Block>): Watch {
    const { genesis, network, header } = this.#network.network;
    const book = new BlobBook();
    const attestedAt = (height: number) => this.#attest.citableAt(height);
    const oracle = new Oracle({ genesis, network, firstHeader: header, book, blocks, leaderOf, attestedAt });
    return new Watch(oracle, book, (id) => this.work.submitted(id)?.bytes);
  }

  #clocks(isSteady: boolean): Clocks {
    const { world, blobs } = this.#setting;
    return {
      leadMs: blobs.clockLeadMs,
      latestMs: (instance, timeUs) => {
        const { driftPpm = 0, aheadMs = 0 } = world.instances[instance] ?? {};
        // No shell shows a time before 0.
        return isSteady ? Math.max(0, timeUs / 1000 + (timeUs * driftPpm) / 1e9 + aheadMs) : undefined;
      },
    };
  }

  #createFollower({ byzantine, seats }: CheckContext, watch: Watch): Follower {
    const { world, blobs } = this.#setting;
    const random = new Random(world.seed, "follower");
    return new Follower({
      electorate: this.#network.keys.electorate,
      shard: random.pick(shardNamesOf(blobs)),
      genesis: this.genesis,
      instances: seats.length,
      byzantine: new Set(seats.flatMap((seat, instance) => (byzantine.has(seat) ? [instance] : []))),
      random,
      give: this.#give,
      stateAt: (height) => watch.stateAt(height),
    });
  }

  step(nowMs: number): void {
    const watch = this.#watch as Watch;
    const final = watch.stateAt(watch.final.length - 1) ?? watch.oracle.first;
    const ref = { height: final.header.height, root: final.root as Root };
    this.#attest.grow(nowMs, { ref, touched: final.touched });
    this.#tellAttested(nowMs, watch);
    this.#follower?.ask(nowMs);
  }

  /** Nodes hear of final attest blocks at different times; who was down hears with the next word. */
  #tellAttested(nowMs: number, watch: Watch): void {
    const { height } = this.#attest;
    if (height === 0) return;
    if (height > this.#attestedTo) watch.refresh();
    this.#attestedTo = height;
    const { world, blobs, deltaMs } = this.#setting;
    const lateMs = nowMs < world.healAtMs ? blobs.attest.lateMs : deltaMs >> 1;
    for (const [instance] of world.instances.entries())
      this.#give(instance, { kind: "attested-to", height }, nowMs + 1 + this.#random.below(lateMs + 1));
  }

  /** O8: a blob to order, or claims to cite that something waits for. */
  #hasWork(instance: Instance): boolean {
    const watch = this.#watch as Watch;
    if (watch.hasWork(instance, this.#attest.height)) return true;
    const cited = watch.stateOf(instance)?.cited ?? 0;
    return this.#attest.height > cited && this.#attest.hasNewsAfter(cited);
  }

  felt(): Readonly<Record<string, number>> {
    const { blobs } = this.#setting;
    const states = this.#finalStates();
    const count = (isSo: (state: OracleState) => boolean) => states.filter(isSo).length;
    const isLagging = blobs.lagMax < limits.lagMax || blobs.pendingMax < limits.pendingMax;
    const isSmall = blobs.blockBytes === limits.blobBytesMax;
    const follower = this.#follower;
    return {
      ...(blobs.attest.everyMs > 0 && { citations: count(({ cited, parent }) => cited > (parent?.cited ?? 0)) }),
      ...(isLagging && { "shard-behind": this.work.refusedBehind + count((state) => this.#isLagging(state)) }),
      ...(isSmall && { "full blocks": count((state) => isFull(state, blobs)) }),
      ...(follower && { "followed blocks": follower.height, "refused slices": follower.refused }),
    };
  }

  /** Of all blocks up to where the stream is: headers with their certificates are much the same for both. */
  followed(): RunReport["followed"] {
    const follower = this.#follower;
    if (follower === undefined) return null;
    const states = this.#finalStates().slice(0, follower.height);
    const blobs = states.flatMap((state) => state.blobs);
    const blobBytes = blobs.reduce((sum, { bytes }) => sum + bytes.length, 0);
    return { bytes: follower.bytes, bytesOfAll: blobBytes + states.length * orderHeaderCodec.bytesMax };
  }

  /** Some shard cannot be touched in the block after this one, unless it cites something newer. */
  #isLagging(state: OracleState): boolean {
    const { oracle } = this.#watch as Watch;
    return shardNamesOf(this.#setting.blobs).some((shard) => oracle.isBehind(shard, state, state.cited));
  }

  #finalStates(): readonly OracleState[] {
    const watch = this.#watch as Watch;
    return watch.final.flatMap((_, height) => watch.stateAt(height) ?? []).slice(1);
  }

  createNode(options: NodeOptions): OrderNode {
    return new OrderNode({
      ...options,
      network: this.#network,
      room: this.#room,
      attest: this.#attest,
      wire: this.#wire,
      hasWork: (instance) => this.#hasWork(instance),
      onSlices: (instance: Instance, run: SliceRun) => this.#follower?.onSlices(instance, run),
    });
  }
}

/** There is no room for one blob more, or little. */
function isFull({ blobs }: OracleState, { blockBlobs, blockBytes }: Setting["blobs"]): boolean {
  const bytes = blobs.reduce((sum, blob) => sum + blob.bytes.length, 0);
  return blobs.length === blockBlobs || 4 * bytes > 3 * blockBytes;
}

/** Honest validators: an observer may be behind without anybody telling it. */
function trustedOf({ world, weights, habits }: Setting): number[] {
  const byzantine = new Set(habits.map(({ seat }) => seat));
  return world.instances.flatMap(({ seat }, instance) =>
    seat < weights.length && !byzantine.has(seat) ? [instance] : [],
  );
}
