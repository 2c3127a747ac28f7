// What all parts of the machine share: the chain as this node has judged it, what is known of the order chain, what jobs wait
// for, and the effects of the input at hand.

import {
  type AttestBlock,
  asHeight,
  type Certificate,
  type Height,
  type Job as JobOf,
  Jobs,
  type OrderHeader,
  type Root,
  type ShardName,
  type StoreBatch,
  type ValidatorIndex,
} from "@tandem/shared";
import { AttestChain } from "./chain.ts";
import { type ChainSetting, genesisState } from "./state.ts";
import { TrueSignatures } from "./true-signatures.ts";
import type { AttestEffect, OrderReads, Peer } from "./types.ts";

export interface AttestingConfig {
  readonly setting: ChainSetting;
  readonly order: OrderReads;
  /** In the attest set; nothing for whoever does not vote. */
  readonly seat: ValidatorIndex | undefined;
  /** Own place in the genesis. */
  readonly self: Peer | undefined;
  /** All other validators. */
  readonly peers: readonly Peer[];
  /** With the own BLS key, for affirmations; nothing for an observer. */
  readonly sign: ((message: Root) => Uint8Array) | undefined;
  /** Own places in committees. */
  readonly seats: ReadonlyMap<ShardName, ValidatorIndex>;
  /** Shards to execute. */
  readonly follows: readonly ShardName[];
  readonly deltaMs: number;
}

export type Job<T = void> = JobOf<T, AttestEffect>;

/** A final order block that was executed and has a finalization of its own, so that it can be cited (A2). */
export interface CitableOrder {
  readonly header: OrderHeader;
  readonly certificate: Certificate;
}

export class Core {
  readonly config: AttestingConfig;
  readonly setting: ChainSetting;
  readonly jobs: Jobs<AttestEffect>;
  readonly trueSignatures = new TrueSignatures();
  chain: AttestChain;
  /** Height of the last block that consensus delivered. */
  finalHeight: Height = asHeight(0);
  /** Of the last order block that was executed here. */
  orderHeight: Height = asHeight(0);
  citable: CitableOrder | undefined;
  isStarted = false;
  /** A quorum finalized what cannot be. */
  hasDiverged = false;
  #effects: AttestEffect[] = [];

  constructor(config: AttestingConfig) {
    this.config = config;
    this.setting = config.setting;
    this.jobs = new Jobs<AttestEffect>((effect) => this.push(effect));
    this.chain = new AttestChain(genesisState(config.setting));
  }

  push(...effects: readonly AttestEffect[]): void {
    this.#effects.push(...effects);
  }

  takeEffects(): readonly AttestEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  store(batch: StoreBatch): void {
    if (batch.puts.length > 0 || batch.deletes.length > 0) this.push({ kind: "store", batch });
  }
}

/** Blocks above the last final one, as consensus names them. */
export type Ancestors = readonly AttestBlock[];
