// The follower: a set of shards, each followed by itself (`shard-follower.ts`). Whose seats name none, or who wants to see,
// observes: it executes and compares all the same, and affirms nothing.
//
// It is a pure machine. Executions are the shell's: it answers each `execute` and `recall` when what the round changed is
// in its store, in any order among shards; of one shard there is one at a time. Whatever is asked for may be given more
// than once, and what was not asked for is ignored.
//
//   C5   `claimed` comes before `affirm`: who affirms has stored what it serves.
//   C6   When a shard's own claim and one with a quorum differ, that shard stops, and both claims stay: no other state is
//        taken over. `diverged` says so at once. When both contents are there, `explained` says where they first differ.
//        Followed shards that wait for the disputed one, or use its claims from then on, are named
//        (`built-on-disputed`), and go on: what is built on a false claim is conditional, and true.

import { assert, equalBytes, type Height, type Root, type ShardName, toHex } from "@tandem/shared";
import type { OwnClaim } from "../affirming/own.ts";
import type { ClaimContent } from "../content/claim-content.ts";
import { type Difference, firstDifference } from "./difference.ts";
import { type FollowDesk, ShardFollower } from "./shard-follower.ts";
import type {
  ClaimPlace,
  Dispute,
  Executed,
  FinalAttest,
  FinalOrder,
  FollowEffect,
  FollowLimits,
  StartingPoint,
} from "./types.ts";
import { Wants } from "./wants.ts";

export interface FollowerConfig {
  readonly starts: readonly StartingPoint[];
  /** Shards in whose committees this node sits. */
  readonly seats: ReadonlySet<ShardName>;
  readonly limits: FollowLimits;
}

interface Explanation {
  readonly dispute: Dispute;
  own: ClaimContent | undefined;
  theirs: ClaimContent | undefined;
}

export class Follower {
  readonly #shards = new Map<ShardName, ShardFollower>();
  readonly #seats: ReadonlySet<ShardName>;
  readonly #desk: FollowDesk;
  readonly #wants: Wants;
  readonly #open = new Map<number, (answer: Executed) => void>();
  /** Disputes that are not explained yet, one of a shard. */
  readonly #explanations = new Map<ShardName, Explanation>();
  /** What was said of shards that build on disputed ones. */
  readonly #warned = new Set<string>();
  #lastAttest = 0;
  #nextId = 1;
  #effects: FollowEffect[] = [];

