// The followed shards as the machine has them: what followers ask for is read from the store, asked of peers, or given to
// executions, and what these make is stored together with the claim's content before anybody hears of it (C5).

import {
  asHeight,
  assert,
  equalBytes,
  type Frontier,
  type Height,
  type Root,
  type Round,
  type ShardName,
  summarizeClaim,
  toHex,
} from "@tandem/shared";
import type { OwnClaim } from "./affirming/own.ts";
import { isAttested } from "./block-records.ts";
import { disputeBatch, readAttestBlock, readCited, readDispute, readShard, shardBatch } from "./chain-records.ts";
import type { ClaimContent } from "./content/claim-content.ts";
import type { Contents } from "./contents.ts";
import type { Core, Job } from "./core.ts";
import { Explanations } from "./explaining/explanations.ts";
import type { Run } from "./following/feed.ts";
import { Follower } from "./following/follower.ts";
import { seenHeight } from "./following/start.ts";
import { ProgramStatuses } from "./following/status.ts";
import {
  type ClaimPlace,
  type FollowEffect,
  followLimits,
  type MadeClaim,
  placeOf,
  type StartingPoint,
} from "./following/types.ts";
import { contentRecords, readContent } from "./records.ts";
import { slicesOf } from "./slices.ts";
import type { AttestEffect, ExecutedRound, OpenedShard, OrderedBlockFacts } from "./types.ts";
import { ask, read, until } from "./work.ts";

/** Programs whose way is kept in memory: some kilobytes each. */
const programsMax = 10_000;
const reason = "followed";

export interface ShardHooks {
  /** C4: a claim was made here. */
  affirm(own: OwnClaim): void;
  /** C5: the content of an own claim is in the store. */
  onClaimed(content: ClaimContent): void;
}

export class Shards {
  readonly #core: Core;
  readonly #contents: Contents;
  readonly #hooks: ShardHooks;
  readonly statuses = new ProgramStatuses(programsMax);
  readonly explanations: Explanations<AttestEffect>;
  #follower: Follower;
  /** By shard, the round of the claim that it began with here. */
  readonly #begun = new Map<ShardName, Round>();
  /** Shards that began with a snapshot which is ahead of the order chain here. */
  readonly #ahead: ShardName[] = [];
  /** Of executions that are under way. */
  readonly #running = new Map<number, ShardName>();
  /** Own claims that are not attested, by shard and round. */
  readonly #made = new Map<ShardName, Map<Round, Root>>();
  /** Blocks that followers ask for, by the job that gives them. */
  readonly #runs = new Map<string, Run>();

  constructor(core: Core, contents: Contents, hooks: ShardHooks) {
    this.#core = core;
    this.#contents = contents;
    this.#hooks = hooks;
    const { order, deltaMs, setting } = core.config;
    this.explanations = new Explanations<AttestEffect>({
      order,
      deltaMs,
      shards: setting.network.shards,
      jobs: core.jobs,
      push: (effect) => core.push(effect),
      hold: (shard, claim) => contents.hold(shard, claim, "explain", () => false),
      sourcesOf: (shard) => contents.sourcesOf(shard),
      onExplained: (explanation) =>
        core.push({ kind: "news", news: { kind: "alarm", alarm: { what: "shown", explanation } } }),
    });
    this.#follower = this.#createFollower([]);
  }

