// The affirmations of one shard above its frontier, grouped by claim. What may be offered at all was looked at before
// (`book.ts`); here it is counted (S9), believed when checked, and compared with what else its signer says (C4).

import {
  type ClaimSummary,
  type Committee,
  type Epoch,
  equalBytes,
  type Root,
  type Round,
  type ShardName,
} from "@tandem/shared";
import { Conflicts } from "./conflicts.ts";
import { ClaimGroup, type Entry, groupKey } from "./group.ts";
import type { Holdings } from "./holdings.ts";
import type { AffirmTask, AffirmVerdict, BookEffect, BookLimits, Peer, SignedPair } from "./types.ts";

/** What all shards share. */
export interface BookDesk {
  readonly epoch: Epoch;
  readonly limits: BookLimits;
  readonly holdings: Holdings;
  push(effect: BookEffect): void;
  verify(task: AffirmTask, onVerdict: (verdict: AffirmVerdict) => void): void;
}

/** What is said of a claim: by which seats, and whether that is a quorum that was found true. */
export interface Standing {
  readonly round: Round;
  readonly claim: Root;
  readonly seats: readonly number[];
  readonly isAffirmed: boolean;
}

export class ShardBook {
  readonly shard: ShardName;
  readonly committee: Committee;
  readonly #desk: BookDesk;
  readonly #groups = new Map<string, ClaimGroup>();
  readonly #bySigner = new Sets<number, Entry>();
  readonly #bySender = new Sets<Peer | undefined, Entry>();
  /** Those with a quorum. */
  readonly #affirmed = new Set<ClaimGroup>();
  /** Who sent what is false, and until which frontier nothing of theirs is taken. */
  readonly #liars = new Map<Peer, Round>();
  readonly #conflicts: Conflicts;
  /** Seats of which a pair is being checked. */
  readonly #pairs = new Set<number>();
  #frontier: Round;

  constructor(shard: ShardName, committee: Committee, frontier: Round, desk: BookDesk) {
    this.shard = shard;
    this.committee = committee;
    this.#frontier = frontier;
    this.#desk = desk;
    this.#conflicts = new Conflicts({ shard, epoch: desk.epoch, movesMax: desk.limits.conflictMovesMax });
  }

  get frontier(): Round {
    return this.#frontier;
  }

