// Networks, payers and blobs for tests. All is deterministic: payer 3 has one key, in every network and every test.
//
// Most tests need no curve: a blob carries a signature that only `isTestSignature` accepts. `sign: true` gives a real
// one, which takes milliseconds and which `portablePayerScheme` accepts; `forged: true` one that nobody does.

import {
  type Allocation,
  asAmount,
  asBudget,
  asHeight,
  asNonce,
  asShardName,
  asTimeMs,
  asValidatorIndex,
  asWeight,
  blobCodec,
  checkGenesis,
  compareBytes,
  concatBytes,
  type Envelope,
  envelopeCodec,
  equalBytes,
  type Fees,
  type Genesis,
  genesisCodec,
  mockScheme,
  type NetworkLimits,
  portablePayerScheme,
  sha256,
  signingRoot,
  utf8,
} from "@tandem/shared";
import { sampleValidator } from "../../../shared/test/support/genesis.ts";
import { rootOf } from "../../../shared/test/support/samples.ts";
import { type Candidate, type PayerSignature, readCandidate } from "../../src/candidate.ts";
import { type OrderNetwork, openNetwork } from "../../src/network.ts";

/** Payers below have real keys, so they can really sign; to make such a key takes half a millisecond. */
const signingPayers = 32;

const keys = new Map<number, Uint8Array>();

function seedOf(payer: number): Uint8Array {
  return sha256(utf8(`payer ${payer}`));
}

/** The key of a payer, by its number. */
export function payerKey(payer: number): Uint8Array {
  let key = keys.get(payer);
  if (key === undefined) {
    const seed = seedOf(payer);
    key = payer < signingPayers ? portablePayerScheme.publicKeyOf(seed) : sha256(seed);
    keys.set(payer, key);
  }
  return key;
}

export interface NetworkOptions {
  /** How many payers, from number 0 on, have a balance. */
  readonly payers?: number;
  readonly balance?: bigint;
  readonly validators?: number;
  readonly shards?: readonly string[];
  readonly fees?: Partial<Record<keyof Fees, bigint>>;
  readonly limits?: Partial<NetworkLimits>;
}

export const testShards: readonly string[] = ["air", "bank", "hotel"];

const testLimits: NetworkLimits = {
  blockBytes: 8 * 1024 * 1024,
  blockBlobs: 16_384,
  shardBudget: 1_000_000,
  lagMax: 10,
  pendingMax: 100,
  clockLeadMs: 1000,
  deltaMs: 500,
  heartbeatMs: 60_000,
};

/** A fee has a part of each kind, and all parts differ. */
const testFees: Fees = {
  base: asAmount(100n),
  perByte: asAmount(1n),
  perTouch: asAmount(10n),
  perBudget: asAmount(2n),
};

export function testNetwork(options: NetworkOptions = {}): OrderNetwork {
  const genesis = testGenesis(options);
  const problem = checkGenesis(mockScheme, genesis);
  if (problem !== undefined) throw new Error(problem.message);
  return openNetwork({ genesis, network: genesisCodec.root(genesis) });
}

function testGenesis({
  payers = 4,
  balance = 1_000_000n,
  validators = 4,
  shards = testShards,
  fees = {},
  limits = {},
}: NetworkOptions = {}): Genesis {
  const seats = Array.from({ length: validators }, (_, index) => asValidatorIndex(index));
  const committee = seats.map((validator) => ({ validator, weight: asWeight(1n) }));
  return {
    version: 1,
    startMs: asTimeMs(1_700_000_000_000),
    seed: rootOf(1),
    validators: seats.map((index) => ({
      ...sampleValidator(mockScheme, index),
      orderWeight: asWeight(1n),
      attestWeight: asWeight(1n),
    })),
    shards: shards.toSorted().map((name) => ({
      name: asShardName(name),
      committee,
      creators: { rule: "anyone" as const, keys: [] },
    })),
    contracts: [],
    allocations: allocationsOf(payers, balance),
    fees: { ...testFees, ...(fees as Partial<Fees>) },
    limits: { ...testLimits, ...limits },
  };
}

function allocationsOf(payers: number, balance: bigint): readonly Allocation[] {
  return Array.from({ length: payers }, (_, payer) => ({ payer: payerKey(payer), amount: asAmount(balance) })).sort(
    (a, b) => compareBytes(a.payer, b.payer),
  );
}

export interface BlobOptions {
  /** Its number. */
  readonly payer?: number;
  readonly nonce?: number;
  readonly expires?: number;
  readonly tip?: bigint;
  readonly budget?: number;
  readonly touches?: readonly string[];
  /** To payers by their numbers, or to any key. */
  readonly transfers?: readonly { readonly to: number | Uint8Array; readonly amount: bigint }[];
  readonly payload?: Uint8Array;
  /** Whatever else the envelope shall say. */
  readonly envelope?: Partial<Envelope>;
  /** With the payer's key, which has to be one of the first few. */
  readonly sign?: boolean;
  readonly forged?: boolean;
}

/** By default: payer 0, nonce 0, good until height 1000, no tip, no budget, nothing touched, nothing sent, no payload. */
export function blobOf(network: OrderNetwork, options: BlobOptions = {}): Candidate {
  const envelope = envelopeOf(network, options);
  const signature = signatureFor(network, envelope, options);
  const candidate = readCandidate(network, blobCodec.encode({ envelope, signature }));
  if (!candidate.ok) throw new Error(`${candidate.error.code} ${candidate.error.path}: ${candidate.error.message}`);
  return candidate.value;
}

function envelopeOf(network: OrderNetwork, options: BlobOptions): Envelope {
  const { payer = 0, nonce = 0, expires = 1000, tip = 0n, budget = 0, touches = [], transfers = [] } = options;
  return {
    version: 1,
    network: network.network,
    payer: payerKey(payer),
    nonce: asNonce(nonce),
    expires: asHeight(expires),
    tip: asAmount(tip),
    budget: asBudget(budget),
    touches: touches.toSorted().map(asShardName),
    transfers: transfers.map(({ to, amount }) => ({
      to: typeof to === "number" ? payerKey(to) : to,
      amount: asAmount(amount),
    })),
    payload: options.payload ?? new Uint8Array(0),
    ...options.envelope,
  };
}

function signatureFor({ domain }: OrderNetwork, envelope: Envelope, options: BlobOptions): Uint8Array {
  const { payer = 0, sign = false, forged = false } = options;
  const message = signingRoot(domain, envelopeCodec.root(envelope));
  if (sign && payer >= signingPayers) throw new Error(`only payers below ${signingPayers} can sign, not ${payer}`);
  const signature = sign
    ? portablePayerScheme.sign(seedOf(payer), message)
    : testSignature({ payer: envelope.payer, message });
  // In the scalar: a real signature still decodes, so that only the equation finds it out.
  return forged ? signature.map((byte, index) => (index === 40 ? byte ^ 1 : byte)) : signature;
}

/** What anybody can make. */
function testSignature({ payer, message }: Pick<PayerSignature, "payer" | "message">): Uint8Array {
  return concatBytes(sha256(concatBytes(payer, message)), sha256(concatBytes(message, payer)));
}

/** Whether a blob carries what `blobOf` gives it unless it is told to sign or to forge. */
export function isTestSignature(signed: PayerSignature): boolean {
  return equalBytes(signed.signature, testSignature(signed));
}
