// Where an escrow keeps what, and which footprints its methods need, for whoever builds calls.

import type { ContractName, Footprint, Value } from "@tandem/shared";
import { utf8 } from "@tandem/shared";
import { balanceKey } from "../money/accounts.ts";
import { peerKey } from "../money/peers.ts";
import { footprintOf, keyOf, wholeFootprint } from "../support/keys.ts";

export const escrowKeys = {
  balance: balanceKey,
  peer: peerKey,
  deal: (opener: Uint8Array, label: string): Uint8Array => keyOf("deal/", opener, utf8(label)),
} as const;

const { balance, deal, peer } = escrowKeys;

/** For each method the footprint of a call, from what decides it. */
export const escrowFootprints = {
  create: (): Footprint => wholeFootprint,
  /** `to` is the contract whose `deposit` takes the value. */
  withdraw: (payer: Uint8Array, to: ContractName): Footprint =>
    footprintOf({ reads: [peer(to)], writes: [balance(payer)] }),
  /** `from` is the contract whose `withdraw` gave the value. */
  deposit: (from: ContractName, to: Uint8Array): Footprint =>
    footprintOf({ reads: [peer(from)], writes: [balance(to)] }),
  balance: (holder: Uint8Array): Footprint => footprintOf({ reads: [balance(holder)] }),
  open: (payer: Uint8Array, label: string): Footprint => footprintOf({ writes: [balance(payer), deal(payer, label)] }),
  release: (opener: Uint8Array, label: string, payee: Uint8Array): Footprint =>
    footprintOf({ writes: [deal(opener, label), balance(payee)] }),
  refund: (opener: Uint8Array, label: string): Footprint =>
    footprintOf({ writes: [deal(opener, label), balance(opener)] }),
  deal: (opener: Uint8Array, label: string): Footprint => footprintOf({ reads: [deal(opener, label)] }),
} as const;

export interface EscrowConfig {
  /** From the name of each peer to its environment (P11). */
  readonly peers?: Readonly<Record<string, string>>;
}

/** The configuration that `create` and genesis take. */
export function escrowConfig({ peers }: EscrowConfig): Value {
  return new Map<string, Value>(peers === undefined ? [] : [["peers", new Map(Object.entries(peers))]]);
}

export interface EscrowTerms {
  /** Who must have made the outcome, by which method. */
  readonly contract: string;
  readonly environment: string;
  readonly method: string;
  /** What it must be. */
  readonly value: Value;
  /** The program may use it for nothing else. */
  readonly once?: boolean;
}

/** The terms that `open` takes. */
export function escrowTerms({ contract, environment, method, value, once }: EscrowTerms): Value {
  const terms = new Map<string, Value>(Object.entries({ contract, environment, method, value }));
  return once === undefined ? terms : terms.set("once", once);
}
