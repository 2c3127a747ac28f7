// How a shard stands, as one node sees it: what is attested, how far that lies behind, how far this node has executed it,
// and whose affirmations the next claim waits for.

import type { Dispute, ShardProgress } from "@tandem/attestation";
import { isQuorum, type ShardName, toHex } from "@tandem/shared";
import { type Seating, seatAt } from "../config/seating.ts";
import type { NodeSetup } from "./node-setup.ts";

export interface ShardStatus {
  readonly name: ShardName;
  /** The last attested claim, and the height of the attest block that has it; zero at the genesis. */
  readonly attested: { readonly round: number; readonly height: number; readonly claim: string };
  /** The highest round that was seen with a quorum since the process began; the attested one if that is later. */
  readonly affirmed: number;
  readonly own: OwnStanding;
  /** Whether this validator sits in the committee. */
  readonly isMember: boolean;
  /** C4: it sits there and affirms nothing, for it has no record of what its key signed. */
  readonly hasNoMark: boolean;
  /** Order blocks from the round of the first claim on that is known to wait for being attested: near what O10 counts. */
  readonly lag: number;
  /** Programs that had something left to run after the last attested claim. */
  readonly pending: number;
  /** The lowest claim above the attested one that somebody affirmed, by how many members, and how many are needed. */
  readonly waiting: {
    readonly round: number;
    readonly claim: string;
    readonly have: number;
    readonly need: number;
  } | null;
  /** Members whose affirmation of it this node does not have. */
  readonly missing: readonly string[];
  /** C6: why this node stopped it. */
  readonly dispute: { readonly round: number; readonly own: string | null; readonly theirs: string } | null;
}

export interface OwnStanding {
  /** `starting`: until what was stored is read, and the order chain has come as far as a snapshot. */
  readonly state: "starting" | "following" | "stopped" | "not-followed";
  /** The last order height whose work here is done. */
  readonly round: number;
  /** Of the last own claim that is not attested. */
  readonly claimed: number | null;
}

export interface ShardFacts {
  /** Order blocks executed here. */
  readonly executed: number;
  readonly affirmed: number;
  readonly attestHeight: number;
  readonly hasNoMark: boolean;
}

export function shardStatus(progress: ShardProgress, setup: NodeSetup, facts: ShardFacts): ShardStatus {
  const { shard, attested, own, next } = progress;
  const seating = setup.seatings.shards.get(shard) as Seating;
  const { round, claim, pending } = attested;
  const standing = standingOf(own, round, setup.follows.includes(shard));
  const first = next?.round ?? standing.claimed;
  const missing = seating.places.filter((_, seat) => next !== undefined && !next.seats.includes(seat));
  return {
    name: shard,
    attested: { round, height: facts.attestHeight, claim: toHex(claim) },
    affirmed: Math.max(facts.affirmed, round),
    own: standing,
    isMember: seatAt(seating, setup.validator?.seat) !== undefined,
    hasNoMark: facts.hasNoMark,
    lag: first === null ? 0 : Math.max(0, facts.executed - first + 1),
    pending,
    waiting:
      next === undefined
        ? null
        : { round: next.round, claim: toHex(next.claim), have: next.seats.length, need: membersNeeded(seating) },
    missing: missing.map((place) => setup.names[place] as string),
    dispute: own?.dispute === undefined ? null : disputeOf(own.dispute),
  };
}

function standingOf(own: ShardProgress["own"], attested: number, isFollowed: boolean): OwnStanding {
  if (own === undefined) return { state: isFollowed ? "starting" : "not-followed", round: 0, claimed: null };
  const state = own.dispute === undefined ? "following" : "stopped";
  return { state, round: own.done, claimed: own.made > attested ? own.made : null };
}

/** S1: of those with the most weight; where all weigh the same, of any. */
function membersNeeded(seating: Seating): number {
  const weights = seating.weights.toSorted((a, b) => (a < b ? 1 : a > b ? -1 : 0));
  let count = 0;
  for (let weight = 0n; !isQuorum(seating, weight); count++) weight += weights[count] as bigint;
  return count;
}

function disputeOf({ round, own, theirs }: Dispute): NonNullable<ShardStatus["dispute"]> {
  return { round, own: own === undefined ? null : toHex(own), theirs: toHex(theirs) };
}
