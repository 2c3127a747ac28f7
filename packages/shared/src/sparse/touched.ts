// The keys that a proof, a witness or a partial map is made for.

import { compareBytes, equalBytes, includesBytes } from "../bytes.ts";
import { sha256 } from "../hashing.ts";
import { type OnPath, sortByPath } from "./path.ts";

/** Keys in any order; one that is read and written is as one that is read. */
export interface TouchedKeys {
  /** Keys whose values are asked for. */
  readonly reads: readonly Uint8Array[];
  /** Keys that may be written or deleted, or asked for their presence alone. */
  readonly writes: readonly Uint8Array[];
}

export interface Target extends OnPath {
  readonly path: Uint8Array;
  readonly key: Uint8Array;
  readonly isRead: boolean;
}

/** Each key once, by path. */
export function targetsOf({ reads, writes }: TouchedKeys): Target[] {
  const targetOf = (isRead: boolean) => (key: Uint8Array) => {
    const path = sha256(key);
    return { path, block: path, blockAt: 0, key, isRead };
  };
  const targets = sortByPath([...reads.map(targetOf(true)), ...writes.map(targetOf(false))]);
  // Sorting is stable, so of a key that is both, the one that is read comes first.
  return targets.filter(({ path }, i) => i === 0 || !equalBytes(path, (targets[i - 1] as Target).path));
}

/** Keys sorted by their bytes, and those only written that are not read too. */
export function withEachKeyOnce(touched: TouchedKeys): TouchedKeys {
  const reads = sortKeys(touched.reads);
  return { reads, writes: sortKeys(touched.writes).filter((key) => !includesBytes(reads, key)) };
}

/** Of sorted keys. */
export function haveCommonKey(some: readonly Uint8Array[], others: readonly Uint8Array[]): boolean {
  return some.some((key) => includesBytes(others, key));
}

function sortKeys(keys: readonly Uint8Array[]): Uint8Array[] {
  const sorted = [...keys].sort(compareBytes);
  return sorted.filter((key, i) => i === 0 || !equalBytes(key, sorted[i - 1] as Uint8Array));
}
