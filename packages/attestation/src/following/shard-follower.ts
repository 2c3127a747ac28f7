// One shard, followed round by round (R2-R6). Its execution is elsewhere and answers when it likes; here is what has to be
// there before it is asked for the next round.
//
//   R2   Round t is executed when the attest chain is known up to the block that order header t cites, and the contents of
//        the claims that it made visible are held.
//   R6   Of these only claims of shards that a pending program waits for, from its own height on: before that nobody ran
//        it. What a claim says of programs that do not wait here makes no difference, so it is not asked for.
//   S11  The contents are given to the execution in portions, which is the same as at once: `recall` shows it claims
//        without running anything. A program of round t itself learns nothing by them, for they are of earlier rounds.
//   C4   Claims are affirmed in order. One that the own record has no room for waits until the frontier moves, and all
//        after it.
//   C6   A claim with a quorum is compared with the own one as soon as both are there, and each attested one at the
//        latest when it is cited: its round is executed by then. If they differ the shard stops.

import type { RoundSlice, VisibleClaim } from "@tandem/execution";
import { type Height, type Round, type ShardName, toHex } from "@tandem/shared";
import type { OwnClaim } from "../affirming/own.ts";
import { type ClaimContent, visibleClaimOf } from "../content/claim-content.ts";
import { Feed } from "./feed.ts";
import { OwnClaims } from "./own-claims.ts";
import type {
  ClaimPlace,
  Dispute,
  Executed,
  FinalAttest,
  FinalOrder,
  FollowEffect,
  FollowLimits,
  MadeClaim,
  RanRound,
  StartingPoint,
} from "./types.ts";
import { WaitingFor } from "./waiting-for.ts";
import type { Wants } from "./wants.ts";

/** What the shards of a follower share. */
export interface FollowDesk {
  readonly limits: FollowLimits;
  readonly wants: Wants;
  push(effect: FollowEffect): void;
  /** Gives the id under which the answer comes back. */
  ask(onAnswer: (answer: Executed) => void): number;
  onDispute(dispute: Dispute): void;
}

interface Order {
  readonly height: Height;
  readonly attested: Height;
  readonly slice: RoundSlice;
}

interface Visible {
  readonly place: ClaimPlace;
  readonly key: string;
  content: VisibleClaim | undefined;
}

export class ShardFollower {
  readonly shard: ShardName;
  readonly #desk: FollowDesk;
  readonly #hasSeat: boolean;
  readonly #orders: Feed<Order>;
  readonly #attests: Feed<FinalAttest>;
  readonly #own: OwnClaims;
  #done: Height;
  readonly #waiting: WaitingFor;
  /** Of other shards, the latest claims that it used. */
  readonly #used = new Map<ShardName, Round>();
  /** What the next round makes visible and needs, in the order in which it was attested. */
  #visible: Visible[] = [];
  #isRunning = false;
  /** How many of `#visible` the execution is being shown. */
  #shown = 0;
  readonly #expected = new Map<string, ClaimPlace>();
  /** The newest attested claim. */
  #goal: ClaimPlace | undefined;
  #unaffirmed: OwnClaim[] = [];
  #isHeldBack = false;
  #dispute: Dispute | undefined;

  constructor(start: StartingPoint, hasSeat: boolean, desk: FollowDesk) {
    const { shard, height, claims, seen, waiting, dispute } = start;
    const [base, ...own] = claims;
    const { ordersMax, sliceBytesMax, attestsMax, attestedMax } = desk.limits;
    this.shard = shard;
    this.#desk = desk;
    this.#hasSeat = hasSeat;
    this.#orders = new Feed(height, { countMax: ordersMax, weightMax: sliceBytesMax, weigh: sliceBytes });
    const weigh = ({ claims }: FinalAttest) => claims.length;
    this.#attests = new Feed(seen, { countMax: attestsMax, weightMax: attestedMax, weigh });
    this.#own = new OwnClaims(base);
    for (const made of own) this.#add(made);
    this.#done = height;
    this.#waiting = new WaitingFor(waiting);
    this.#dispute = dispute;
  }

