// C3: the state of a snapshot as it is built up: every map from its entries, and each compared with what the claim commits to
// as soon as it is whole. What comes out meanwhile are records that nobody finds (T9); the heads wait for the end.

import { contractEntry, type NamedRecord, pendingEntryOf, StateRebuild } from "@tandem/execution";
import {
  type ClaimSummary,
  equalBytes,
  type Failure,
  failure,
  type RebuiltMap,
  type Result,
  type Root,
  type Round,
  type StoreRecord,
  shardOf,
  success,
  type Verdict,
  verified,
  zeroRoot,
} from "@tandem/shared";
import { type PendingItem, type StatePart, snapshotLimits } from "./parts.ts";

export type StateCode =
  | "wrong-order" // a part or an entry does not come after the one before it
  | "wrong-contract" // of another shard
  | "wrong-state" // the entries of a contract are not those that its record commits to
  | "wrong-contracts" // the contracts are not those of the claim
  | "wrong-pending" // what is pending is not what was after the claim
  | "too-large"; // more contracts than can become a state at once

type Taken = Result<readonly StoreRecord[], Failure<StateCode>>;

/** A contract whose entries are coming. */
interface Open extends NamedRecord {
  readonly rebuild: StateRebuild;
}

export class StateReader {
  readonly #claim: ClaimSummary;
  readonly #contracts: StateRebuild;
  readonly #pending: StateRebuild;
  /** Contracts with a state, in order, whose entries have not come. */
  #waiting: readonly NamedRecord[] = [];
  #open: Open | undefined;
  #contractCount = 0;
  #pendingCount = 0;
  #hasContracts = false;
  #records: StoreRecord[] = [];
  readonly #heads: StoreRecord[] = [];

  constructor(claim: ClaimSummary) {
    this.#claim = claim;
    this.#contracts = new StateRebuild({ kind: "contracts" }, claim.round);
    this.#pending = new StateRebuild({ kind: "pending" }, claim.round);
  }

  /** Records that make the state the latest of the shard, all together. */
  get heads(): readonly StoreRecord[] {
    return this.#heads;
  }

  onContracts(records: readonly NamedRecord[]): Taken {
    if (this.#hasContracts) return failure("wrong-order", "contracts", "contracts come before what is pending");
    const states = this.#endStates();
    if (!states.ok) return states;
    const foreign = records.find(({ name }) => shardOf(name) !== this.#claim.shard);
    if (foreign !== undefined) {
      return failure("wrong-contract", "contracts", `${foreign.name} is not in ${this.#claim.shard}`);
    }
    this.#contractCount += records.length;
    if (this.#contractCount > snapshotLimits.contractsMax) {
      return failure("too-large", "contracts", `there are more than ${snapshotLimits.contractsMax} contracts`);
    }
    this.#waiting = records.filter(({ record }) => !equalBytes(record.state, zeroRoot));
    return this.#take(this.#contracts.add(records.map(contractEntry)), "contracts");
  }

  onState({ contract, entries }: StatePart): Taken {
    if (this.#open?.name !== contract) {
      const begun = this.#begin(contract);
      if (!begun.ok) return begun;
    }
    return this.#take((this.#open as Open).rebuild.add(entries), `state ${contract}`);
  }

  #begin(contract: NamedRecord["name"]): Verdict<StateCode> {
    const ended = this.#endState();
    if (!ended.ok) return ended;
    const [next, ...rest] = this.#waiting;
    if (next?.name !== contract) {
      return failure("wrong-order", `state ${contract}`, `${next?.name ?? "no contract"} is next`);
    }
    this.#waiting = rest;
    this.#open = { ...next, rebuild: new StateRebuild({ kind: "state", contract }, this.#claim.round) };
    return verified;
  }

  onPending(items: readonly PendingItem[]): Taken {
    const ended = this.#endContracts();
    if (!ended.ok) return ended;
    this.#pendingCount += items.length;
    const late = items.find(({ position }) => position.height > this.#claim.round);
    if (late !== undefined || this.#pendingCount > this.#claim.pending.count) return wrongPending(this.#claim);
    const entries = items.map(pendingEntryOf);
    const added = this.#take(this.#pending.add(entries), "pending");
    return added.ok ? success([...added.value, ...entries.map(({ record }) => record)]) : added;
  }

  /** All is there. */
  end(): Taken {
    const ended = this.#endContracts();
    if (!ended.ok) return ended;
    const { count, root } = this.#claim.pending;
    const isAll = this.#finish(this.#pending.end(), root) && this.#pendingCount === count;
    return isAll ? this.#take(success([]), "") : wrongPending(this.#claim);
  }

  #endContracts(): Verdict<StateCode> {
    if (this.#hasContracts) return verified;
    const states = this.#endStates();
    if (!states.ok) return states;
    this.#hasContracts = true;
    if (this.#finish(this.#contracts.end(), this.#claim.contracts)) return verified;
    return failure("wrong-contracts", "contracts", `these ${this.#contractCount} are not the contracts of the claim`);
  }

  #endStates(): Verdict<StateCode> {
    const ended = this.#endState();
    const [missing] = this.#waiting;
    if (!ended.ok || missing === undefined) return ended;
    return failure("wrong-state", `state ${missing.name}`, "its entries are missing");
  }

  #endState(): Verdict<StateCode> {
    const open = this.#open;
    this.#open = undefined;
    if (open === undefined || this.#finish(open.rebuild.end(), open.record.state)) return verified;
    return failure("wrong-state", `state ${open.name}`, "these are not the entries that the claim commits to");
  }

  #finish({ root, records, heads }: RebuiltMap, wanted: Root): boolean {
    for (const record of records) this.#records.push(record);
    this.#heads.push(...heads);
    return equalBytes(root, wanted);
  }

  /** With what maps left that ended meanwhile. */
  #take(added: Result<readonly StoreRecord[], Failure<"wrong-order">>, path: string): Taken {
    if (!added.ok) return failure(added.error.code, `${path}${added.error.path}`, added.error.message);
    const records = [...this.#records, ...added.value];
    this.#records = [];
    return success(records);
  }
}

function wrongPending({ pending, round }: { readonly pending: { readonly count: number }; readonly round: Round }) {
  return failure<StateCode>(
    "wrong-pending",
    "pending",
    `these are not the ${pending.count} that were pending after round ${round}`,
  );
}
