// Where a token keeps what, and which footprints its methods need, for whoever builds calls.

import { type ContractName, type Footprint, utf8, type Value } from "@tandem/shared";
import { balanceKey } from "../money/accounts.ts";
import { peerKey } from "../money/peers.ts";
import { footprintOf, keyOf, wholeFootprint } from "../support/keys.ts";

export const tokenKeys = {
  balance: balanceKey,
  /** What `spender` may take from the account of `owner`. */
  allowance: (owner: Uint8Array, spender: Uint8Array): Uint8Array => keyOf("allowance/", owner, spender),
  peer: peerKey,
  /** Who may mint, and how much there may be. */
  rule: utf8("rule"),
  /** What was minted here, less what was burned here. */
  supply: utf8("supply"),
} as const;

const { balance, allowance, peer, rule, supply } = tokenKeys;

/** For each method the footprint of a call, from what decides it. */
export const tokenFootprints = {
  create: (): Footprint => wholeFootprint,
  mint: (to: Uint8Array): Footprint => footprintOf({ reads: [rule], writes: [supply, balance(to)] }),
  burn: (payer: Uint8Array): Footprint => footprintOf({ writes: [supply, balance(payer)] }),
  transfer: (payer: Uint8Array, to: Uint8Array): Footprint => footprintOf({ writes: [balance(payer), balance(to)] }),
  approve: (payer: Uint8Array, spender: Uint8Array): Footprint => footprintOf({ writes: [allowance(payer, spender)] }),
  transferFrom: (payer: Uint8Array, owner: Uint8Array, to: Uint8Array): Footprint =>
    footprintOf({ writes: [allowance(owner, payer), balance(owner), balance(to)] }),
  /** `to` is the contract whose `deposit` takes the value. */
  withdraw: (payer: Uint8Array, to: ContractName): Footprint =>
    footprintOf({ reads: [peer(to)], writes: [balance(payer)] }),
  /** `from` is the contract whose `withdraw` gave the value. */
  deposit: (from: ContractName, to: Uint8Array): Footprint =>
    footprintOf({ reads: [peer(from)], writes: [balance(to)] }),
  balance: (holder: Uint8Array): Footprint => footprintOf({ reads: [balance(holder)] }),
  allowance: (owner: Uint8Array, spender: Uint8Array): Footprint => footprintOf({ reads: [allowance(owner, spender)] }),
  supply: (): Footprint => footprintOf({ reads: [supply] }),
} as const;

export interface TokenConfig {
  /** Keys of the payers who may mint. Without any, all there ever is are the first balances. */
  readonly minters?: readonly Uint8Array[];
  /** What was minted less what was burned never exceeds this. */
  readonly most?: bigint;
  /** From the name of each peer to its environment (P11). */
  readonly peers?: Readonly<Record<string, string>>;
  readonly balances?: readonly (readonly [account: Uint8Array, amount: bigint])[];
}

/** The configuration that `create` and genesis take. */
export function tokenConfig({ minters, most, peers, balances }: TokenConfig): Value {
  const config = new Map<string, Value>();
  if (minters !== undefined) config.set("minters", minters);
  if (most !== undefined) config.set("most", most);
  if (peers !== undefined) config.set("peers", new Map(Object.entries(peers)));
  if (balances !== undefined) config.set("balances", balances);
  return config;
}
