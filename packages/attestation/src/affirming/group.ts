// Affirmations of one claim, as one shard and round are said to be its. Shard and round are not signed (C4), so two
// groups may be of one claim; what the claim itself says decides, once its content is held.
//
// S9: a place belongs to whoever sends, not to whom it names. Each sender has one place, so nobody can fill another's,
// and a false quorum takes as many liars as a true one takes signers.

import {
  type ClaimSummary,
  type Committee,
  isQuorum,
  type QuorumSignature,
  type Root,
  type Round,
  type ShardName,
  toHex,
} from "@tandem/shared";
import type { Peer } from "./types.ts";

export interface Entry {
  readonly group: ClaimGroup;
  /** Absent for our own. */
  readonly sender: Peer | undefined;
  readonly signer: number;
  readonly signature: Uint8Array;
  /** `together`: true as part of a sum. */
  state: "unchecked" | "together" | "alone";
}

export class ClaimGroup {
  readonly shard: ShardName;
  readonly round: Round;
  readonly claim: Root;
  readonly key: string;
  readonly #places = new Map<Peer | undefined, Entry>();
  /** A check of its entries is under way. */
  isChecking = false;
  quorum: QuorumSignature | undefined;
  /** Of the claim, once its content is held. */
  summary: ClaimSummary | undefined;

  constructor(shard: ShardName, round: Round, claim: Root) {
    this.shard = shard;
    this.round = round;
    this.claim = claim;
    this.key = groupKey(round, claim);
  }

  get entries(): Iterable<Entry> {
    return this.#places.values();
  }

  /** Those who sent a true affirmation. */
  get affirmers(): readonly Peer[] {
    const checked = [...this.#places.values()].filter(({ state }) => state !== "unchecked");
    return checked.flatMap(({ sender }) => sender ?? []);
  }

  get isEmpty(): boolean {
    return this.#places.size === 0;
  }

  has(entry: Entry): boolean {
    return this.#places.get(entry.sender) === entry;
  }

  of(sender: Peer | undefined): Entry | undefined {
    return this.#places.get(sender);
  }

  add(entry: Entry): void {
    this.#places.set(entry.sender, entry);
  }

  remove(entry: Entry): void {
    if (this.has(entry)) this.#places.delete(entry.sender);
  }

  /** One entry for each seat, the first, if all of them would be a quorum. */
  candidates(committee: Committee): readonly Entry[] | undefined {
    const chosen = new Map<number, Entry>();
    for (const entry of this.#places.values()) {
      if (!chosen.has(entry.signer)) chosen.set(entry.signer, entry);
    }
    let weight = 0n;
    for (const signer of chosen.keys()) weight += committee.seats[signer]?.weight ?? 0n;
    return isQuorum(committee, weight) ? [...chosen.values()] : undefined;
  }
}

export function groupKey(round: Round, claim: Root): string {
  return `${round} ${toHex(claim)}`;
}
