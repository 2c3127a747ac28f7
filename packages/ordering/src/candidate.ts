// A blob as this node works with it: decoded once, with its root, size and fee.
//
// O1, O2: what is refused is refused with one of these reasons, by the pool and by the check of a block alike.

import {
  type Amount,
  type Blob,
  blobCodec,
  envelopeCodec,
  equalBytes,
  type Failure,
  failure,
  type Height,
  hashPairs,
  type Result,
  type Root,
  signingRoot,
  success,
  toHex,
} from "@tandem/shared";
import { type Fee, feeOf } from "./fees.ts";
import type { OrderNetwork } from "./network.ts";

export type RefusalCode =
  | "malformed" // it does not decode
  | "too-large" // larger than a blob, or than a block of this network
  | "network" // signed for another network
  | "unknown-shard" // touches a shard that the network does not have
  | "over-budget" // asks for more than a shard may do in one block
  | "expired" // no block that can still be made may include it (O1)
  | "signature" // not the payer's
  | "nonce-too-low" // that nonce is ordered already
  | "nonce-gap" // too many nonces are missing before it
  | "balance" // the payer cannot pay for it, after what it has waiting
  | "tip-too-low" // another blob of this nonce waits and tips about as much
  | "shard-behind" // O10: a shard that it touches lags
  | "pool-full" // and nothing in it tips less
  | "duplicate" // this very blob is ordered already
  | "busy"; // too much is being examined at once; to be sent again

export type Refusal = Failure<RefusalCode>;

export function refuse(code: RefusalCode, path: string, message: string) {
  return failure(code, path, message);
}

export interface Candidate {
  readonly root: Root;
  /** What the payer signed, in the domain of blobs. */
  readonly envelopeRoot: Root;
  /** The root in hexadecimal: its key in maps. */
  readonly key: string;
  readonly blob: Blob;
  /** As it travels and is stored. */
  readonly bytes: Uint8Array;
  /** The payer's key in hexadecimal. */
  readonly payer: string;
  readonly fee: Fee;
  /** All that the payer is charged (O2): fee, tip, transfers. */
  readonly cost: Amount;
}

/** Decodes a blob. Nothing else is checked: in a block that is for the block's check to say. */
export function readCandidate(network: OrderNetwork, bytes: Uint8Array): Result<Candidate, Refusal> {
  const blob = blobCodec.decode(bytes);
  if (!blob.ok) {
    const { code, path, message } = blob.error;
    return refuse(code === "over-limit" && path === "blob" ? "too-large" : "malformed", path, message);
  }
  return success(candidateOf(network, blob.value, bytes));
}

function candidateOf(network: OrderNetwork, blob: Blob, bytes: Uint8Array): Candidate {
  const { envelope } = blob;
  const envelopeRoot = envelopeCodec.root(envelope);
  const root = blobRootOf(envelopeRoot, blob.signature);
  const fee = feeOf(network.genesis.fees, envelope, bytes.length);
  const sent = envelope.transfers.reduce((sum, { amount }) => sum + amount, 0n);
  const cost = (fee.ordering + fee.execution + envelope.tip + sent) as Amount;
  return { root, envelopeRoot, key: toHex(root), blob, bytes, payer: toHex(envelope.payer), fee, cost };
}

/** O2: what follows from the blob, the network and the height of the block alone. `undefined` if nothing is wrong. */
export function refusalAt({ genesis, network, shards }: OrderNetwork, candidate: Candidate, height: Height) {
  const { envelope } = candidate.blob;
  const { blockBytes, shardBudget } = genesis.limits;
  if (!equalBytes(envelope.network, network))
    return refuse("network", "network", "it is signed for another network").error;
  if (candidate.bytes.length > blockBytes) {
    return refuse("too-large", "", `${candidate.bytes.length} bytes where a block has ${blockBytes}`).error;
  }
  const unknown = envelope.touches.find((shard) => !shards.has(shard));
  if (unknown !== undefined) return refuse("unknown-shard", "touches", `the network has no shard ${unknown}`).error;
  if (envelope.budget > shardBudget && envelope.touches.length > 0) {
    return refuse("over-budget", "budget", `${envelope.budget} where a shard may do ${shardBudget} in a block`).error;
  }
  if (envelope.expires < height) {
    return refuse("expired", "expires", `it expires at ${envelope.expires}, the next block is ${height}`).error;
  }
  return undefined;
}

// A hasher on native code reaches memory that stays faster than fresh arrays.
const signatureBlock = new Uint8Array(64);
const blobBlock = new Uint8Array(64);
const signatureRoot = blobBlock.subarray(32);
const blobRoot = new Uint8Array(32);

/** The root of a blob from that of its envelope, so that a large payload is hashed once for both (O1). */
function blobRootOf(envelopeRoot: Root, signature: Uint8Array): Root {
  signatureBlock.set(signature);
  hashPairs(signatureBlock, signatureRoot);
  blobBlock.set(envelopeRoot);
  hashPairs(blobBlock, blobRoot);
  return blobRoot.slice() as Root;
}

/** What `verify` jobs are made of. */
export interface PayerSignature {
  readonly payer: Uint8Array;
  readonly message: Root;
  readonly signature: Uint8Array;
}

export function signatureOf({ domain }: OrderNetwork, { blob, envelopeRoot }: Candidate): PayerSignature {
  return { payer: blob.envelope.payer, message: signingRoot(domain, envelopeRoot), signature: blob.signature };
}
