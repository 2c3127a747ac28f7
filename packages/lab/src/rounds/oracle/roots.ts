// The roots that a shard must end with, from the oracle's maps.

import { type ContractRecord, contractRecordCodec, fromHex, type Root, SparseMap, utf8 } from "@tandem/shared";
import type { SerialContract } from "./serial.ts";

type Entry = readonly [key: Uint8Array, value: Uint8Array];

function rootOfEntries(entries: readonly Entry[]): Root {
  const made = SparseMap.empty.apply(entries.map(([key, value]) => ({ key, value })));
  if (!made.ok) throw new Error("a map in memory knows all its keys");
  return made.value.root;
}

function recordOf({ life, state }: SerialContract): ContractRecord {
  const entries = [...state].map(([key, bytes]): Entry => [fromHex(key) as Uint8Array, bytes]);
  return { ...life, state: rootOfEntries(entries) } as ContractRecord;
}

/** C1. */
export function contractsRoot(contracts: ReadonlyMap<string, SerialContract>, shard: string): Root {
  const own = [...contracts].filter(([name]) => name.startsWith(`${shard}/`));
  return rootOfEntries(own.map(([name, contract]) => [utf8(name), contractRecordCodec.encode(recordOf(contract))]));
}
