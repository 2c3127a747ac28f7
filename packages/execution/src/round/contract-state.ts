// One contract in one round: its record and map as the round found them, and what the round changed so far. It remembers
// which keys were touched, for the witness of the lane (C2).

import {
  assert,
  type ContractName,
  type ContractRecord,
  contractRecordCodec,
  type Existence,
  type Root,
  type SparseMap,
  type TouchedKeys,
  zeroRoot,
} from "@tandem/shared";
import { Changes, type KeyChange, type Known, type StateView } from "../run/state.ts";
import { mapAfter } from "../state/held-map.ts";

export class ContractState implements StateView {
  readonly name: ContractName;
  /** Before the round; nothing if the contract did not exist. */
  readonly record: ContractRecord | undefined;
  /** Before the round: whole, or with the keys that were fetched. */
  readonly map: SparseMap;
  readonly #changes = new Changes();
  /** What was read of the map, by the text of the key. */
  readonly #reads = new Map<string, KeyChange>();
  #after: SparseMap | undefined;

  constructor(name: ContractName, record: ContractRecord | undefined, map: SparseMap) {
    this.name = name;
    this.record = record;
    this.map = map;
  }

  get existence(): Existence | undefined {
    return this.#changes.existence ?? this.record;
  }

  get(key: Uint8Array, text: string): Known {
    const seen = this.#changes.of(text) ?? this.#reads.get(text);
    if (seen !== undefined) return { kind: "known", value: seen.value };
    const found = this.map.get(key);
    if (!found.ok) return { kind: "not-fetched" };
    this.#reads.set(text, { key, value: found.value });
    return { kind: "known", value: found.value };
  }

  apply(changes: Changes): void {
    this.#changes.addAll(changes);
  }

  /** Keys that a witness under `record` has to show for the round to be run again. */
  get touched(): TouchedKeys {
    return { reads: Array.from(this.#reads.values(), ({ key }) => key), writes: this.changes.map(({ key }) => key) };
  }

  get changes(): readonly KeyChange[] {
    return this.#changes.list();
  }

  /** The round is over; the changed keys have been fetched. Gives the map afterwards. */
  finish(version: number): SparseMap {
    this.#after = mapAfter(this.map, this.changes, version);
    return this.#after;
  }

  /** C1: the contract's record after the round, which is over; nothing if there is still no contract. */
  get recordAfter(): ContractRecord | undefined {
    assert(this.#after !== undefined, "the round is over");
    if (this.existence === undefined) return undefined;
    const { environment, status } = this.existence;
    return { environment, status, state: this.#after.root };
  }
}

/** C1, C2: what a claim says of a contract; absent is zero. */
export function recordRoot(record: ContractRecord | undefined): Root {
  return record === undefined ? zeroRoot : contractRecordCodec.root(record);
}
