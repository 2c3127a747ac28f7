// All that the checkers of one run of the whole stage share, and the checkers.

import { roundBounds } from "@tandem/execution";
import {
  type AttestBlock,
  asShardName,
  attestHeaderCodec,
  type Export,
  type GenesisShard,
  orderHeaderCodec,
  type View,
} from "@tandem/shared";
import type { Instance } from "@tandem/simulator";
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
import { AttestOracle, placeName } from "../checkers/whole/attest-oracle.ts";
import { contents } from "../checkers/whole/contents.ts";
import { Disputes } from "../checkers/whole/disputes.ts";
import { evidenceIncluded } from "../checkers/whole/evidence-included.ts";
import { evidenceProblem } from "../checkers/whole/evidence-rules.ts";
import { shardsOfGenesis } from "../checkers/whole/genesis-shards.ts";
import { Lag } from "../checkers/whole/lag.ts";
import { alarms, attestBlock, idle, truth } from "../checkers/whole/stage-two.ts";
import { exportsIn } from "../checkers/whole/stored-content.ts";
import { Truth } from "../checkers/whole/truth.ts";
import { type Unmarked, unmarked } from "../checkers/whole/unmarked.ts";
import { WholeWatch } from "../checkers/whole/whole-watch.ts";
import type { Places } from "../habits/whole/on-attest.ts";
import { Losses } from "../losses.ts";
import { planOf, type WholeNetwork } from "../nodes/whole-network.ts";
import { type Block, passing } from "../payload/block.ts";
import type { Setting } from "../setting.ts";
import type { BlobWork } from "../work/blob-work.ts";
import { shardNamesOf } from "../work/blobs.ts";
import { Felt } from "./felt.ts";
import { Outages } from "./outages.ts";

export interface SightOptions {
  readonly setting: Setting;
  readonly network: WholeNetwork;
  readonly places: Places;
  readonly work: BlobWork;
  /** Of the order chain. */
  readonly context: CheckContext;
  /** Of each chain, all blocks that an honest node saw, by root; they are filled in as it sees them. */
  readonly blocks: ReadonlyMap<string, Block>;
  readonly attestBlocks: ReadonlyMap<string, AttestBlock>;
}

export function genesisInfoOf({ replica }: WholeNetwork) {
  const { header } = replica.order;
  const { header: attest } = replica.setting.network;
  return {
    order: { ...placeOf(header), root: orderHeaderCodec.root(header) },
    attest: { ...placeOf(attest), root: attestHeaderCodec.root(attest) },
  };
}

function placeOf<Header extends Pick<AttestBlock["header"], "epoch" | "view" | "height" | "parent">>(header: Header) {
  const { epoch, view, height, parent } = header;
  return { epoch, view, height, parent };
}

export class Sight {
  /** Of the attest chain. */
  readonly attest: CheckContext;
  readonly watch: Watch;
  readonly whole: WholeWatch;
  readonly lag: Lag;
  readonly felt: Felt;
  readonly outages: Outages;
  readonly losses: Losses;
  readonly unmarked: Unmarked;
  readonly disputes: Disputes;
  readonly #options: SightOptions;
  readonly #progress: { readonly order: Progress; readonly attest: Progress };

