// What the checkers of the whole stage have in common: the truth, the attest chain as it has to be, and what honest nodes
// hold and said. `attest-block` stands first among them and enters each observation here, before any other reads it.

import { type AttestBlock, type StoreBatch, toHex } from "@tandem/shared";
import type { Instance } from "@tandem/simulator";
import type { Observation } from "../../nodes/words.ts";
import { attested } from "../../payload/block.ts";
import { hex } from "../order/raw-blob.ts";
import type { VoteBook } from "../vote-book.ts";
import type { AttestOracle, AttestOracleState } from "./attest-oracle.ts";
import type { ExecutedFacts, Truth } from "./truth.ts";

// By the layout of the store: the first byte of a key is its kind. A content's key goes on with the claim's root; the
// record of an own affirmation (kind 49, then 1) is: 1, epoch (8), claim (32)… That of a mark has the key 49, 0, epoch (8),
// shard, filled up with zeros, and is: 0, epoch (8), an offset (4), round (8)…
export const contentKind = 48;
const ownKind = 49;
const ownMark = 0;
const ownAffirmation = 1;
const claimAt = 9;
const rootBytes = 32;
const markedShardAt = 10;
const markedRoundAt = 13;

/** A claim that an honest node made. */
export interface MadeClaim {
  readonly shard: string;
  readonly round: number;
  readonly prev: string;
}

interface Held {
  /** Claims whose contents are in its durable store. */
  readonly contents: Set<string>;
  /** Claims whose affirmation is. */
  readonly affirmed: Set<string>;
  /** By shard, the round of the mark in it (C4). */
  readonly marks: Map<string, number>;
  /** Attest blocks that it delivered. */
  attested: number;
  /** By shard, the round up to which it executed. */
  readonly executed: Map<string, number>;
}

export interface WholeWatchFacts {
  readonly truth: Truth;
  readonly oracle: AttestOracle;
  /** Of the attest chain, by root: all blocks that an honest node saw. */
  readonly blocks: ReadonlyMap<string, AttestBlock>;
  /** Of the attest chain. */
  readonly votes: VoteBook;
  /** By instance: the validator that it is. */
  readonly validators: readonly number[];
}

export class WholeWatch {
  readonly truth: Truth;
  readonly oracle: AttestOracle;
  readonly #facts: WholeWatchFacts;
  readonly #held = new Map<Instance, Held>();
  /** By height: what is final on the attest chain. */
  readonly #final: AttestOracleState[];
  /** By root. */
  readonly #made = new Map<string, MadeClaim>();
  /** Honest validators that made a claim, and that affirmed it. */
  readonly #makers = new Set<string>();
  /** By claim, as they lie in stores; where a shard is lost. */
  readonly #contents = new Map<string, Uint8Array>();
  readonly #affirmers = new Set<string>();

  constructor(facts: WholeWatchFacts) {
    this.#facts = facts;
    this.truth = facts.truth;
    this.oracle = facts.oracle;
    this.#final = [facts.oracle.first];
  }

  of(instance: Instance): Held {
    let held = this.#held.get(instance);
    if (held === undefined) {
      held = emptyHeld();
      this.#held.set(instance, held);
    }
    return held;
  }

  see(observation: Observation, instance: Instance): void {
    switch (observation.kind) {
      case "restored":
        this.#restore(instance, observation.records);
        return;
      case "stored":
        return this.#write(this.of(instance), observation.batch);
      case "attest":
        return this.#seeAttest(observation.observation, instance);
      case "executed":
        return this.#make(observation, instance);
      default:
        return;
    }
  }