  constructor({ starts, seats, limits }: FollowerConfig) {
    this.#wants = new Wants(limits.earlyMax, (effect) => this.#effects.push(effect));
    this.#seats = seats;
    this.#desk = {
      limits,
      wants: this.#wants,
      push: (effect) => this.#effects.push(effect),
      ask: (onAnswer) => this.#ask(onAnswer),
      onDispute: (dispute) => this.#onDispute(dispute),
    };
    for (const start of starts) this.#follow(start);
  }

  #follow(start: StartingPoint): ShardFollower {
    const { shard } = start;
    const follower = new ShardFollower(start, this.#seats.has(shard), this.#desk);
    this.#shards.set(shard, follower);
    return follower;
  }

  get shards(): readonly ShardName[] {
    return [...this.#shards.keys()];
  }

  /** C6: why the shard stopped, if it did. */
  disputeOf(shard: ShardName): Dispute | undefined {
    return this.#shards.get(shard)?.dispute;
  }

  /** The last round of a shard that was executed. */
  doneOf(shard: ShardName): Height | undefined {
    return this.#shards.get(shard)?.done;
  }

  /** For tests of bounds: all that is kept. */
  get counts() {
    const shards = [...this.#shards.values()].map(({ counts }) => counts);
    return { shards, wants: this.#wants.size, open: this.#open.size };
  }

  /** After the beginning, with the last final blocks of both chains: asks for what came since, and affirms again. */
  start(order: Height, attest: Height): readonly FollowEffect[] {
    this.#lastAttest = attest;
    return this.#all((shard) => shard.start(order, attest));
  }

  /** One more, later than the others: a snapshot can be ahead of what this node knows of the order chain. */
  add(start: StartingPoint, order: Height, attest: Height): readonly FollowEffect[] {
    this.#follow(start).start(order, attest);
    return this.#takeEffects();
  }

  onOrder(block: FinalOrder): readonly FollowEffect[] {
    return this.#all((shard) => shard.onOrder(block));
  }

  onAttest(block: FinalAttest): readonly FollowEffect[] {
    const isNew = block.height > this.#lastAttest;
    this.#lastAttest = Math.max(this.#lastAttest, block.height);
    if (isNew) for (const place of block.claims) this.#prefetch(place);
    return this.#all((shard) => shard.onAttest(block));
  }

  /** A quorum affirmed this claim, of whatever shard. */
  onCertified(place: ClaimPlace): readonly FollowEffect[] {
    this.#prefetch(place);
    this.#shards.get(place.shard)?.onQuorum(place, false);
    return this.#takeEffects();
  }

  #prefetch({ shard, round, root }: ClaimPlace): void {
    const isNeeded = [...this.#shards.values()].some((each) => each.needs({ shard, round }));
    if (isNeeded) this.#wants.wantEarly(shard, root);
  }

  /** What was asked for; it belongs to its root. */
  onContent(root: Root, content: ClaimContent): readonly FollowEffect[] {
    const key = toHex(root);
    this.#wants.meet(key);
    for (const explanation of [...this.#explanations.values()]) this.#learn(explanation, root, content);
    return this.#all((shard) => shard.onContent(key, content));
  }

  /** The answer to `execute` or `recall`. */
  onExecuted(id: number, answer: Executed): readonly FollowEffect[] {
    const onAnswer = this.#open.get(id);
    this.#open.delete(id);
    onAnswer?.(answer);
    this.#warn();
    return this.#takeEffects();
  }

  /** C4: `affirm` was refused for lack of room (`too-far-ahead`): it comes again when the frontier moves. */
  onHeldBack(own: OwnClaim): void {
    this.#shards.get(own.shard)?.onHeldBack(own);
  }

  #all(act: (shard: ShardFollower) => void): readonly FollowEffect[] {
    for (const shard of this.#shards.values()) act(shard);
    return this.#takeEffects();
  }

  #ask(onAnswer: (answer: Executed) => void): number {
    const id = this.#nextId++;
    this.#open.set(id, onAnswer);
    return id;
  }

  #onDispute(dispute: Dispute): void {
    const { shard, own, theirs } = dispute;
    this.#effects.push({ kind: "diverged", ...dispute });
    this.#warn();
    if (own === undefined) return this.#explain(dispute, { what: "idle" });
    this.#explanations.set(shard, { dispute, own: undefined, theirs: undefined });
    for (const root of [own, theirs]) this.#wants.want(shard, root, `dispute ${shard}`);
  }

  #learn(explanation: Explanation, root: Root, content: ClaimContent): void {
    const { dispute } = explanation;
    if (equalBytes(root, dispute.theirs)) explanation.theirs = content;
    else if (dispute.own !== undefined && equalBytes(root, dispute.own)) explanation.own = content;
    const { own, theirs } = explanation;
    if (own === undefined || theirs === undefined) return;
    this.#explanations.delete(dispute.shard);
    const difference = firstDifference(own, theirs);
    assert(difference !== undefined, "claims of different roots differ");
    this.#explain(dispute, difference);
  }

  #explain(dispute: Dispute, difference: Difference): void {
    this.#effects.push({ kind: "explained", dispute, difference });
  }

  /** C6: each shard once for each dispute. */
  #warn(): void {
    for (const { dispute } of this.#shards.values()) {
      if (dispute === undefined) continue;
      for (const [shard, each] of this.#shards) {
        const text = `${shard} ${dispute.shard}`;
        if (this.#warned.has(text) || !each.buildsOn(dispute)) continue;
        this.#warned.add(text);
        this.#effects.push({ kind: "built-on-disputed", shard, dispute });
      }
    }
  }

  #takeEffects(): readonly FollowEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }
}