  constructor(options: SightOptions) {
    const { setting, context, work } = options;
    this.#options = options;
    this.attest = attestContext(options);
    this.#progress = { order: new Progress(context), attest: new Progress(this.attest) };
    const book = new BlobBook();
    this.watch = new Watch(this.#createOrderOracle(book), book, (id) => work.submitted(id)?.bytes);
    this.whole = this.#createWholeWatch();
    this.disputes = new Disputes(this.whole);
    this.lag = new Lag({
      watch: this.whole,
      order: { context, progress: this.#progress.order },
      attest: { context: this.attest, progress: this.#progress.attest },
      executeMs: planOf(setting).executeUs / 1000,
      heartbeatMs: setting.heartbeatMs,
      shardsOf: (instance) => this.#shardsOf(instance),
      disputes: this.disputes,
    });
    this.felt = new Felt(this.whole);
    this.outages = new Outages(setting, this.whole);
    this.losses = new Losses(setting);
    this.unmarked = unmarked({ losses: this.losses, hasSeat: (instance, shard) => this.#hasSeat(instance, shard) });
  }

  #hasSeat(instance: Instance, shard: string): boolean {
    const { setting, context } = this.#options;
    const members = planOf(setting).committees[shardNamesOf(setting.blobs).indexOf(asShardName(shard))];
    return members?.some(({ seat }) => seat === context.seats[instance]) === true;
  }

  #shardsOf(instance: Instance): readonly string[] {
    const { lost } = this.whole.truth;
    return shardNamesOf(this.#options.setting.blobs).filter(
      (shard) => !lost.has(shard) && this.#hasSeat(instance, shard),
    );
  }

  #createOrderOracle(book: BlobBook): Oracle {
    const { network, blocks, context } = this.#options;
    const { genesis, network: root, header } = network.replica.order;
    const { leaderOf } = context;
    const attestedAt = (height: number) => this.#citableAt(height);
    return new Oracle({ genesis, network: root, firstHeader: header, book, blocks, leaderOf, attestedAt });
  }

  #citableAt(height: number): CitableBlock | undefined {
    const state = this.whole.finalAt(height);
    if (state === undefined) return undefined;
    const progressOf = (shard: string) => {
      const frontier = state.frontiers.get(shard);
      return { round: frontier?.round ?? 0, pending: frontier?.pending.count ?? 0 };
    };
    return { root: state.root, progressOf };
  }

  #createWholeWatch(): WholeWatch {
    const { network, attestBlocks, context } = this.#options;
    const { genesis } = network.replica.order;
    const truth = new Truth({
      genesis,
      bounds: roundBounds(genesis.limits),
      lost: lostIn(this.#options.setting),
      attestedClaim: (shard, round) => this.whole.final.claims.get(placeName(shard, round))?.claim,
      attestedExports: (shard, round) => this.#exportsOf(shard, round),
      frontiersAt: (height) => {
        const state = this.whole.finalAt(height);
        return state && Object.fromEntries([...state.frontiers].map(([shard, { round }]) => [shard, round]));
      },
    });
    const { votes } = this.attest;
    const oracle = this.#createAttestOracle(truth);
    return new WholeWatch({ truth, oracle, blocks: attestBlocks, votes, validators: context.seats });
  }

  #exportsOf(shard: string, round: number): readonly Export[] {
    const claim = this.whole.final.claims.get(placeName(shard, round));
    const content = claim && this.whole.contentOf(claim.root);
    return content === undefined ? [] : exportsIn(content);
  }

