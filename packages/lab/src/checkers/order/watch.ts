// What the checkers of the order stage have in common: the oracle, and what honest nodes hold by what they said and
// stored. `recompute` stands first among them and enters each observation here, before any other reads it.

import type { OrderBlock, StoreBatch } from "@tandem/shared";
import type { Instance } from "@tandem/simulator";
import type { Observation } from "../../nodes/words.ts";
import { type BlobBook, blobKind, keptKind, rootInKey } from "./blob-book.ts";
import type { Oracle, OracleState } from "./oracle.ts";
import { hex, type RawBlob } from "./raw-blob.ts";

/** A record that stands for an executed block. */
const touchesKind = 3;

interface Held {
  /** Roots of blobs in its durable store. */
  readonly stored: Set<string>;
  /** Roots of blobs that it keeps, for it accepted them. */
  readonly kept: Set<string>;
  /** Height of the last block that it executed. */
  executed: number;
  /** Whether something of this changed since `hasWork` was last answered. */
  isNew: boolean;
  hadWork: boolean;
}

export class Watch {
  readonly oracle: Oracle;
  readonly book: BlobBook;
  /** By height: roots of final blocks, as the first honest node delivered them. */
  readonly final: string[] = [];
  readonly #submitted: (id: number) => Uint8Array | undefined;
  readonly #held = new Map<Instance, Held>();

  /** `submitted` gives what a client submitted under a number. */
  constructor(oracle: Oracle, book: BlobBook, submitted: (id: number) => Uint8Array | undefined) {
    this.oracle = oracle;
    this.book = book;
    this.#submitted = submitted;
  }

  of(instance: Instance): Held {
    let held = this.#held.get(instance);
    if (held === undefined) {
      held = { stored: new Set(), kept: new Set(), executed: 0, isNew: true, hadWork: false };
      this.#held.set(instance, held);
    }
    return held;
  }

  see(observation: Observation, instance: Instance): void {
    switch (observation.kind) {
      case "restored":
        this.#held.delete(instance);
        return this.#write(this.of(instance), { puts: observation.records, deletes: [] });
      case "stored":
        return this.#write(this.of(instance), observation.batch);
      case "delivered":
        this.final[observation.info.height] ??= hex(observation.info.root);
        return;
      case "receipt":
        return this.#learnSubmitted(observation.id);
      case "sent":
      case "heard":
        if (observation.message.kind === "blobs" || observation.message.kind === "found")
          for (const bytes of observation.message.blobs) this.book.learn(bytes);
        return;
      case "ordered":
        for (const bytes of observation.blobs) this.book.learn(bytes);
        return;
      default:
        return;
    }
  }

  /** Of what is accepted and gives way at once, the store never hears. */
  #learnSubmitted(id: number): void {
    const bytes = this.#submitted(id);
    if (bytes !== undefined) this.book.learn(bytes);
  }

  /** The state that a node's last executed block left. */
  stateOf(instance: Instance): OracleState | undefined {
    return this.stateAt(this.of(instance).executed);
  }

  stateAt(height: number): OracleState | undefined {
    if (height === 0) return this.oracle.first;
    const root = this.final[height];
    const verdict = root === undefined ? undefined : this.oracle.judge(root);
    return verdict !== undefined && "state" in verdict ? verdict.state : undefined;
  }

  /** Whether a node owes a blob nothing any more: its nonce is ordered, it expired, or another took its place. */
  isLetGo(instance: Instance, blob: RawBlob): boolean {
    const state = this.stateOf(instance);
    if (state === undefined) return false;
    if (blob.nonce < (state.accounts.get(blob.payer)?.nonce ?? 0) || blob.expires <= state.header.height) return true;
    return this.book.rivals(blob).some((rival) => rival.tip > blob.tip && this.book.isSigned(rival));
  }

  /** O8: whether a node keeps a blob that could be in the next block. */
  hasWork(instance: Instance, cited: number): boolean {
    const held = this.of(instance);
    if (held.isNew) {
      held.hadWork = [...held.kept].some((root) => this.#canBeOrdered(instance, root, cited));
      held.isNew = false;
    }
    return held.hadWork;
  }

  /** Something that decides what could be ordered changed elsewhere. */
  refresh(): void {
    for (const held of this.#held.values()) held.isNew = true;
  }

  #canBeOrdered(instance: Instance, root: string, cited: number): boolean {
    const blob = this.book.get(root);
    const state = this.stateOf(instance);
    if (blob === undefined || state === undefined) return true;
    const { balance, nonce } = state.accounts.get(blob.payer) ?? { balance: 0n, nonce: 0 };
    if (blob.nonce !== nonce || blob.expires <= state.header.height) return false;
    if (balance < this.oracle.costOf(blob)) return false;
    return !blob.touches.some((shard) => this.oracle.isBehind(shard, state, cited));
  }

  #write(held: Held, { puts, deletes }: Pick<StoreBatch, "puts" | "deletes">): void {
    held.isNew = true;
    for (const { key, value } of puts) {
      const [kind] = key;
      if (kind === touchesKind) held.executed = Math.max(held.executed, heightIn(key));
      if (kind !== blobKind && kind !== keptKind) continue;
      const root = rootInKey(key);
      this.book.learnAs(root, value);
      (kind === blobKind ? held.stored : held.kept).add(root);
    }
    for (const key of deletes) {
      if (key[0] === blobKind) held.stored.delete(rootInKey(key));
      if (key[0] === keptKind) held.kept.delete(rootInKey(key));
    }
  }
}

function heightIn(key: Uint8Array): number {
  return Number(new DataView(key.buffer, key.byteOffset).getBigUint64(1));
}

/** Whether a blob's record is of the kinds that `restored` tells. */
export function isWatched(key: Uint8Array): boolean {
  return key[0] === touchesKind || key[0] === blobKind || key[0] === keptKind;
}

/** The root of a block that a vote or a proposal of this node stands for. */
export function votedBlock(observation: Observation, rootOf: (block: OrderBlock) => Uint8Array): string | undefined {
  if (observation.kind !== "sent") return undefined;
  const { message } = observation;
  if (message.kind === "proposal") return hex(rootOf(message.proposal.block));
  if (message.kind !== "vote" || message.vote.kind === "nullify") return undefined;
  return hex(message.vote.block);
}
