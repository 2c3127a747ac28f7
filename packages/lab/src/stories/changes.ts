// What rounds changed in the state of contracts, by key, with the values before and after.

import type { RoundResult } from "@tandem/execution";
import {
  type ContractName,
  compareBytes,
  compareText,
  decodeValue,
  type Existence,
  equalValues,
  toHex,
  type Value,
} from "@tandem/shared";

export interface KeyChange {
  readonly contract: ContractName;
  /** Nothing where the contract came to life or ended: then the values say of which environment it is, and that it ended. */
  readonly key: Uint8Array | undefined;
  readonly before: Value | undefined;
  readonly after: Value | undefined;
}

/** Of one round of one shard. */
export function changesIn({ states }: RoundResult): readonly KeyChange[] {
  const changes = states.flatMap((state) => {
    const contract = state.name;
    const existence = { contract, key: undefined, before: lifeOf(state.record), after: lifeOf(state.existence) };
    const keys = state.changes.map(({ key, value }): KeyChange => {
      const before = state.map.get(key);
      if (!before.ok) throw new Error("a changed key was fetched");
      return { contract, key, before: stateValue(before.value), after: stateValue(value) };
    });
    return [existence, ...keys];
  });
  return inOrder(changes.filter(isChange));
}

/** Of many rounds, from before the first to after the last. */
export function joinChanges(changes: readonly KeyChange[]): readonly KeyChange[] {
  const joined = new Map<string, KeyChange>();
  for (const change of changes) {
    const text = `${change.contract} ${change.key === undefined ? "" : toHex(change.key)}`;
    const first = joined.get(text) ?? change;
    joined.set(text, { ...change, before: first.before });
  }
  return inOrder([...joined.values()].filter(isChange));
}

function inOrder(changes: readonly KeyChange[]): readonly KeyChange[] {
  const none = new Uint8Array();
  return changes.toSorted((a, b) => compareText(a.contract, b.contract) || compareBytes(a.key ?? none, b.key ?? none));
}

function isChange({ before, after }: KeyChange): boolean {
  if (before === undefined || after === undefined) return before !== after;
  return !equalValues(before, after);
}

function lifeOf(existence: Existence | undefined): string | undefined {
  if (existence === undefined) return undefined;
  return existence.status === "live" ? existence.environment : `${existence.environment}, ended`;
}

function stateValue(bytes: Uint8Array | undefined): Value | undefined {
  if (bytes === undefined) return undefined;
  const decoded = decodeValue(bytes);
  if (!decoded.ok) throw new Error("state holds values");
  return decoded.value;
}