  #createAttestOracle(truth: Truth): AttestOracle {
    const { network, places, context, attestBlocks } = this.#options;
    const { setting, order } = network.replica;
    const { electorate, root } = setting.network;
    const shards = shardsOfGenesis(order.genesis, electorate.scheme, (shard) => truth.genesisFrontierOf(shard));
    const isByzantine = (validator: number) => context.byzantine.has(validator);
    const facts = {
      electorates: { order: setting.order, attest: electorate },
      shards,
      validatorAt: (chain: "order" | "attest", seat: number) => (chain === "order" ? seat : places.validatorOf(seat)),
      isByzantine,
    };
    return new AttestOracle({
      genesisRoot: genesisInfoOf(network).attest.root,
      orderGenesis: order.root,
      network: root,
      scheme: electorate.scheme,
      shards,
      blocks: attestBlocks,
      leaderOf: this.attest.leaderOf,
      finalOrder: (height) => {
        const state = this.watch.stateAt(height);
        return state && { root: state.root, attested: state.header.attested.height };
      },
      isStranger: (peer, claim) => !isByzantine(peer) && !this.whole.hasAffirmed(peer, claim),
      evidenceProblem: (evidence) => evidenceProblem(facts, evidence),
    });
  }

  /** Beside those of consensus on the order chain. */
  createCheckers(): readonly Checker[] {
    const { setting, network, work, context, blocks, attestBlocks } = this.#options;
    const { watch, whole, felt } = this;
    const isClockSteady = !setting.world.faults.some((fault) => fault.kind === "clock-jump");
    const { shards } = network.replica.order.genesis;
    const committees = new Map<string, GenesisShard["committee"]>(
      shards.map(({ name, committee }) => [name, committee]),
    );
    const validatorAt = (shard: string, seat: number) => committees.get(shard)?.[seat]?.validator;
    const passed = new Passed(attestBlocks);
    return [
      feeling(felt, this.outages),
      ...createCheckers(this.attest, setting, passed).map(ofAttest),
      attestBlock(whole),
      truth(whole, (root) => watch.book.get(root)?.bytes),
      affirmedOnce(whole, { validators: context.seats, validatorAt }),
      contents(whole, this.losses),
      evidenceIncluded(whole, { deltaMs: context.deltaMs, healAtMs: setting.world.healAtMs }),
      this.unmarked,
      idle(),
      alarms(whole.truth.lost, this.losses),
      this.disputes,
      recompute(watch, clocksOf(setting, isClockSteady)),
      conserved(watch),
      orderedOnce(watch),
      durableBlobs(watch, blocks, this.losses),
      exchangeBounds(watch, context, isClockSteady),
      admission(work),
      diverged(),
      this.#progress.order,
      ofAttest(this.#progress.attest),
    ];
  }
}

/** Blocks of the attest chain, as those of the order chain. */
class Passed extends Map<string, Block> {
  readonly #blocks: ReadonlyMap<string, AttestBlock>;

  constructor(blocks: ReadonlyMap<string, AttestBlock>) {
    super();
    this.#blocks = blocks;
  }

  override get(root: string): Block | undefined {
    const block = this.#blocks.get(root);
    return block && passing(block);
  }
}

function lostIn(setting: Setting): ReadonlySet<string> {
  const { lost } = planOf(setting);
  const name = lost === null ? undefined : shardNamesOf(setting.blobs)[lost.shard];
  return new Set(name === undefined ? [] : [name]);
}

function attestContext({ setting, network, places, context }: SightOptions): CheckContext {
  const { replica, keys, attestSeats } = network;
  const { attestWeights } = planOf(setting);
  const weights = attestSeats.map((validator) => attestWeights[validator] as number);
  const byzantine = new Set([...context.byzantine].map((validator) => places.seatOf(validator)));
  return {
    electorate: replica.setting.network.electorate,
    genesis: genesisInfoOf(network).attest,
    weights,
    byzantine,
    seats: context.seats.map((seat) => places.seatOf(seat)),
    deltaMs: context.deltaMs,
    leaderOf: (view: View) => restateLeader(keys.leaderSeed, weights, view),
    votes: new VoteBook(weights, byzantine),
  };
}

function clocksOf({ world, blobs }: Setting, isSteady: boolean): Clocks {
  return {
    leadMs: blobs.clockLeadMs,
    latestMs: (instance, timeUs) => {
      const { driftPpm = 0, aheadMs = 0 } = world.instances[instance] ?? {};
      // No shell shows a time before 0.
      return isSteady ? Math.max(0, timeUs / 1000 + (timeUs * driftPpm) / 1e9 + aheadMs) : undefined;
    },
  };
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

function feeling(felt: Felt, outages: Outages): Checker {
  return {
    name: "truth",
    onObservation(observation, instance, timeUs) {
      felt.see(observation, instance);
      outages.look(timeUs / 1000);
      return undefined;
    },
  };
}