  /** For tests of bounds: all that is kept. */
  get counts() {
    const { size: orders } = this.#orders;
    const { size: attests } = this.#attests;
    const visible = this.#visible.length;
    const held = this.#visible.filter(({ content }) => content !== undefined).length;
    return { orders, attests, visible, held, expected: this.#expected.size, own: this.#own.size };
  }

  get dispute(): Dispute | undefined {
    return this.#dispute;
  }

  /** The last round that was executed. */
  get done(): Height {
    return this.#done;
  }

  /** Whether it waits for that shard, or used its claims from that round on. */
  buildsOn({ shard, round }: Dispute): boolean {
    return this.#waiting.from(shard) !== undefined || (this.#used.get(shard) ?? -1) >= round;
  }

  /** What is final when this node starts. */
  start(order: Height, attest: Height): void {
    if (this.#dispute !== undefined) return this.#desk.onDispute(this.#dispute);
    this.#orders.know(order);
    this.#attests.know(attest);
    this.#affirm();
    this.advance();
  }

  onOrder({ height, attested, slices }: FinalOrder): void {
    const slice = slices.get(this.shard);
    if (slice === undefined || this.#dispute !== undefined) return;
    this.#orders.offer({ height, attested: attested.height, slice });
    this.advance();
  }

  onAttest(block: FinalAttest): void {
    for (const place of block.claims) {
      if (place.shard !== this.shard) continue;
      if (this.#goal === undefined || place.round > this.#goal.round) this.#goal = place;
      this.onQuorum(place, true);
    }
    if (this.#dispute !== undefined) return;
    this.#attests.offer(block);
    this.advance();
  }

  /** C6: a quorum stands behind this claim of the shard. */
  onQuorum(place: ClaimPlace, isAttested: boolean): void {
    if (this.#dispute !== undefined) return;
    const judged = this.#own.judge(place, this.#done);
    if (judged.kind === "another") this.#stop(place, judged.own);
    else if (judged.kind === "later") this.#expect(place);
    else if (isAttested) this.#settle(place.round);
  }

  #expect(place: ClaimPlace): void {
    this.#expected.set(toHex(place.root), place);
    if (this.#expected.size <= this.#desk.limits.expectedMax) return;
    const [key] = [...this.#expected].reduce((highest, each) => (each[1].round > highest[1].round ? each : highest));
    this.#expected.delete(key);
  }

  #settle(round: Round): void {
    const before = this.#own.frontier;
    this.#own.settle(round);
    if (this.#own.frontier === before) return;
    for (const [key, place] of this.#expected) if (place.round <= round) this.#expected.delete(key);
    this.#isHeldBack = false;
    this.#unaffirmed = this.#unaffirmed.filter((own) => own.round > round);
    this.#affirm();
  }

  /** R6: whether a pending program waits for that shard, whose claim can have run it. */
  needs({ shard, round }: Pick<ClaimPlace, "shard" | "round">): boolean {
    const from = this.#waiting.from(shard);
    return this.#dispute === undefined && from !== undefined && from <= round;
  }

  onContent(key: string, content: ClaimContent): void {
    const portion = this.#visible.slice(0, this.#desk.limits.portionMax);
    const wanted = portion.find((each) => each.key === key && each.content === undefined);
    if (wanted === undefined) return;
    wanted.content = visibleClaimOf(content);
    this.advance();
  }

  /** Goes as far as it can without an answer. */
  advance(): void {
    if (!this.#isRunning) this.#prepare();
    // C6: it may have found out just now.
    if (this.#dispute !== undefined) return;
    const orders = this.#orders.ask();
    if (orders !== undefined) this.#desk.push({ kind: "want-orders", shard: this.shard, ...orders });
    const attests = this.#attests.ask();
    if (attests !== undefined) this.#desk.push({ kind: "want-attests", shard: this.shard, ...attests });
  }

  #prepare(): void {
    const order = this.#orders.first;
    if (order === undefined) return;
    const isAll = this.#see(order.attested);
    if (this.#dispute !== undefined) return;
    const { portionMax } = this.#desk.limits;
    const portion = this.#visible.slice(0, portionMax);
    for (const { place, content } of portion) {
      if (content === undefined) this.#desk.wants.want(place.shard, place.root, this.shard);
    }
    if (portion.some(({ content }) => content === undefined)) return;
    const visible = portion.map(({ content }) => content as VisibleClaim);
    if (!isAll || portion.length < this.#visible.length) {
      if (portion.length === portionMax) this.#run("recall", visible);
    } else if (!this.#isFarAhead) {
      this.#run("execute", visible);
    }
  }

  /** R2: up to the cited block, as far as it is known and there is room. Whether that is all. */
  #see(attested: Height): boolean {
    const { portionMax } = this.#desk.limits;
    for (let block = this.#attests.first; block !== undefined; block = this.#attests.first) {
      if (block.height > attested) return true;
      if (this.#visible.length >= portionMax) return false;
      this.#attests.shift();
      for (const place of block.claims) this.#look(place);
    }
    return this.#attests.last >= attested;
  }

  #look(place: ClaimPlace): void {
    if (place.shard === this.shard) this.onQuorum(place, true);
    else if (this.needs(place)) this.#visible.push({ place, key: toHex(place.root), content: undefined });
  }

  /** S11: but whoever is still behind the attested claims has nothing to wait for. */
  get #isFarAhead(): boolean {
    return this.#own.size >= this.#desk.limits.unattestedMax && (this.#goal?.round ?? 0) <= this.#done;
  }

  #run(kind: "execute" | "recall", visible: readonly VisibleClaim[]): void {
    this.#isRunning = true;
    this.#shown = visible.length;
    const id = this.#desk.ask((answer) => this.#onExecuted(answer, kind === "execute"));
    const { shard } = this;
    if (kind === "recall") this.#desk.push({ kind, id, shard, visible });
    else this.#desk.push({ kind, id, shard, input: { slice: (this.#orders.first as Order).slice, visible } });
  }

  #onExecuted({ result, waiting }: Executed, isRound: boolean): void {
    if (this.#dispute !== undefined) return;
    this.#isRunning = false;
    this.#waiting.learn(waiting);
    // What a portion brought is not awaited any more, so the rest may be less.
    this.#visible = this.#visible.slice(this.#shown).filter(({ place }) => this.needs(place));
    if (isRound) this.#finish(result);
    this.advance();
  }

  #finish(result: RanRound | undefined): void {
    this.#done = (this.#orders.shift() as Order).height;
    if (result !== undefined) this.#claim(result);
    for (const [key, place] of this.#expected) {
      if (place.round <= this.#done) this.#expected.delete(key);
      this.onQuorum(place, false);
    }
    if (this.#goal !== undefined && this.#goal.round <= this.#done) this.onQuorum(this.#goal, true);
    this.#affirm();
  }

  #claim({ claim, root, lanes }: RanRound): void {
    this.#desk.push({ kind: "claimed", claim, root, lanes });
    for (const { shard, round } of claim.sources) {
      if (round > (this.#used.get(shard) ?? -1)) this.#used.set(shard, round);
    }
    this.#add({ round: claim.round, root });
  }

  #add({ round, root }: MadeClaim): void {
    const prevRound = this.#own.last.round;
    this.#own.add({ round, root });
    if (this.#hasSeat) this.#unaffirmed.push({ shard: this.shard, round, claim: root, prevRound });
  }

  /** What the attest chain has passed needs no voice any more (A3). */
  #affirm(): void {
    if (this.#isHeldBack) return;
    const passed = this.#goal?.round ?? 0;
    for (const own of this.#unaffirmed) if (own.round > passed) this.#desk.push({ kind: "affirm", own });
    this.#unaffirmed = [];
  }

  /** C4: the own record has no room for it yet. */
  onHeldBack(own: OwnClaim): void {
    if (this.#dispute !== undefined || own.round <= this.#own.frontier) return;
    this.#isHeldBack = true;
    this.#unaffirmed.push(own);
    this.#unaffirmed.sort((a, b) => a.round - b.round);
  }

  #stop(theirs: ClaimPlace, own: MadeClaim | undefined): void {
    const round = own === undefined || theirs.round < own.round ? theirs.round : own.round;
    this.#dispute = { shard: this.shard, round, own: own?.root, theirs: theirs.root };
    this.#orders.clear();
    this.#attests.clear();
    this.#visible = [];
    this.#expected.clear();
    this.#unaffirmed = [];
    this.#desk.wants.leave(this.shard);
    this.#desk.onDispute(this.#dispute);
  }
}

function sliceBytes({ slice }: Order): number {
  return slice.blobs.reduce((sum, { envelope }) => sum + envelope.payload.length, 0);
}