  /** For tests of bounds. */
  get counts() {
    return { groups: this.#groups.size, liars: this.#liars.size, conflicts: this.#conflicts.size };
  }

  /** Of the lowest round; of several claims of it, the one that most say. */
  get next(): Standing | undefined {
    const standings = [...this.#groups.values()].map(standingOf);
    return standings.sort((a, b) => a.round - b.round || b.seats.length - a.seats.length)[0];
  }

  /** C4: evidence waits for this claim. */
  misses(claim: Root): boolean {
    return this.#conflicts.misses(claim);
  }

  isLiar(sender: Peer): boolean {
    return this.#liars.has(sender);
  }

  has(sender: Peer | undefined, round: Round, claim: Root): boolean {
    return this.#groups.get(groupKey(round, claim))?.of(sender) !== undefined;
  }

  /** The highest round that waits to be attested, if no more of them may. */
  get ceiling(): Round | undefined {
    return this.#affirmed.size < this.#desk.limits.affirmedMax ? undefined : this.#highest()?.round;
  }

  #highest(): ClaimGroup | undefined {
    let highest: ClaimGroup | undefined;
    for (const group of this.#affirmed) if (highest === undefined || group.round >= highest.round) highest = group;
    return highest;
  }

  /** What waits of this sender without a quorum, by round. */
  waitingOf(sender: Peer): readonly Entry[] {
    const entries = this.#bySender.of(sender).filter(({ group }) => group.quorum === undefined);
    return entries.sort((a, b) => a.group.round - b.group.round);
  }

  add(sender: Peer | undefined, signer: number, round: Round, claim: Root, signature: Uint8Array): void {
    const key = groupKey(round, claim);
    const group = this.#groups.get(key) ?? new ClaimGroup(this.shard, round, claim);
    this.#groups.set(key, group);
    const state = sender === undefined ? "alone" : "unchecked";
    const entry: Entry = { group, sender, signer, signature, state };
    group.add(entry);
    this.#bySigner.add(signer, entry);
    this.#bySender.add(sender, entry);
    this.#desk.holdings.add(entry);
    this.#advance(group);
    this.#compare(entry);
  }

  /** Takes an entry out, and its group if nothing is left of it. */
  remove(entry: Entry): void {
    const { group, signer, sender } = entry;
    group.remove(entry);
    this.#bySigner.remove(signer, entry);
    this.#bySender.remove(sender, entry);
    this.#desk.holdings.remove(entry);
    if (group.isEmpty && group.quorum === undefined && this.#holds(group)) this.#groups.delete(group.key);
  }

  #drop(group: ClaimGroup): void {
    for (const entry of [...group.entries]) this.remove(entry);
    this.#affirmed.delete(group);
    this.#groups.delete(group.key);
  }

  #holds(group: ClaimGroup): boolean {
    return this.#groups.get(group.key) === group;
  }

  /** S9: has a group checked once it would be a quorum. */
  #advance(group: ClaimGroup): void {
    if (group.isChecking || group.quorum !== undefined || !this.#holds(group)) return;
    const entries = group.candidates(this.committee);
    if (entries === undefined) return;
    group.isChecking = true;
    const signed = entries.map(({ signer, signature }) => ({ signer, signature }));
    const task: AffirmTask = { kind: "equal", shard: this.shard, claim: group.claim, signed };
    this.#desk.verify(task, (verdict) => this.#onEqual(group, entries, verdict));
  }

  #onEqual(group: ClaimGroup, entries: readonly Entry[], { valid, quorum }: AffirmVerdict): void {
    group.isChecking = false;
    for (const [i, entry] of entries.entries()) {
      if (valid[i] !== true) this.#expose(entry);
      else if (entry.state === "unchecked") entry.state = "together";
    }
    if (!this.#holds(group)) return;
    if (quorum === undefined) return this.#advance(group);
    group.quorum = quorum;
    this.#affirmed.add(group);
    const highest = this.#highest();
    if (this.#affirmed.size > this.#desk.limits.affirmedMax && highest !== undefined) this.#drop(highest);
    if (this.#holds(group)) this.#announce(group);
  }

  /** C5: a claim counts when its content is held. */
  #announce({ shard, round, claim, summary, quorum, affirmers }: ClaimGroup): void {
    if (quorum === undefined) return;
    if (summary === undefined) this.#wantClaim({ why: "quorum", shard, round, claim, from: affirmers });
    else this.#desk.push({ kind: "affirmed", claim, summary, quorum });
  }

  #wantClaim(wanted: Omit<Extract<BookEffect, { readonly kind: "want-claim" }>, "kind">): void {
    this.#desk.push({ kind: "want-claim", ...wanted });
  }

  /** It sent what is false: that goes, and all of its that was not checked. */
  #expose(entry: Entry): void {
    const { sender, group } = entry;
    this.remove(entry);
    if (sender === undefined || group.round <= this.#frontier) return;
    const until = Math.max(group.round, this.#liars.get(sender) ?? 0) as Round;
    this.#liars.set(sender, until);
    for (const other of this.#bySender.of(sender)) if (other.state === "unchecked") this.remove(other);
  }

  /** C4: whether the seat says something else elsewhere. */
  #compare(entry: Entry): void {
    const { signer, group } = entry;
    if (!group.has(entry) || this.#pairs.has(signer) || this.#conflicts.isKnown(signer)) return;
    const rival = this.#bySigner.of(signer).find((other) => clash(group, other.group));
    if (rival === undefined) return;
    const entries = [entry, rival] as const;
    const pair = entries.map(({ group: { claim }, signature }) => ({ claim, signature })) as unknown as SignedPair;
    this.#pairs.add(signer);
    const task: AffirmTask = { kind: "pair", shard: this.shard, signer, pair };
    this.#desk.verify(task, (verdict) => this.#onPair(entries, pair, verdict));
  }

  #onPair(entries: readonly [Entry, Entry], pair: SignedPair, { valid }: AffirmVerdict): void {
    const { signer } = entries[0];
    this.#pairs.delete(signer);
    for (const [i, entry] of entries.entries()) {
      if (valid[i] === true) entry.state = "alone";
      else this.#expose(entry);
    }
    if (entries.every((_, i) => valid[i] === true)) return this.#accuse(entries, pair);
    this.#compareAll(signer);
  }

  /** What was false stood in the way of another look at what this seat says. */
  #compareAll(signer: number): void {
    for (const entry of this.#bySigner.of(signer)) this.#compare(entry);
  }

  #accuse(entries: readonly [Entry, Entry], pair: SignedPair): void {
    this.#conflicts.add(entries[0].signer, pair);
    for (const { group } of entries) {
      const { shard, round, claim, summary, affirmers } = group;
      if (summary === undefined) this.#wantClaim({ why: "evidence", shard, round, claim, from: affirmers });
      else this.#prove(claim, summary);
    }
  }

  #prove(claim: Root, summary: ClaimSummary): void {
    for (const { signer, evidence } of this.#conflicts.learn(claim, summary)) {
      if (evidence !== undefined) this.#desk.push({ kind: "evidence", evidence });
      else this.#compareAll(signer);
    }
  }

