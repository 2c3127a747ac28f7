// What the shells of the order stage and of the whole stage have in common: a replica, with a store of keys and values on the
// simulated disk. Each batch of the store is an entry of the archive, numbered in order, so a crash loses the last ones alone;
// at a boot the store is built anew from them.

import { blockKey, blockRecordCodec, type OrderMessage } from "@tandem/ordering";
import type { ReplicaEffect, ReplicaInput } from "@tandem/replica";
import {
  asHeight,
  asTimeMs,
  type Height,
  type Machine,
  MemoryStore,
  type StoreBatch,
  type StoreRecord,
  toHex,
} from "@tandem/shared";
import type { DiskContents, Seat } from "@tandem/simulator";
import type { Block } from "../payload/block.ts";
import type { NodeOptions } from "../stages/stage.ts";
import { type NodeActions, type OwnEffect, Shell } from "./shell.ts";
import type { Wire } from "./wire.ts";
import type { FinalRecord, LabEffect, LabInput, LabMessage } from "./words.ts";

export interface StoreShellOptions extends NodeOptions {
  readonly wire: Wire;
}

type StoreKind = "store" | "read" | "clock" | "final" | "receipt" | "ordered" | "diverged";
/** What each of the two stages performs in its own way. */
export type FurtherEffect = Exclude<ReplicaEffect, { readonly kind: StoreKind }>;

/** Microseconds: a read from a warm store, and a payer's signature (docs/decisions/0005). */
export const readUs = 50;
export const signatureUs = 60;

export abstract class StoreShell extends Shell {
  readonly #wire: Wire;
  protected store = new MemoryStore();
  /** Batches that were written. */
  #batches = 0;

  constructor(options: StoreShellOptions) {
    super(options);
    this.#wire = options.wire;
  }

  protected abstract performFurther(effect: FurtherEffect, actions: NodeActions): void;

  /** Makes the store from the archive. Gives the records that are watched. */
  protected restore(archive: DiskContents["archive"], isWatched: (key: Uint8Array) => boolean): StoreRecord[] {
    this.store = new MemoryStore();
    const watched = new Map<string, StoreRecord>();
    for (this.#batches = 0; archive.has(this.#batches); this.#batches++) {
      const { puts, deletes } = archive.get(this.#batches) as StoreBatch;
      this.store.write({ puts, deletes });
      for (const key of deletes) watched.delete(toHex(key));
      for (const record of puts) if (isWatched(record.key)) watched.set(toHex(record.key), record);
    }
    return [...watched.values()];
  }

  /** Final blocks of the order chain. */
  protected orderFinals(): FinalRecord[] {
    return this.readFinals((height) => {
      const [record] = this.store.readNow([blockKey(height)]);
      return record && blockRecordCodec.decode(record);
    });
  }

  /** From height 1 up to the first that is not there. */
  protected readFinals(recordAt: (height: Height) => FinalRecord | undefined): FinalRecord[] {
    const finals: FinalRecord[] = [];
    for (;;) {
      const record = recordAt(asHeight(finals.length + 1));
      if (record === undefined) return finals;
      finals.push(record);
    }
  }

  /** A leader that stops before its proposal leaves may stand by it after a restart. */
  protected machineOf(replica: Machine<ReplicaInput, ReplicaEffect>): Machine<LabInput, LabEffect> {
    return {
      handle: (input) => {
        if (input.kind === "later") return input.effects;
        // The shells of these stages give no others.
        const effects = replica.handle(input as ReplicaInput);
        for (const effect of effects) if (effect.kind === "broadcast") this.noteBlocks(effect.message);
        return effects;
      },
    };
  }

  /** For checkers that look into blocks by their roots. */
  protected noteBlocks(message: LabMessage): void {
    this.note(blocksIn(message));
  }

  override received(from: Seat, said: LabMessage, actions: NodeActions): LabInput | undefined {
    const message = this.#wire(from, said);
    if (message === undefined) return undefined;
    this.noteBlocks(message);
    if (isOfOrdering(message)) this.tell({ kind: "heard", from, message }, actions);
    return super.received(from, message, actions);
  }

  protected override performOwn(own: OwnEffect, actions: NodeActions): void {
    // A replica has no others.
    const effect = own as ReplicaEffect;
    switch (effect.kind) {
      case "store":
        this.store.write(effect.batch);
        actions.archive(this.#batches++, effect.batch, bytesOf(effect.batch));
        return this.tell({ kind: "stored", batch: effect.batch }, actions);
      case "read": {
        const records = this.store.readNow(effect.keys);
        return actions.answer({ kind: "read", id: effect.id, records }, readUs);
      }
      case "clock":
        return actions.answer({ kind: "clock", id: effect.id, nowMs: asTimeMs(Math.max(0, actions.nowMs())) }, 0);
      case "final":
        return this.deliver(effect.block, effect.certificate, actions);
      case "receipt":
      case "ordered":
      case "diverged":
        return this.tell(effect, actions);
      default:
        return this.performFurther(effect, actions);
    }
  }
}

export function blocksIn(message: LabMessage): readonly Block[] {
  if (message.kind === "proposal") return [message.proposal.block];
  return message.kind === "answer" ? message.blocks.map(({ block }) => block) : [];
}

function isOfOrdering(message: LabMessage): message is OrderMessage {
  return ["blobs", "received", "want", "found"].includes(message.kind);
}

function bytesOf({ puts, deletes }: StoreBatch): number {
  const written = puts.reduce((bytes, { key, value }) => bytes + key.length + value.length, 0);
  return deletes.reduce((bytes, key) => bytes + key.length, written);
}
