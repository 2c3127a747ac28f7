// What money there is, counted from the raw state of contracts: by the words that keys begin with, and nothing else.

import type { Value } from "@tandem/shared";

/** Keys in hexadecimal. */
export type Entries = readonly (readonly [key: string, value: Value])[];

export interface Counted {
  /** In accounts, and set aside in deals. */
  readonly held: bigint;
  /** Minted less burned. */
  readonly supply: bigint;
}

export function countMoney(entries: Entries): Counted {
  let [held, supply] = [0n, 0n];
  for (const [key, value] of entries) {
    const word = wordOf(key);
    if (word === "balance") held += value as bigint;
    if (word === "deal") held += (value as ReadonlyMap<string, Value>).get("amount") as bigint;
    if (word === "supply") supply += value as bigint;
  }
  return { held, supply };
}

/** The text before the first slash, or all of it. */
function wordOf(key: string): string {
  let word = "";
  for (let at = 0; at < key.length; at += 2) {
    const letter = String.fromCharCode(Number.parseInt(key.slice(at, at + 2), 16));
    if (letter === "/") return word;
    word += letter;
  }
  return word;
}
