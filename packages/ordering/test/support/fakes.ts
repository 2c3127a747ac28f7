// Candidates without an encoding, for tests that need many: what the pool looks at is as told, the rest is empty.

import {
  type Account,
  type Amount,
  asAmount,
  asBudget,
  asHeight,
  asNonce,
  asShardName,
  type Envelope,
  zeroRoot,
} from "@tandem/shared";
import type { Candidate } from "../../src/candidate.ts";
import type { OrderNetwork } from "../../src/network.ts";

export interface FakeOptions {
  readonly payer?: string;
  readonly nonce?: number;
  readonly tip?: bigint;
  /** Bytes. */
  readonly size?: number;
  readonly expires?: number;
  readonly touches?: readonly string[];
  /** Of everything, tip included. */
  readonly cost?: bigint;
  /** By default all that is above: equal options, equal blob. */
  readonly key?: string;
}

const noBytes = new Uint8Array(0);
/** All encodings are views of this. */
const encoded = new Uint8Array(512 * 1024);

export function fakeOf(network: OrderNetwork, options: FakeOptions = {}): Candidate {
  const { payer = "alice", nonce = 0, tip = 0n, size = 100, expires = 1000, touches = [], cost = tip } = options;
  const envelope: Envelope = {
    version: 1,
    network: network.network,
    payer: noBytes,
    nonce: asNonce(nonce),
    expires: asHeight(expires),
    tip: asAmount(tip),
    budget: asBudget(0),
    touches: touches.map(asShardName),
    transfers: [],
    payload: noBytes,
  };
  return {
    root: zeroRoot,
    envelopeRoot: zeroRoot,
    key: options.key ?? [payer, nonce, tip, size, expires, touches, cost].join(" "),
    blob: { envelope, signature: noBytes },
    bytes: encoded.subarray(0, size),
    payer,
    fee: { ordering: 0n as Amount, execution: 0n as Amount },
    cost: asAmount(cost),
  };
}

export function accountOf(balance: bigint, nonce = 0): Account {
  return { balance: asAmount(balance), nonce: asNonce(nonce) };
}
