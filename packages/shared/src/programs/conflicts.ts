// R1: which earlier nodes a node conflicts with. Sets of nodes are bits of a bigint.

import type { ContractName } from "../numbers.ts";
import type { Footprint } from "./program.ts";

interface Touched {
  all: bigint;
  writers: bigint;
}

interface ContractTouched extends Touched {
  /** By key, as text of one character for each byte. */
  readonly keys: Map<string, Touched>;
}

/** Remembers what nodes touched, as they are given to it in line order. */
export class Conflicts {
  private readonly contracts = new Map<ContractName, ContractTouched>();

  /** The earlier nodes that this one conflicts with; `node` is its bit. */
  add(node: bigint, contract: ContractName, footprint: Footprint): bigint {
    const touched = this.contracts.get(contract) ?? { all: 0n, writers: 0n, keys: new Map() };
    this.contracts.set(contract, touched);
    const earlier = footprint.kind === "whole" ? addWhole(touched, node) : addKeys(touched, node, footprint);
    touched.all |= node;
    return earlier;
  }
}

/** Here `writers` are those that took the whole contract. */
function addWhole(touched: ContractTouched, node: bigint): bigint {
  touched.writers |= node;
  return touched.all;
}

function addKeys(
  touched: ContractTouched,
  node: bigint,
  { reads, writes }: Extract<Footprint, { kind: "keys" }>,
): bigint {
  let earlier = touched.writers;
  for (const key of reads) {
    const same = touchedKey(touched, key);
    earlier |= same.writers;
    same.all |= node;
  }
  for (const key of writes) {
    const same = touchedKey(touched, key);
    earlier |= same.all;
    same.all |= node;
    same.writers |= node;
  }
  return earlier;
}

function touchedKey({ keys }: ContractTouched, key: Uint8Array): Touched {
  // `apply` takes any array-like; spreading a Uint8Array is several times slower.
  const text = String.fromCharCode.apply(null, key as unknown as number[]);
  let touched = keys.get(text);
  if (touched === undefined) {
    touched = { all: 0n, writers: 0n };
    keys.set(text, touched);
  }
  return touched;
}