  /** For tests of bounds: all that is kept. */
  get counts() {
    const made = [...this.#made.values()].reduce((sum, { size }) => sum + size, 0);
    return { ...this.statuses.counts, ...this.#follower.counts, running: this.#running.size, made };
  }

  #createFollower(starts: readonly StartingPoint[]): Follower {
    const seats = new Set(this.#core.config.sign === undefined ? [] : this.#core.config.seats.keys());
    return new Follower({ starts, seats, limits: followLimits });
  }

  /** What this node says of a followed shard. */
  standingOf(shard: ShardName) {
    const done = this.#follower.doneOf(shard);
    const dispute = this.#follower.disputeOf(shard);
    const made = Math.max(0, ...(this.#made.get(shard)?.keys() ?? []));
    return done === undefined ? undefined : { done, made, dispute };
  }

  /** Own claims that are not attested, in the order of rounds. */
  ownClaimsOf(shard: ShardName): readonly MadeClaim[] {
    return Array.from(this.#made.get(shard) ?? [], ([round, root]) => ({ round, root }));
  }

  // The beginning.

  *open(): Job {
    const core = this.#core;
    const starts: StartingPoint[] = [];
    for (const shard of core.config.follows) {
      const record = yield* read(readShard(shard));
      if ((record?.frontier.round ?? 0) > core.orderHeight) this.#ahead.push(shard);
      else starts.push(yield* this.#open(shard));
    }
    this.#follower = this.#createFollower(starts);
    for (const { shard, claims } of starts) for (const made of claims.slice(1)) this.#noteMade(shard, made);
  }

  /** The order chain goes on only with the attest chain (O3): nothing else may wait for it to come as far as a snapshot. */
  *#openLate(shard: ShardName): Job {
    const core = this.#core;
    const start = yield* this.#open(shard);
    this.#perform(this.#follower.add(start, core.orderHeight, core.chain.base.height));
  }

  *#open(shard: ShardName): Job<StartingPoint> {
    const core = this.#core;
    const record = yield* read(readShard(shard));
    const dispute = yield* read(readDispute(shard));
    const frontier = record?.frontier;
    // Who began with a snapshot may not have the order chain that far yet.
    yield* until(() => core.orderHeight >= (frontier?.round ?? 0));
    const opened = yield* ask<OpenedShard>((id) => ({ kind: "open-shard", id, shard, frontier }));
    const begun = record?.begun ?? opened.frontier.round;
    if (record === undefined) core.store(shardBatch(shard, { frontier: opened.frontier, begun }, opened.batch));
    this.#begun.set(shard, begun);
    const height = opened.frontier.round as number as Height;
    this.statuses.onWaiting(shard, height, opened.waiting);
    const claims = yield* this.#claimsUpTo(shard, opened.frontier, begun);
    const seen = yield* read(readCited(core.setting.places, seenHeight(height, opened.waiting)));
    return { shard, height, claims, seen, waiting: opened.waiting, ...(dispute && { dispute }) };
  }

  /**
   * Own claims from the last that is attested on, as far as this node knows; each names the one before it. C6: one that is
   * not what was attested for its round is among those after, and so is compared with that once more.
   */
  *#claimsUpTo(shard: ShardName, { round, claim }: Frontier, begun: Round): Job<StartingPoint["claims"]> {
    const claims: [MadeClaim, ...MadeClaim[]] = [{ round, root: claim }];
    while (claims[0].round > begun && !(yield* read(isAttested(shard, claims[0])))) {
      const content = yield* read(readContent(claims[0].root));
      assert(content !== undefined, "an own claim is in the store until it is attested and after");
      const { prev } = content.claim;
      claims.unshift({ round: yield* this.#roundOf(shard, prev), root: prev });
    }
    return claims;
  }

  *#roundOf(shard: ShardName, claim: Root): Job<Round> {
    const genesis = this.#core.setting.network.shards.get(shard)?.genesis.frontier;
    if (genesis !== undefined && toHex(genesis.claim) === toHex(claim)) return genesis.round;
    const content = yield* read(readContent(claim));
    assert(content !== undefined, "the claim before an own one is an own one");
    return content.claim.round;
  }

  /** After all is there. */
  start(): void {
    const core = this.#core;
    this.#perform(this.#follower.start(core.orderHeight, core.chain.base.height));
    for (const shard of this.#ahead.splice(0)) core.jobs.start(`open ${shard}`, this.#openLate(shard));
  }

  // Both chains.

  onOrdered(block: OrderedBlockFacts): void {
    if (this.#follower.shards.length === 0) return;
    const { height, attested } = block.header;
    const slices = slicesOf(block, this.#follower.shards);
    for (const [shard, slice] of slices) this.statuses.onOrdered(shard, slice);
    this.#perform(this.#follower.onOrder({ height, attested, slices }));
  }

  onSettled(height: Height, claims: readonly ClaimPlace[]): void {
    for (const { shard, round, root } of claims) {
      if (this.#isOwn(shard, round, root)) this.#onAttested(shard, round);
      else this.#forgetMade(shard, round);
    }
    this.#perform(this.#follower.onAttest({ height, claims }));
  }

  onCertified(place: ClaimPlace): void {
    if (this.#isOwn(place.shard, place.round, place.root)) this.statuses.onAffirmed(place.shard, place.round);
    this.#perform(this.#follower.onCertified(place));
  }

  onContent(root: Root, content: ClaimContent): void {
    this.#perform(this.#follower.onContent(root, content));
  }

  onHeldBack(own: OwnClaim): void {
    this.#follower.onHeldBack(own);
  }

  // Executions.

  onExecuted(id: number, executed: ExecutedRound): void {
    const shard = this.#running.get(id);
    if (shard === undefined) return;
    this.#running.delete(id);
    const { result } = executed;
    if (result !== undefined) this.#keep(shard, result);
    const before = this.#follower.doneOf(shard);
    const effects = this.#follower.onExecuted(id, executed);
    const done = this.#follower.doneOf(shard);
    if (done !== undefined && done !== before) this.statuses.onExecuted(shard, done, executed);
    else if (done !== undefined) this.statuses.onWaiting(shard, done, executed.waiting);
    if (result !== undefined) this.#meetFrontier(shard, result.claim.round, result.root);
    this.#perform(effects);
  }

  /** Who was away comes to a claim after the attest chain did. */
  #meetFrontier(shard: ShardName, round: Round, root: Root): void {
    const frontier = this.#core.chain.base.frontiers.of(shard);
    if (frontier === undefined || round > frontier.round) return;
    if (equalBytes(frontier.claim, root)) this.#onAttested(shard, round);
    else this.#forgetMade(shard, round);
  }

  /** What is said of an own claim holds for all before it. */
  #onAttested(shard: ShardName, round: Round): void {
    this.statuses.onAttested(shard, round);
    this.#forgetMade(shard, round);
  }

  #forgetMade(shard: ShardName, round: Round): void {
    const made = this.#made.get(shard);
    for (const each of made?.keys() ?? []) if (each <= round) made?.delete(each);
  }

  /** C5: the state, the claim and its content are durable together, and before the affirmation. */
  #keep(shard: ShardName, { claim, root, lanes, batch, refusals }: NonNullable<ExecutedRound["result"]>): void {
    const { round, contracts, pending } = claim;
    const content = { claim, exports: lanes.map((lane) => lane.content.exports) };
    const frontier = { round, claim: root, contracts, pending };
    const state = shardBatch(shard, { frontier, begun: this.#begun.get(shard) as Round }, batch);
    const { puts } = contentRecords(root, content);
    this.#core.store({ puts: [...state.puts, ...puts], deletes: state.deletes });
    this.#contents.markStored(root);
    this.#noteMade(shard, { round, root });
    this.#core.push({ kind: "news", news: { kind: "claimed", shard, round, claim: root, refusals } });
    this.#hooks.onClaimed(content);
  }

  #noteMade(shard: ShardName, { round, root }: MadeClaim): void {
    const made = this.#made.get(shard) ?? new Map<Round, Root>();
    this.#made.set(shard, made.set(round, root));
  }

  #isOwn(shard: ShardName, round: Round, root: Root): boolean {
    const made = this.#made.get(shard)?.get(round);
    return made !== undefined && equalBytes(made, root);
  }

  #perform(effects: readonly FollowEffect[]): void {
    const core = this.#core;
    for (const effect of effects) {
      switch (effect.kind) {
        case "want-claim":
          this.#contents.need(effect.shard, effect.root, reason);
          break;
        case "forget-claim":
          this.#contents.forget(effect.root, reason);
          break;
        case "want-orders":
          this.#ask(`orders ${effect.shard}`, effect, (height) => this.#readOrder(effect.shard, height));
          break;
        case "want-attests":
          this.#ask(`attests ${effect.shard}`, effect, (height) => this.#readAttest(height));
          break;
        case "execute":
        case "recall":
          this.#running.set(effect.id, effect.shard);
          core.push(effect);
          break;
        case "claimed":
          // It was stored when it was made.
          break;
        case "affirm":
          this.#hooks.affirm(effect.own);
          break;
        default:
          this.#alarm(effect);
      }
    }
  }

  #alarm(effect: Extract<FollowEffect, { kind: "diverged" | "explained" | "built-on-disputed" }>): void {
    if (effect.kind === "diverged") {
      const { shard, round, own, theirs } = effect;
      this.#core.store(disputeBatch({ shard, round, own, theirs }));
    }
    if (effect.kind === "explained") this.explanations.begin(effect.dispute, effect.difference);
    const { kind: what, ...rest } = effect;
    this.#core.push({ kind: "news", news: { kind: "alarm", alarm: { what, ...rest } as never } });
  }

  /** In the order of heights. What is asked for last counts: it may be asked for while a block of a run is given. */
  #ask(name: string, run: Run, give: (height: Height) => Job): void {
    const isBusy = this.#runs.has(name);
    this.#runs.set(name, run);
    if (!isBusy) this.#core.jobs.start(name, this.#giveRuns(name, give));
  }

  *#giveRuns(name: string, give: (height: Height) => Job): Job {
    for (let run = this.#runs.get(name); run !== undefined; run = this.#runs.get(name)) {
      for (let height = run.from; height <= run.upTo && this.#runs.get(name) === run; ) {
        yield* give(height);
        height = asHeight(height + 1);
      }
      if (this.#runs.get(name) === run) this.#runs.delete(name);
    }
  }

  *#readOrder(shard: ShardName, height: Height): Job {
    const core = this.#core;
    yield* until(() => core.orderHeight >= height);
    const block = yield* read(core.config.order.ordered(height));
    assert(block !== undefined, "an order block that was executed is in the store");
    const slices = slicesOf(block, [shard]);
    for (const slice of slices.values()) this.statuses.onOrdered(shard, slice);
    this.#perform(this.#follower.onOrder({ height, attested: block.header.attested, slices }));
  }

  *#readAttest(height: Height): Job {
    const core = this.#core;
    yield* until(() => core.chain.base.height >= height);
    const record = yield* read(readAttestBlock(height));
    assert(record !== undefined, "an attest block that is final is in the store");
    const claims = record.block.body.items.flatMap(({ kind, value }) => {
      return kind === "attestation" ? [placeOf(summarizeClaim(value.claim))] : [];
    });
    this.#perform(this.#follower.onAttest({ height, claims }));
  }
}
