// One shard, round by round: its schedule, its state, and the programs that have nodes left here. Given each round's
// slice and the claims of other shards that became visible (R2), it runs what is due (R4) and makes the shard's claim
// (C1). It needs nothing else (R6), and holds in memory what is pending and what its open maps hold.
//
// A round is a `Reading`: it asks for records and is resumed with them. It changes the execution as it goes, so one that
// was broken off, because the store failed, leaves an execution that is to be restored from the store.

import {
  asRound,
  assert,
  type Claim,
  type ContractName,
  claimCodec,
  type Epoch,
  type Frontier,
  type Height,
  type Reading,
  type Root,
  type ShardName,
  type SparseMap,
  type StoreBatch,
} from "@tandem/shared";
import type { OrderedProgram, RoundSlice } from "../ordered.ts";
import type { Rules } from "../run/rules.ts";
import type { RoundBounds } from "../schedule/room.ts";
import type { DueNode, WaitingProgram } from "../schedule/schedule.ts";
import { type EntryChange, ShardState } from "../state/shard-state.ts";
import { laneOf, lanesInOrder, makeClaim, type RanLane, sourcesOf } from "./claim.ts";
import type { ContractState } from "./contract-state.ts";
import type { LaneRun, RefusedCall } from "./lane-run.ts";
import { type PendingProgram, PendingPrograms, type VisibleClaim } from "./pending-programs.ts";
import { keysOf, runNodes } from "./run-nodes.ts";

/** What a shard's execution is told once. */
export interface ShardSetting {
  readonly shard: ShardName;
  readonly epoch: Epoch;
  readonly rules: Rules;
  readonly bounds: RoundBounds;
  /** Bytes of memory for open maps, about; a usual number without it. Results are the same. */
  readonly heldBytesMax?: number;
}

/** What order height `slice.height` brings: the shard's slice, and the claims that its citation made visible (R2). */
export interface RoundInput {
  readonly slice: RoundSlice;
  /** Of other shards, each shard's in the order of rounds. */
  readonly visible: readonly VisibleClaim[];
}

export interface RoundResult {
  readonly claim: Claim;
  readonly root: Root;
  readonly lanes: readonly RanLane[];
  /** The contracts of the lanes, as before the round, with what was touched: what witnesses are made of (C2). */
  readonly states: readonly ContractState[];
  /** The map of contracts as before the round, with those of the lanes known. */
  readonly contracts: SparseMap;
  /** C3: entries of the pending map that changed. */
  readonly entries: readonly EntryChange[];
  /** Why calls were reverted or trapped: for people, and no part of the claim. */
  readonly refusals: readonly RefusedCall[];
  /** Makes the state after the round durable; it is in the store before the next round reads. */
  readonly batch: StoreBatch;
}

export class ShardExecution {
  readonly setting: ShardSetting;
  readonly #programs: PendingPrograms;
  readonly #state: ShardState;
  #frontier: Frontier;
  /** The last round that it was given. */
  #height: Height;

  /** From a claim: the genesis claim, with nothing pending, or a later one with what is pending, in line order (C3). */
  constructor(setting: ShardSetting, frontier: Frontier, pending: readonly PendingProgram[] = []) {
    assert(frontier.pending.count === pending.length, "every pending program comes with its entry");
    this.setting = setting;
    this.#frontier = frontier;
    this.#height = frontier.round as number as Height;
    this.#programs = new PendingPrograms(setting.shard, setting.bounds, setting.rules.functions);
    const entries = pending.map(({ ordered, root }) => ({ position: ordered, root }));
    this.#state = new ShardState({ contracts: frontier.contracts, pending: frontier.pending.root }, entries, setting);
    for (const { ordered, entry } of pending) this.#programs.restore(ordered, entry);
  }

  /** The shard's last claim. */
  get frontier(): Frontier {
    return this.#frontier;
  }

  get height(): Height {
    return this.#height;
  }

  get pendingCount(): number {
    return this.#programs.count;
  }

  /** C3: what is pending after the last claim, in line order: with the frontier, all that it takes to go on from there. */
  pending(): readonly PendingProgram[] {
    return this.#programs.list();
  }

  /**
   * Which programs wait here for which steps elsewhere, in line order: at first all of them, then what changed since the
   * last time. Plain data.
   */
  takeWaiting(): readonly WaitingProgram[] {
    return this.#programs.takeWaiting();
  }

  /**
   * C3: exports that were visible at or before the last round, for an execution that began in the middle: it was not
   * there when they became visible.
   */
  recall(visible: readonly VisibleClaim[]): void {
    for (const claim of visible) this.#programs.see(claim);
  }

  /** The next round: nothing if the shard has no work in it, and so makes no claim (C1). */
  *round({ slice, visible }: RoundInput): Reading<RoundResult | undefined> {
    assert(slice.height === this.#height + 1, `round ${slice.height} comes after ${this.#height}`);
    this.#height = slice.height;
    const added = this.#programs.add(slice);
    for (const claim of visible) this.#programs.see(claim);
    const due = this.#programs.take();
    if (slice.blobs.length === 0 && due.length === 0) return undefined;
    return yield* this.#work(due, added);
  }

  *#work(due: readonly DueNode[], added: readonly OrderedProgram[]): Reading<RoundResult> {
    const round = asRound(this.#height);
    const states = yield* this.#state.open(keysOf(due));
    const contractsBefore = this.#state.contracts;
    const runs = yield* this.#run(due, states);
    const entries = this.#programs.finish(due, added);
    const batch = yield* this.#state.commit(round, [...states.values()], entries);
    const ordered = lanesInOrder(runs);
    const lanes = ordered.map(laneOf);
    const { contracts, pending } = this.#state.roots;
    const { shard, epoch } = this.setting;
    const claim = makeClaim(
      { epoch, shard, round, prev: this.#frontier.claim },
      sourcesOf(ordered),
      lanes.map(({ lane }) => lane),
      contracts,
      { count: this.#programs.count, root: pending },
    );
    const root = claimCodec.root(claim);
    this.#frontier = { round, claim: root, contracts, pending: claim.pending };
    const ranStates = ordered.map(({ state }) => state);
    const refusals = ordered.flatMap((run) => run.refusals);
    return { claim, root, lanes, states: ranStates, contracts: contractsBefore, entries, refusals, batch };
  }

  *#run(
    due: readonly DueNode[],
    states: ReadonlyMap<ContractName, ContractState>,
  ): Reading<ReadonlyMap<ContractName, LaneRun>> {
    const { rules } = this.setting;
    const run = runNodes({ rules, round: asRound(this.#height), due, states, programs: this.#programs.runs });
    let step = run.next();
    while (step.done !== true) {
      yield* this.#state.fetch(step.value.state.name, [step.value.key]);
      step = run.next();
    }
    return step.value;
  }
}
