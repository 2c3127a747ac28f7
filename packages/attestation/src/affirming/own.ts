// C4: what this node itself affirms, for the shards whose committees it sits in. Two claims of one round, or of one
// `prev`, under one key are proof of misbehaviour for ever, so the node keeps a mark for each epoch and shard: the highest
// round that it signed.
//
//   Never below   A claim is signed if its `prev` is at or above the mark; so it is above the mark itself. Then no two
//                 signed claims have one round; nor one `prev`: that of a claim is below its round, so below the mark
//                 that it makes, and those of all later ones are not. The claim at the mark may be said again.
//   Durable       The mark with the affirmation is stored before that leaves: `store` comes before `broadcast`.
//   No mark       Then nothing is signed in that epoch and shard. Marks are not made by a start: a node that lost its store
//                 looks like a new one. They are made by whoever makes the node's store, `firstMarks`: for a new network
//                 at the genesis round. Who joins a running network with a key that signed nothing, or comes back with
//                 a lost store, makes them at a height that is final now and not below any that was final for whoever
//                 used the key before: then all that was signed with it is at or below the mark.
//   Final         The claim's order header is final.
//   Said again    What is above the frontier is broadcast again after a restart, and while the frontier stands still:
//                 after 4Δ, then twice as long each time up to 64Δ. The lowest come first: nothing above them can be
//                 attested before (A3).

import {
  type Affirmation,
  asRound,
  assert,
  type Epoch,
  equalBytes,
  type Failure,
  failure,
  type Height,
  limits,
  type Result,
  type Root,
  type Round,
  type ShardName,
  type StoreBatch,
  success,
  type ValidatorIndex,
  zeroRoot,
} from "@tandem/shared";
import { decodeOwnRecords, forgetOwn, markRecord, type OwnMark, ownRecords } from "../records.ts";
import { affirmSigningRoot } from "./verify.ts";

/** Own affirmations of one shard that wait to be attested; more wait at the follower until the frontier moves. */
const waitingMax = 4096;
/** The longest pause is the first one, 4Δ, doubled so many times. */
const doublingsMax = 4;

export interface OwnConfig {
  /** Root of the genesis. */
  readonly network: Root;
  readonly epoch: Epoch;
  /** With the key of these seats. */
  readonly sign: (message: Root) => Uint8Array;
  /** The places of this key, by shard. */
  readonly seats: ReadonlyMap<ShardName, ValidatorIndex>;
  readonly deltaMs: number;
}

/** A claim that the own follower made. */
export interface OwnClaim {
  readonly shard: ShardName;
  readonly round: Round;
  readonly claim: Root;
  /** Of the claim that it follows. */
  readonly prevRound: Round;
}

export type OwnCode =
  | "no-seat"
  | "no-mark" // in this epoch: who cannot know what it signed, signs nothing
  | "not-final"
  | "signed-before" // another claim at or above this round
  | "follows-unknown" // it follows a claim below the mark: another one that follows the same may have been signed
  | "too-far-ahead"; // to be offered again when the frontier moves

export type OwnTimer = { readonly name: "affirm"; readonly shard: ShardName; readonly id: number };

export type OwnEffect =
  | { readonly kind: "store"; readonly batch: StoreBatch }
  | { readonly kind: "broadcast"; readonly affirmations: readonly Affirmation[] }
  | { readonly kind: "set-timer"; readonly timer: OwnTimer; readonly afterMs: number };

interface Seat {
  readonly shard: ShardName;
  readonly signer: ValidatorIndex;
  mark: OwnMark | undefined;
  /** Above the frontier, by round. */
  waiting: Affirmation[];
  frontier: Round;
  /** Pauses since the frontier moved. */
  pauses: number;
  /** The one that counts; older ones are outlived. */
  timer: number | undefined;
}

/**
 * What makes a store one that may sign: no other claim at or below `round` was signed, or will be. `records` are the own
 * ones that the store holds already: a mark is raised, never lowered.
 */
export function firstMarks(
  epoch: Epoch,
  shards: readonly ShardName[],
  round: Round,
  records: readonly Uint8Array[],
): StoreBatch {
  const known = decodeOwnRecords(records).filter(({ value }) => value.epoch === epoch && value.round >= round);
  const isMarked = (shard: ShardName) => known.some(({ kind, value }) => kind === "mark" && value.shard === shard);
  const fresh = shards.filter((shard) => !isMarked(shard));
  const batches = fresh.map((shard) => markRecord({ epoch, shard, round, claim: zeroRoot }));
  return { puts: batches.flatMap(({ puts }) => puts), deletes: [] };
}

export class OwnAffirmations {
  readonly #config: OwnConfig;
  readonly #seats: ReadonlyMap<ShardName, Seat>;
  #nextTimer = 1;

