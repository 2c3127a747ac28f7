// The raw limit of order blocks: signature checks and hashing, bare. Which hashing a block needs is found out by doing just
// that, once, with a hasher that writes down each call; so what the machine hashes beyond need does not raise its limit.

import { nativeHasher, nativePayerScheme } from "@tandem/native";
import type { OrderNetwork } from "@tandem/ordering";
import {
  accountCodec,
  appendToHistory,
  asAmount,
  asNonce,
  blobsRootOf,
  emptyHistory,
  envelopeCodec,
  executionPoolKey,
  hashPair,
  historyRoot,
  type MapChange,
  type OrderHeader,
  orderHeaderCodec,
  signingRoot,
  toHex,
  touchesTree,
} from "@tandem/shared";
import type { MadeBlob } from "./network.ts";
import type { Hashed } from "./recorded.ts";

/** Pairs of 32 bytes, in all calls. */
export function pairsOf({ blocks }: Hashed): number {
  return blocks.reduce((sum, bytes) => sum + bytes / 64, 0);
}

/** As many calls, of the same sizes, in memory that stays. */
export function replay({ messages, blocks }: Hashed): () => void {
  const source = new Uint8Array([...messages, ...blocks].reduce((most, bytes) => Math.max(most, bytes), 64));
  const target = new Uint8Array(source.length / 2);
  const views = new Map<number, readonly [Uint8Array, Uint8Array]>();
  const viewOf = (bytes: number) => {
    const view = views.get(bytes) ?? ([source.subarray(0, bytes), target.subarray(0, bytes >> 1)] as const);
    views.set(bytes, view);
    return view;
  };
  const singles = messages.map(viewOf);
  const pairs = blocks.map(viewOf);
  return () => {
    for (const [message] of singles) nativeHasher.sha256(message);
    for (const [from, to] of pairs) nativeHasher.hashPairs(from, to);
  };
}

/** What decoding a blob has to hash: its two roots, and what its payer signed. */
export function hashBlobs(network: OrderNetwork, blobs: readonly MadeBlob[]): void {
  for (const { blob } of blobs) {
    const root = envelopeCodec.root(blob.envelope);
    signingRoot(network.domain, root);
    hashPair(root, hashPair(blob.signature.subarray(0, 32), blob.signature.subarray(32)));
  }
}

/** What a block on top of the genesis has to hash beside its blobs: all roots of its header, and its own. */
export function hashBlock(network: OrderNetwork, blobs: readonly MadeBlob[], header: OrderHeader): void {
  blobsRootOf(blobs.map(({ root }) => root));
  if (!touchesTree(blobs.map(({ root, blob }) => ({ root, touches: blob.envelope.touches }))).commitment) return;
  const changed = network.ledger.apply(changesOf(network, blobs), 2);
  if (!changed.ok || changed.value.root.length !== 32) throw new Error("the genesis knows all accounts");
  const { history } = appendToHistory(emptyHistory, network.root);
  appendToHistory(history, orderHeaderCodec.root(header));
  historyRoot(history);
}

/** One for each account that the blobs change; its new value does not matter here. */
function changesOf(network: OrderNetwork, blobs: readonly MadeBlob[]): MapChange[] {
  const keys = new Map<string, Uint8Array>();
  for (const { blob } of blobs) {
    const { payer, transfers } = blob.envelope;
    for (const key of [payer, ...transfers.map(({ to }) => to)]) keys.set(toHex(key), key);
  }
  const value = accountCodec.encode({ balance: asAmount(1n), nonce: asNonce(1) });
  return [...keys.values(), network.proposers[0] as Uint8Array, executionPoolKey].map((key) => ({ key, value }));
}

/** Checks every signature. */
export function verifyAll({ domain }: OrderNetwork, blobs: readonly MadeBlob[]): () => void {
  const signed = blobs.map(({ blob: { envelope, signature } }) => ({
    payer: envelope.payer,
    message: signingRoot(domain, envelopeCodec.root(envelope)),
    signature,
  }));
  return () => {
    for (const { payer, message, signature } of signed) {
      if (!nativePayerScheme.verify(payer, message, signature)) throw new Error("a good signature was refused");
    }
  };
}
