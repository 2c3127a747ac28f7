// Both chains as one replica: programs are ordered, run by the committees of their shards, affirmed and attested.

import { roundBounds } from "@tandem/execution";
import type { AttestBlock, View } from "@tandem/shared";
import { attestHeaderCodec, limits, orderHeaderCodec, type ShardName } from "@tandem/shared";
import { type Instance, Random } from "@tandem/simulator";
import { admission } from "../checkers/admission.ts";
import type { CheckContext, Checker } from "../checkers/checker.ts";
import { diverged } from "../checkers/diverged.ts";
import { createCheckers } from "../checkers/index.ts";
import { restateLeader } from "../checkers/leader-draw.ts";
import { BlobBook } from "../checkers/order/blob-book.ts";
import { conserved } from "../checkers/order/conserved.ts";
import { durableBlobs } from "../checkers/order/durable-blobs.ts";
import { exchangeBounds } from "../checkers/order/exchange-bounds.ts";
import { type CitableBlock, Oracle } from "../checkers/order/oracle.ts";
import { orderedOnce } from "../checkers/order/ordered-once.ts";
import { type Clocks, recompute } from "../checkers/order/recompute.ts";
import { Watch } from "../checkers/order/watch.ts";
import { Progress } from "../checkers/progress.ts";
import { VoteBook } from "../checkers/vote-book.ts";
import { affirmedOnce } from "../checkers/whole/affirmed-once.ts";
import { AttestOracle, type OracleShard } from "../checkers/whole/attest-oracle.ts";
import { contents } from "../checkers/whole/contents.ts";
import { evidenceProblem } from "../checkers/whole/evidence-rules.ts";
import { Lag } from "../checkers/whole/lag.ts";
import { alarms, attestBlock, idle, truth } from "../checkers/whole/stage-two.ts";
import { Truth } from "../checkers/whole/truth.ts";
import { WholeWatch } from "../checkers/whole/whole-watch.ts";
import type { Habit, HabitContext } from "../habits/habit.ts";
import { type HabitName, habitNamesOf, habits } from "../habits/index.ts";
import { Ledger } from "../habits/ledger.ts";
import { Forge } from "../habits/order/forge.ts";
import type { OrderTools } from "../habits/order/tools.ts";
import { Workshop } from "../habits/order/workshop.ts";
import { AttestForge } from "../habits/whole/attest-forge.ts";
import { attestLeaderHabits } from "../habits/whole/index.ts";
import { attestBlocksIn, onAttest, Places } from "../habits/whole/on-attest.ts";
import type { WholeTools } from "../habits/whole/tools.ts";
import type { ReplicaRoom } from "../nodes/order-node.ts";
import { createWholeNetwork, planOf, type WholeNetwork } from "../nodes/whole-network.ts";
import { WholeNode } from "../nodes/whole-node.ts";
import { type Wire, wireOf } from "../nodes/wire.ts";
import type { Block } from "../payload/block.ts";
import type { Violation } from "../report.ts";
import type { Setting } from "../setting.ts";
import { Felt } from "../whole/felt.ts";
import { BlobWork } from "../work/blob-work.ts";
import { BlobStream, habitPayersFrom, shardNamesOf } from "../work/blobs.ts";
import { payerOf } from "../work/payers.ts";
import { programDraw } from "../work/program-draw.ts";
import type { Give } from "../work/work.ts";
import type { NodeOptions, Stage } from "./stage.ts";

/** What the checkers of one run share. */
interface Sight {
  readonly watch: Watch;
  readonly whole: WholeWatch;
  readonly lag: Lag;
  readonly felt: Felt;
  readonly attest: CheckContext;
}

export class WholeStage implements Stage {
  readonly work: BlobWork;
  readonly #setting: Setting;
  readonly #network: WholeNetwork;
  readonly #room: ReplicaRoom;
  readonly #forge: Forge;
  readonly #attestForge: AttestForge;
  readonly #workshop: Workshop;
  readonly #wire: Wire;
  readonly #places: Places;
  readonly #attestBlocks = new Map<string, AttestBlock>();
  #items = 0;
  /** Made with the checkers, and with the first node. */
  #sight: Sight | undefined;
  #attestLedger: Ledger | undefined;
  #isDrained = false;

