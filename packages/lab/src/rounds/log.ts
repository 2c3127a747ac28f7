// A run of the rounds stage as plain data: shards with their contracts, blocks of blobs, and what each block cites. It can
// be printed, kept in a file, run again and made smaller. `draw/draw-log.ts` makes one from a seed.

import type { RoundBounds, RoundSlice, SliceBlob } from "@tandem/execution";
import {
  asAmount,
  asBlobIndex,
  asBudget,
  asContractName,
  asEnvironmentName,
  asHeight,
  asNonce,
  asShardName,
  assert,
  asTimeMs,
  type Blob,
  blobCodec,
  type Creators,
  type Envelope,
  fromHex,
  type Genesis,
  limits,
  zeroRoot,
} from "@tandem/shared";

export interface Log {
  readonly stage: "rounds";
  readonly seed: number;
  readonly shards: readonly LogShard[];
  readonly contracts: readonly LogContract[];
  readonly bounds: { readonly [Name in keyof RoundBounds]: number };
  /** The first is of height 1. After the last come empty ones that cite all there is, until nothing is pending. */
  readonly blocks: readonly LogBlock[];
}

export interface LogShard {
  readonly name: string;
  /** P10: who may create contracts: payers by number, or anyone. */
  readonly creators: readonly number[] | "anyone";
}

/** Of the genesis. */
export interface LogContract {
  readonly name: string;
  readonly environment: string;
  /** In hexadecimal. */
  readonly config: string;
}

export interface LogBlock {
  readonly blobs: readonly LogBlob[];
  /** R2: for each shard the round up to which its claims are cited; below the block's height, and never less than before. */
  readonly cited: Readonly<Record<string, number>>;
}

export interface LogBlob {
  /** In hexadecimal. */
  readonly payload: string;
  /** By number. */
  readonly payer: number;
  readonly touches: readonly string[];
  readonly budget: number;
}

/** As the protocol has them (R4). */
export const widestBounds: Log["bounds"] = {
  nodesMax: limits.laneItemsMax,
  contractsMax: limits.lanesMax,
  sourcesMax: limits.sourcesMax,
  budgetMax: limits.shardBudgetMax,
  bytesMax: 33_554_432,
};

export function payerKeyOf(payer: number): Uint8Array {
  return new Uint8Array(32).fill(payer + 1);
}

export function timeOf(height: number): number {
  return 1_000_000 + 700 * height;
}

/** What execution wants of a genesis. */
export function genesisOf({ shards, contracts }: Log): Genesis {
  const genesis = {
    shards: shards.map(({ name, creators }) => ({ name: asShardName(name), creators: creatorsOf(creators) })),
    contracts: contracts.map(({ name, environment, config }) => ({
      name: asContractName(name),
      environment: asEnvironmentName(environment),
      config: bytesOf(config),
    })),
    startMs: asTimeMs(timeOf(0)),
  };
  return genesis as unknown as Genesis;
}

function creatorsOf(creators: LogShard["creators"]): Creators {
  if (creators === "anyone") return { rule: "anyone", keys: [] };
  return { rule: "listed", keys: creators.toSorted((a, b) => a - b).map(payerKeyOf) };
}

/** A blob of a block, whole. */
export interface BlockBlob extends SliceBlob {
  readonly blob: Blob;
}

/** All blobs of a block. What Stage 2 does not look at is the same in all of them. */
export function blobsOf({ blobs }: LogBlock): readonly BlockBlob[] {
  return blobs.map(({ payload, payer, touches, budget }, index) => {
    const own = { payload: bytesOf(payload), payer: payerKeyOf(payer), touches: touches.map(asShardName) };
    const envelope: Envelope = { ...plainEnvelope, ...own, budget: asBudget(budget) };
    const blob = { envelope, signature: noSignature };
    return { index: asBlobIndex(index), root: blobCodec.root(blob), envelope, blob };
  });
}

const plainEnvelope = {
  version: 1,
  network: zeroRoot,
  nonce: asNonce(0),
  expires: asHeight(0),
  tip: asAmount(0n),
  transfers: [],
} as const;

const noSignature = new Uint8Array(64);

export function sliceOf(blobs: readonly SliceBlob[], height: number, shard: string): RoundSlice {
  const own = blobs.filter(({ envelope }) => envelope.touches.some((name) => name === shard));
  return { height: asHeight(height), timeMs: asTimeMs(timeOf(height)), blobs: own };
}

function bytesOf(hex: string): Uint8Array {
  const bytes = fromHex(hex);
  assert(bytes !== undefined, "a log holds bytes in hexadecimal");
  return bytes;
}

/** A log that was printed; nothing where the text is of something else. */
export function readLog(text: string): Log | undefined {
  const { log } = JSON.parse(text) as { readonly log?: Log };
  return log;
}