  /** `records`: the values of all records whose keys begin with `ownPrefix`. */
  constructor(config: OwnConfig, records: readonly Uint8Array[]) {
    this.#config = config;
    const seats = [...config.seats].map(([shard, signer]) => [shard, emptySeat(shard, signer)] as const);
    this.#seats = new Map(seats);
    for (const { kind, value } of decodeOwnRecords(records)) {
      const seat = this.#seats.get(value.shard);
      if (seat === undefined || value.epoch !== config.epoch) continue;
      if (kind === "mark") seat.mark = value;
      else if (value.signer === seat.signer) seat.waiting.push(value);
    }
    for (const { waiting } of this.#seats.values()) waiting.sort((a, b) => a.round - b.round);
  }

  /** C4: whether this node may sign for the shard at all. */
  canSign(shard: ShardName): boolean {
    return this.#seats.get(shard)?.mark !== undefined;
  }

  /** What waits to be attested, by round. */
  waitingOf(shard: ShardName): readonly Affirmation[] {
    return [...(this.#seats.get(shard)?.waiting ?? [])];
  }

  /** After the frontiers are told: says again what is above them. */
  start(): readonly OwnEffect[] {
    return [...this.#seats.values()].flatMap((seat) => this.#say(seat));
  }

  /** `finalHeight` is that of the order chain. */
  affirm(own: OwnClaim, finalHeight: Height): Result<readonly OwnEffect[], Failure<OwnCode>> {
    const { shard, round, claim } = own;
    assert(own.prevRound < round, "a claim follows one of an earlier round");
    const seat = this.#seats.get(shard);
    if (seat === undefined) return failure("no-seat", "shard", `no seat in the committee of ${shard}`);
    const { mark } = seat;
    if (mark === undefined) return failure("no-mark", "shard", "what was signed in this epoch is not known");
    if (mark.round === round && equalBytes(mark.claim, claim)) return success([]);
    if (round > finalHeight) return failure("not-final", "round", `the order chain is final up to ${finalHeight}`);
    if (round <= mark.round) return failure("signed-before", "round", `signed up to round ${mark.round}`);
    if (own.prevRound < mark.round) {
      return failure("follows-unknown", "prevRound", `it follows ${own.prevRound}, and the mark is ${mark.round}`);
    }
    if (seat.waiting.length >= waitingMax) return failure("too-far-ahead", "", `${waitingMax} wait to be attested`);
    return success(this.#sign(seat, own));
  }

  #sign(seat: Seat, { shard, round, claim }: OwnClaim): readonly OwnEffect[] {
    const { sign, epoch } = this.#config;
    const signature = sign(affirmSigningRoot(this.#config, claim));
    const affirmation: Affirmation = { epoch, claim, shard, round, signer: seat.signer, signature };
    seat.mark = { epoch, shard, round, claim };
    seat.waiting.push(affirmation);
    // C4: durable before it leaves.
    const effects: OwnEffect[] = [
      { kind: "store", batch: ownRecords(affirmation) },
      { kind: "broadcast", affirmations: [affirmation] },
    ];
    return seat.timer === undefined ? [...effects, this.#pause(seat)] : effects;
  }

  /** A shard's last attested claim. */
  advance(shard: ShardName, frontier: Round): readonly OwnEffect[] {
    const seat = this.#seats.get(shard);
    if (seat === undefined || frontier <= seat.frontier) return [];
    seat.frontier = frontier;
    const passed = seat.waiting.filter(({ round }) => round <= frontier);
    seat.waiting = seat.waiting.filter(({ round }) => round > frontier);
    seat.pauses = 0;
    const isPausing = seat.timer !== undefined;
    seat.timer = undefined;
    const forgotten: OwnEffect[] = passed.length === 0 ? [] : [{ kind: "store", batch: forgetOwn(passed) }];
    return isPausing && seat.waiting.length > 0 ? [...forgotten, this.#pause(seat)] : forgotten;
  }

  onTimer({ shard, id }: OwnTimer): readonly OwnEffect[] {
    const seat = this.#seats.get(shard);
    if (seat === undefined || seat.timer !== id) return [];
    seat.pauses++;
    return this.#say(seat);
  }

  #say(seat: Seat): readonly OwnEffect[] {
    seat.timer = undefined;
    if (seat.waiting.length === 0) return [];
    return [{ kind: "broadcast", affirmations: seat.waiting.slice(0, limits.affirmationsMax) }, this.#pause(seat)];
  }

  #pause(seat: Seat): OwnEffect {
    const id = this.#nextTimer++;
    seat.timer = id;
    const afterMs = 4 * this.#config.deltaMs * 2 ** Math.min(seat.pauses, doublingsMax);
    return { kind: "set-timer", timer: { name: "affirm", shard: seat.shard, id }, afterMs };
  }
}

function emptySeat(shard: ShardName, signer: ValidatorIndex): Seat {
  return { shard, signer, mark: undefined, waiting: [], frontier: asRound(0), pauses: 0, timer: undefined };
}