  constructor(setting: Setting, room: ReplicaRoom, give: Give) {
    const { seed } = setting.world;
    this.#setting = setting;
    this.#room = room;
    this.#wire = wireOf(setting, room);
    this.#network = createWholeNetwork(setting, room);
    const { replica, ground, attestSeats } = this.#network;
    this.#places = new Places(attestSeats, setting.weights.length);
    const { network } = replica.order;
    const { programsPpm, itemsMax } = planOf(setting);
    const height = () => this.#sight?.watch.final.length ?? 0;
    const draw = programDraw({ ground, random: new Random(seed, "programs"), programsPpm, height });
    const stream = new BlobStream(setting.blobs, network, new Random(seed, "blobs"), draw);
    const bounded = { next: () => (this.#items++ < itemsMax ? stream.next() : []) };
    const submit: Give = (instance, input, atMs) => {
      if (input.kind === "submit") this.#sight?.watch.book.learn(input.bytes);
      give(instance, input, atMs);
    };
    // O10: what touches a shard that is behind waits in pools until it is not.
    const isLagging = isLaggingIn(setting);
    const heldMs = () => (isLagging ? (this.#sight?.lag.boundMs() ?? 0) : 0);
    this.work = new BlobWork({ setting, stream: bounded, trusted: trustedOf(setting), give: submit, heldMs });
    const { work } = this;
    this.#forge = new Forge(replica.order, (root) => work.known(root)?.bytes);
    this.#workshop = new Workshop(network, (blob) => work.enter(blob));
    const { header } = replica.setting.network;
    const first = { header: { height: header.height, order: replica.setting.orderGenesis } };
    this.#attestForge = new AttestForge(attestHeaderCodec.root(header), first);
  }

  get keys() {
    return this.#network.keys;
  }

  get genesis() {
    const { header } = this.#network.replica.order;
    const { epoch, view, height, parent } = header;
    return { epoch, view, height, parent, root: orderHeaderCodec.root(header) };
  }

  get #attestGenesis() {
    const { header } = this.#network.replica.setting.network;
    const { epoch, view, height, parent } = header;
    return { epoch, view, height, parent, root: attestHeaderCodec.root(header) };
  }

  // Habits.

  toolsOf(plan: number): OrderTools {
    const payer = payerOf(habitPayersFrom(this.#setting.blobs) + plan);
    return { forge: this.#forge, workshop: this.#workshop, payer };
  }

  /** Those of consensus are at work on both chains. */
  createHabits(name: HabitName, order: HabitContext): readonly Habit[] {
    const attest = this.#attestContext(order);
    const { whole } = attest;
    const make = habits[name];
    const made: Habit[] = [onAttest(this.#learning(), this.#places)];
    if (!Object.hasOwn(attestLeaderHabits, name)) made.push(make({ ...order, whole }));
    if (Object.hasOwn(attestLeaderHabits, name) || habitNamesOf.consensus.includes(name))
      made.push(onAttest(make(attest), this.#places));
    return made;
  }

  /** As its consensus on the attest chain sees it. */
  #attestContext(order: HabitContext): HabitContext {
    const { attest } = this.#sight as Sight;
    const places = this.#places;
    const asAttest = ({ seat, sign }: HabitContext["signer"]) => ({ seat: places.seatOf(seat) as typeof seat, sign });
    const { network } = this.#network.replica.setting;
    const own = {
      electorate: network.electorate,
      signer: asAttest(order.signer),
      accomplices: order.accomplices.map(asAttest),
      leaderOf: attest.leaderOf,
      ledger: this.#attestLedger as Ledger,
    };
    const whole: WholeTools = {
      ...{ forge: this.#attestForge, places, attest: own, network: network.root },
      shards: network.shards,
    };
    return { ...order, ...own, peers: order.peers.map((peer) => places.seatOf(peer)), whole };
  }

  /** Tells the forge of attest blocks what a Byzantine node hears and says. */
  #learning(): Habit {
    const forge = this.#attestForge;
    return {
      input: (input) => {
        if (input.kind === "message") for (const block of attestBlocksIn(input.message)) forge.learn(block);
        return input;
      },
      effects: (effects) => {
        for (const effect of effects)
          if (effect.kind === "broadcast") for (const block of attestBlocksIn(effect.message)) forge.learn(block);
        return effects;
      },
    };
  }

  // Checkers.

  createCheckers(context: CheckContext, blocks: ReadonlyMap<string, Block>): readonly Checker[] {
    const sight = this.#createSight(context, blocks);
    this.#sight = sight;
    const { faults } = this.#setting.world;
    const isClockSteady = !faults.some((fault) => fault.kind === "clock-jump");
    const { watch, whole, felt, attest } = sight;
    const { validators, validatorAt } = this.#seatFacts(context);
    return [
      feeling(felt),
      ...createCheckers(attest, { ...this.#setting, stage: "whole" }, this.#attestBlocks as never).map(ofAttest),
      attestBlock(whole),
      truth(whole),
      affirmedOnce(whole, { validators, validatorAt }),
      contents(whole),
      idle(),
      alarms(),
      recompute(watch, this.#clocks(isClockSteady)),
      conserved(watch),
      orderedOnce(watch),
      durableBlobs(watch, blocks),
      exchangeBounds(watch, context, isClockSteady),
      admission(this.work),
      diverged(),
      this.#orderProgress as Progress,
      ofAttest(this.#attestProgress as Progress),
    ];
  }

  #orderProgress: Progress | undefined;
  #attestProgress: Progress | undefined;

  #seatFacts({ seats }: CheckContext) {
    const { shards } = this.#network.replica.setting.network;
    const validatorAt = (shard: string, seat: number) => shards.get(shard as ShardName)?.peers[seat];
    return { validators: seats, validatorAt };
  }

  #createSight(context: CheckContext, blocks: ReadonlyMap<string, Block>): Sight {
    const attest = this.#attestCheckContext(context);
    const { genesis, network, header } = this.#network.replica.order;
    const book = new BlobBook();
    const attestedAt = (height: number): CitableBlock | undefined => this.#citableAt(whole, height);
    const { leaderOf } = context;
    const oracle = new Oracle({ genesis, network, firstHeader: header, book, blocks, leaderOf, attestedAt });
    const watch = new Watch(oracle, book, (id) => this.work.submitted(id)?.bytes);
    const whole: WholeWatch = this.#createWholeWatch(context, attest, watch, () => whole);
    this.#orderProgress = new Progress(context);
    this.#attestProgress = new Progress(attest);
    const lag = new Lag({
      watch: whole,
      order: { context, progress: this.#orderProgress },
      attest: { context: attest, progress: this.#attestProgress },
      executeMs: planOf(this.#setting).executeUs / 1000,
    });
    return { watch, whole, lag, felt: new Felt(whole), attest };
  }

  #attestCheckContext({ byzantine, seats, deltaMs }: CheckContext): CheckContext {
    const { replica, keys, attestSeats } = this.#network;
    const { attestWeights } = planOf(this.#setting);
    const weights = attestSeats.map((validator) => attestWeights[validator] as number);
    const own = new Set([...byzantine].map((validator) => this.#places.seatOf(validator)));
    const leaderOf = (view: View) => restateLeader(keys.leaderSeed, weights, view);
    return {
      electorate: replica.setting.network.electorate,
      genesis: this.#attestGenesis,
      weights,
      byzantine: own,
      seats: seats.map((seat) => this.#places.seatOf(seat)),
      deltaMs,
      leaderOf,
      votes: new VoteBook(weights, own),
    };
  }

  #createWholeWatch(context: CheckContext, attest: CheckContext, watch: Watch, self: () => WholeWatch): WholeWatch {
    const { setting, order } = this.#network.replica;
    const { genesis } = order;
    const { electorate, root, shards: places } = setting.network;
    const shards = new Map(
      [...places].map(([name, { committee, peers, genesis: begun }]): [string, OracleShard] => {
        return [name, { committee, peers, genesis: begun.frontier }];
      }),
    );
    const electorates = { order: setting.order, attest: electorate };
    const validatorAt = (chain: "order" | "attest", seat: number) =>
      chain === "order" ? seat : this.#places.validatorOf(seat);
    const isByzantine = (validator: number) => context.byzantine.has(validator);
    const oracle = new AttestOracle({
      genesisRoot: this.#attestGenesis.root,
      orderGenesis: order.root,
      network: root,
      scheme: electorate.scheme,
      shards,
      blocks: this.#attestBlocks,
      leaderOf: attest.leaderOf,
      finalOrder: (height) => {
        const state = watch.stateAt(height);
        return state && { root: state.root, attested: state.header.attested.height };
      },
      isStranger: (peer, claim) => !isByzantine(peer) && !self().hasAffirmed(peer, claim),
      evidenceProblem: (evidence) => evidenceProblem({ electorates, shards, validatorAt, isByzantine }, evidence),
    });
    const own = new Truth({
      genesis,
      bounds: roundBounds(genesis.limits),
      frontiersAt: (height) => {
        const state = self().finalAt(height);
        return state && Object.fromEntries([...state.frontiers].map(([shard, { round }]) => [shard, round]));
      },
    });
    const { votes } = attest;
    return new WholeWatch({ truth: own, oracle, blocks: this.#attestBlocks, votes, validators: context.seats });
  }

  #citableAt(whole: WholeWatch, height: number): CitableBlock | undefined {
    const state = whole.finalAt(height);
    if (state === undefined) return undefined;
    const progressOf = (shard: string) => {
      const frontier = state.frontiers.get(shard);
      return { round: frontier?.round ?? 0, pending: frontier?.pending.count ?? 0 };
    };
    return { root: state.root, progressOf };
  }

  #clocks(isSteady: boolean): Clocks {
    const { world, blobs } = this.#setting;
    return {
      leadMs: blobs.clockLeadMs,
      latestMs: (instance, timeUs) => {
        const { driftPpm = 0, aheadMs = 0 } = world.instances[instance] ?? {};
        return isSteady ? timeUs / 1000 + (timeUs * driftPpm) / 1e9 + aheadMs : undefined;
      },
    };
  }

  // The run.

  step(): void {}

  /** All shards catch up, and nothing is left at the end (R5). */
  demand(nowMs: number): Omit<Violation, "timeMs"> | undefined {
    const { lag, whole } = this.#sight as Sight;
    const held = this.#held();
    const [instance = 0] = held;
    const late = lag.look(nowMs, held);
    if (late !== undefined) return { checker: "lag", what: late, instance };
    if (lag.met === 0 || !this.#isAllSubmitted(nowMs) || !lag.isDrained(held)) return undefined;
    this.#isDrained = true;
    const what = whole.truth.endProblem((shard) => whole.final.frontiers.get(shard)?.contracts);
    return what === undefined ? undefined : { checker: "truth", what, instance };
  }

  #isAllSubmitted(nowMs: number): boolean {
    const { kind, burstMs } = this.#setting.workload;
    const isOver = kind === "idle" && nowMs > burstMs;
    return (isOver || this.#items >= planOf(this.#setting).itemsMax) && !this.work.isOpen;
  }

  /** Observers are told of nothing in silence. */
  #held(): readonly Instance[] {
    return trustedOf(this.#setting);
  }

  get slowestPercent(): number {
    return this.#sight?.lag.slowestPercent ?? 0;
  }

  isDone(): boolean {
    return this.#isDrained;
  }

  felt(): Readonly<Record<string, number>> {
    const { lag, felt, watch } = this.#sight as Sight;
    return {
      ...felt.counts,
      "catch-ups": lag.met,
      "rounds left at most": lag.deepest,
      drained: this.#isDrained ? 1 : 0,
      ...(isLaggingIn(this.#setting) && { "shard-behind": this.work.refusedBehind }),
      "order blocks": watch.final.length,
    };
  }

  followed(): null {
    return null;
  }

  createNode(options: NodeOptions): WholeNode {
    const { seat } = options;
    const { observed, executeUs } = planOf(this.#setting);
    const names = shardNamesOf(this.#setting.blobs);
    const isObserver = seat >= this.#setting.weights.length;
    this.#attestLedger ??= this.#createLedger(options.ledger);
    return new WholeNode({
      ...options,
      network: this.#network,
      room: this.#room,
      wire: this.#wire,
      places: this.#places,
      attestLedger: this.#attestLedger,
      attestBlocks: this.#attestBlocks,
      follows: isObserver ? observed.flatMap((shard) => names[shard] ?? []) : undefined,
      executeUs,
    });
  }

  #createLedger(ledger: Ledger): Ledger {
    const { attest } = this.#sight as Sight;
    const seatsWith = (name: HabitName) =>
      new Set(this.#setting.habits.filter(({ habit }) => habit === name).map(({ seat }) => this.#places.seatOf(seat)));
    return new Ledger({
      seats: attest.seats,
      silent: seatsWith("silent"),
      twins: seatsWith("twins"),
      leaderOf: attest.leaderOf,
      counts: ledger.counts,
    });
  }
}

/** A checker of consensus, at the attest chain. */
function ofAttest(checker: Checker): Checker {
  return {
    name: checker.name,
    onObservation(observation, instance, timeUs) {
      if (observation.kind !== "attest") return undefined;
      const what = checker.onObservation(observation.observation, instance, timeUs);
      return what === undefined ? undefined : `attest chain: ${what}`;
    },
  };
}

function feeling(felt: Felt): Checker {
  return {
    name: "truth",
    onObservation(observation, instance) {
      felt.see(observation, instance);
      return undefined;
    },
  };
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