  /** What a claim says, whose content is held. Whoever gave it another round or shard lies. */
  learn(claim: Root, summary: ClaimSummary): void {
    const groups = [...this.#groups.values()].filter((group) => equalBytes(group.claim, claim));
    for (const group of groups) {
      if (group.summary !== undefined) continue;
      if (this.#isOf(group, summary)) this.#name(group, summary);
      else this.#disown(group);
    }
    this.#prove(claim, summary);
  }

  #isOf({ round }: ClaimGroup, summary: ClaimSummary): boolean {
    return round === summary.round && this.shard === summary.shard && this.#desk.epoch === summary.epoch;
  }

  #name(group: ClaimGroup, summary: ClaimSummary): void {
    group.summary = summary;
    this.#announce(group);
    for (const entry of [...group.entries]) this.#compare(entry);
  }

  #disown(group: ClaimGroup): void {
    for (const entry of [...group.entries]) this.#expose(entry);
    this.#drop(group);
  }

  /** A3: what is at or below the frontier is attested, or never will be. */
  advance(round: Round): void {
    if (round <= this.#frontier) return;
    this.#frontier = round;
    for (const group of [...this.#groups.values()]) if (group.round <= round) this.#drop(group);
    for (const [liar, until] of this.#liars) if (until <= round) this.#liars.delete(liar);
    this.#conflicts.age();
  }
}

/** Whether no honest seat affirms both, as far as is known of them. */
function clash(a: ClaimGroup, b: ClaimGroup): boolean {
  if (equalBytes(a.claim, b.claim)) return false;
  const isSamePrev = a.summary !== undefined && b.summary !== undefined && equalBytes(a.summary.prev, b.summary.prev);
  return a.round === b.round || isSamePrev;
}

/** Several items under each key. */
class Sets<Key, Item> {
  readonly #sets = new Map<Key, Set<Item>>();

  of(key: Key): readonly Item[] {
    return [...(this.#sets.get(key) ?? [])];
  }

  add(key: Key, item: Item): void {
    const set = this.#sets.get(key) ?? new Set();
    this.#sets.set(key, set.add(item));
  }

  remove(key: Key, item: Item): void {
    const set = this.#sets.get(key);
    set?.delete(item);
    if (set?.size === 0) this.#sets.delete(key);
  }
}

function standingOf({ round, claim, entries, quorum }: ClaimGroup): Standing {
  const seats = [...new Set([...entries].map(({ signer }) => signer))].sort((a, b) => a - b);
  return { round, claim, seats, isAffirmed: quorum !== undefined };
}
