// Networks and signed blobs for measuring the order chain. A network can have more accounts than a genesis file may list,
// for nobody reads it from a file; all networks have one id, so blobs that are signed once are good on all of them.

import { nativePayerScheme } from "@tandem/native";
import { type OrderNetwork, openNetwork } from "@tandem/ordering";
import {
  type Allocation,
  aggregateQuorum,
  asAmount,
  asBudget,
  asHeight,
  asNonce,
  asShardName,
  asTimeMs,
  asValidatorIndex,
  asWeight,
  type Blob,
  type BlockInfo,
  blobCodec,
  blobDomain,
  type Certificate,
  type Envelope,
  envelopeCodec,
  type Genesis,
  limits,
  type OrderBlock,
  type Root,
  type Seat,
  type ShardName,
  sha256,
  signingRoot,
  utf8,
  voteSigningRoot,
} from "@tandem/shared";
import { createKeys, type Keys } from "../../src/nodes/keys.ts";
import { payerOf } from "../../src/work/payers.ts";

const networkId = sha256(utf8("tandem bench network")) as Root;
const validators = 4;

export const startMs = 1_700_000_000_000;
export const shards: readonly ShardName[] = Array.from({ length: 64 }, (_, i) => asShardName(`shard-${i}`)).sort();

export const keys: Keys = createKeys(
  { weights: Array.from({ length: validators }, () => 1), scheme: "native", leaderSeed: 1 },
  networkId,
);

/** A finalization, by those who sign for this network. */
export function certify(info: BlockInfo): Certificate {
  return certifyBy(keys, info);
}

/** A finalization, by a quorum of seats of equal weight. */
export function certifyBy(
  { electorate, signers }: Keys,
  { epoch, view, root }: Pick<BlockInfo, "epoch" | "view" | "root">,
): Certificate {
  const ballot = { epoch, view, block: root };
  const message = voteSigningRoot(electorate, "finalize", ballot);
  const quorum = signers.slice(-quorumCount(signers.length));
  const votes = quorum.map(({ seat, sign }) => ({ signer: seat, signature: sign(message) }));
  const signed = aggregateQuorum(electorate.scheme, electorate.committee, votes);
  if (!signed.ok) throw new Error(signed.error.message);
  return { kind: "finalization", ...ballot, ...signed.value };
}

/** Seats of equal weight that are more than 2/3 (S1). */
export function quorumCount(seats: number): number {
  return Math.floor((2 * seats) / 3) + 1;
}

/** The block of height 0, as consensus sees it. */
export function genesisBlock({ header }: OrderNetwork): OrderBlock {
  return { header, body: { blobs: [], citation: undefined } };
}

/** `accounts` in all; the first ones are those of `payerOf`. */
export function openBenchNetwork(accounts: number, payers = Math.min(accounts, 2000)): OrderNetwork {
  const allocations = Array.from({ length: accounts }, (_, number): Allocation => {
    const payer = number < payers ? payerOf(number).key : sha256(utf8(`account ${number}`));
    return { payer, amount: asAmount(10n ** 15n) };
  });
  return openNetwork({ genesis: genesisOf(allocations), network: networkId });
}

function genesisOf(allocations: readonly Allocation[]): Genesis {
  const seats = Array.from({ length: validators }, (_, seat) => seat);
  const committee = seats.map((seat) => ({ validator: asValidatorIndex(seat), weight: asWeight(1n) }));
  return {
    version: 1,
    startMs: asTimeMs(startMs),
    seed: keys.leaderSeed,
    validators: seats.map((seat) => ({
      name: `validator-${seat}`,
      key: (keys.electorate.committee.seats[seat] as Seat).key.bytes,
      possession: new Uint8Array(96),
      orderWeight: asWeight(1n),
      attestWeight: asWeight(1n),
    })),
    shards: shards.map((name) => ({ name, committee, creators: { rule: "anyone", keys: [] } })),
    contracts: [],
    allocations,
    fees: { base: asAmount(100n), perByte: asAmount(1n), perTouch: asAmount(10n), perBudget: asAmount(2n) },
    limits: {
      blockBytes: limits.blockBytesMax,
      blockBlobs: limits.blockBlobsMax,
      shardBudget: limits.shardBudgetMax,
      lagMax: limits.lagMax,
      pendingMax: limits.pendingMax,
      clockLeadMs: 1000,
      deltaMs: 500,
      heartbeatMs: 60_000,
    },
  };
}

export interface BlobPlan {
  readonly count: number;
  /** They take turns; who is paid comes `payers` numbers later, so that each receives as often. */
  readonly payers: number;
  /** Of each blob, encoded. */
  readonly bytes: number;
  /** Of each payer's first one. */
  readonly nonce?: number;
  /** By default each touches one shard, in turn. */
  readonly touches?: (index: number) => readonly ShardName[];
  /** Receivers are other accounts than payers. */
  readonly isPaidToOthers?: boolean;
  /** By default they are. */
  readonly isSigned?: boolean;
}

export interface MadeBlob {
  readonly blob: Blob;
  readonly bytes: Uint8Array;
  readonly root: Root;
}

/** Blobs of exactly the planned size, each with a transfer. */
export function makeBlobs(plan: BlobPlan): readonly MadeBlob[] {
  const empty = blobCodec.encode(makeBlob(plan, 0, 0)).length;
  return Array.from({ length: plan.count }, (_, index) => {
    // Names of shards differ in length.
    const fixed = index === 0 ? empty : blobCodec.type.sizeOf(unsigned(plan, index, 0));
    const blob = makeBlob(plan, index, plan.bytes - fixed);
    return { blob, bytes: blobCodec.encode(blob), root: blobCodec.root(blob) };
  });
}

function makeBlob(plan: BlobPlan, index: number, payloadBytes: number): Blob {
  const { envelope, signature } = unsigned(plan, index, payloadBytes);
  if (plan.isSigned === false) return { envelope, signature };
  const message = signingRoot(blobDomain(networkId), envelopeCodec.root(envelope));
  return { envelope, signature: nativePayerScheme.sign(payerOf(index % plan.payers).seed, message) };
}

function unsigned(plan: BlobPlan, index: number, payloadBytes: number): Blob {
  const { payers, nonce = 0, isPaidToOthers = false } = plan;
  const number = index % payers;
  const receiver = isPaidToOthers ? payers + number : (number + 1) % payers;
  const envelope: Envelope = {
    version: 1,
    network: networkId,
    payer: payerOf(number).key,
    nonce: asNonce(nonce + Math.floor(index / payers)),
    expires: asHeight(1000),
    tip: asAmount(7n),
    budget: asBudget(1000),
    touches: plan.touches?.(index) ?? [shards[index % shards.length] as ShardName],
    transfers: [{ to: payerOf(receiver).key, amount: asAmount(3n) }],
    payload: payloadOf(index, payloadBytes),
  };
  return { envelope, signature: new Uint8Array(64) };
}

/** Of no regularity, and another one in each blob. */
function payloadOf(index: number, bytes: number): Uint8Array {
  const payload = new Uint8Array(bytes);
  let state = index + 1;
  for (let i = 0; i < bytes; i++) {
    state = Math.imul(state, 0x9e3779b1) ^ (state >>> 15);
    payload[i] = state;
  }
  return payload;
}