  #restore(instance: Instance, records: StoreBatch["puts"]): void {
    const { attested, executed } = this.of(instance);
    // Who lost its store has to execute everything again.
    const held: Held = { ...emptyHeld(), attested, executed: records.length === 0 ? new Map() : executed };
    this.#held.set(instance, held);
    this.#write(held, { puts: records, deletes: [] });
  }

  #seeAttest(observation: Observation, instance: Instance): void {
    const held = this.of(instance);
    if (observation.kind === "booted") held.attested = observation.finals.length;
    if (observation.kind !== "delivered") return;
    held.attested = observation.info.height;
    const state = this.oracle.stateOf(hex(observation.info.root));
    if (state !== undefined) this.#settle(state);
  }

  /** It and what is below it are final. */
  #settle(state: AttestOracleState): void {
    for (let at: AttestOracleState | undefined = state; at !== undefined; at = at.parent) {
      if (this.#final[at.height] !== undefined) return;
      this.#final[at.height] = at;
    }
  }

  #make({ shard, height, result }: ExecutedFacts, instance: Instance): void {
    const { executed } = this.of(instance);
    executed.set(shard, Math.max(height, executed.get(shard) ?? 0));
    if (result === undefined) return;
    const root = toHex(result.root);
    const { round, prev } = result.claim;
    this.#made.set(root, { shard, round, prev: toHex(prev) });
    this.#makers.add(`${this.#facts.validators[instance]} ${root}`);
  }

  #write(held: Held, { puts, deletes }: StoreBatch): void {
    for (const { key, value } of puts) {
      if (key[0] === contentKind) this.#hold(held, hex(key.subarray(1)), value);
      if (key[0] === ownKind && key[1] === ownAffirmation)
        held.affirmed.add(hex(value.subarray(claimAt, claimAt + rootBytes)));
      if (key[0] === ownKind && key[1] === ownMark) held.marks.set(markedShard(key), markedRound(value));
    }
    for (const key of deletes) if (key[0] === contentKind) held.contents.delete(hex(key.subarray(1)));
  }

  #hold(held: Held, claim: string, content: Uint8Array): void {
    held.contents.add(claim);
    if (this.truth.lost.size > 0) this.#contents.set(claim, content);
  }

  contentOf(claim: string): Uint8Array | undefined {
    return this.#contents.get(claim);
  }

  affirm(validator: number, claim: string): void {
    this.#affirmers.add(`${validator} ${claim}`);
  }

  hasAffirmed(validator: number, claim: string): boolean {
    return this.#affirmers.has(`${validator} ${claim}`);
  }

  madeClaim(root: string): MadeClaim | undefined {
    return this.#made.get(root);
  }

  hasMade(validator: number, root: string): boolean {
    return this.#makers.has(`${validator} ${root}`);
  }

  /** Whether some honest node has it in its store. */
  isHeld(claim: string): boolean {
    return [...this.#held.values()].some(({ contents }) => contents.has(claim));
  }

  /** The highest final attest block that an honest node delivered. */
  get final(): AttestOracleState {
    return this.#final.at(-1) as AttestOracleState;
  }

  /**
   * What is final at a height of the attest chain. A quorum can have made it so before an honest node delivers it: then
   * the votes say so.
   */
  finalAt(height: number): AttestOracleState | undefined {
    if (this.#final[height] === undefined && height > this.final.height) this.#look(height);
    return this.#final[height];
  }

  #look(height: number): void {
    for (const [root, block] of this.#facts.blocks) {
      const { header } = block;
      if (header.height < height || !this.#facts.votes.canBeFinalized(header.view, root)) continue;
      const state = this.oracle.stateOf(root);
      if (state !== undefined) return this.#settle(state);
    }
  }
}

function emptyHeld(): Held {
  return { contents: new Set(), affirmed: new Set(), marks: new Map(), attested: 0, executed: new Map() };
}

function markedShard(key: Uint8Array): string {
  return Buffer.from(key.subarray(markedShardAt)).toString("ascii").replace(/\0+$/, "");
}

function markedRound(value: Uint8Array): number {
  return Number(new DataView(value.buffer, value.byteOffset).getBigUint64(markedRoundAt, true));
}

/** Whether a record is of the kinds that `restored` tells for these checkers. */
export function isWatchedOfStageTwo(key: Uint8Array): boolean {
  return key[0] === contentKind || key[0] === ownKind;
}

/** The block of the attest chain that a vote to notarize, or a proposal, stands for. */
export function notarizedRoot(
  observation: Observation,
  rootOf: (block: AttestBlock) => Uint8Array,
): string | undefined {
  if (observation.kind !== "sent") return undefined;
  const { message } = observation;
  if (message.kind === "proposal") return hex(rootOf(attested(message.proposal.block)));
  return message.kind === "vote" && message.vote.kind === "notarize" ? hex(message.vote.block) : undefined;
}
