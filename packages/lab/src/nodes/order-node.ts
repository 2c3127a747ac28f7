// The shell of one node of the order stage: it runs the replica, with a store of keys and values on the simulated disk.
// Each batch of the store is an entry of the archive, numbered in order, so a crash loses the last ones alone; at a boot
// the store is built anew from them.

import type { VerifyTask } from "@tandem/consensus";
import { blockKey, blockRecordCodec, keptPrefix, poolLimits } from "@tandem/ordering";
import type { ReplicaEffect, ReplicaInput, VerifyContext } from "@tandem/replica";
import { asHeight, asTimeMs, type Machine, MemoryStore, type StoreBatch, toHex, unreachable } from "@tandem/shared";
import type { Booted, DiskContents, Seat } from "@tandem/simulator";
import type { NodeOptions } from "../stages/stage.ts";
import { sharedPayerScheme } from "../work/payers.ts";
import { verifyUs } from "./node.ts";
import type { LabNetwork } from "./order-network.ts";
import { type NodeActions, type OwnEffect, Shell } from "./shell.ts";
import type { FinalRecord, LabEffect, LabInput, LabMessage } from "./words.ts";

export type ReplicaRoom = typeof import("@tandem/replica");

interface Options extends NodeOptions {
  readonly network: LabNetwork;
  readonly room: ReplicaRoom;
}

type OrderEffect = Extract<
  ReplicaEffect,
  { kind: "store" | "read" | "verify" | "clock" | "prove-descent" | "receipt" | "ordered" | "diverged" | "final" }
>;

/** Microseconds: a read from a warm store, and a payer's signature (docs/decisions/0005). */
const readUs = 50;
const signatureUs = 60;

export class OrderNode extends Shell {
  readonly #options: Options;
  readonly #verify: VerifyContext;
  #store = new MemoryStore();
  /** Batches that were written. */
  #batches = 0;
  /** Keys of blobs that were accepted here and are still offered. */
  readonly #kept = new Map<string, Uint8Array>();

  constructor(options: Options) {
    super(options);
    this.#options = options;
    const { keys, attest } = options.network;
    this.#verify = { order: keys.electorate, attest, payers: sharedPayerScheme };
  }

  /** What was accepted here and can still be ordered is work. */
  protected override hasWork(): boolean {
    return this.#kept.size > 0;
  }

  override boot({ archive, journal }: DiskContents): Booted<LabInput, LabEffect> {
    const { corrupt } = this.#options;
    this.#store = new MemoryStore();
    this.#kept.clear();
    for (this.#batches = 0; archive.has(this.#batches); this.#batches++)
      this.#write(archive.get(this.#batches) as StoreBatch);
    this.begin(this.#readFinals(), journal);
    const machine = this.#createMachine();
    const kept = this.#store.readNow([...this.#kept.values()]).filter((value) => value !== undefined);
    const first: LabInput = { kind: "start", journal, kept };
    return { machine: corrupt === undefined ? machine : corrupt(machine), first };
  }

  #createMachine(): Machine<LabInput, LabEffect> {
    const { network: lab, room, seat } = this.#options;
    const { network, keys } = lab;
    const replica = new room.Replica({
      network,
      electorate: keys.electorate,
      signer: keys.signers[seat],
      pool: poolLimits,
    });
    return {
      // The shell of this stage gives no others, but for what habits held back.
      handle: (input) => (input.kind === "later" ? input.effects : this.#noted(replica.handle(input as ReplicaInput))),
    };
  }

  /** A leader that stops before its proposal leaves may stand by it after a restart. */
  #noted(effects: readonly ReplicaEffect[]): readonly ReplicaEffect[] {
    for (const effect of effects)
      if (effect.kind === "broadcast" && effect.message.kind === "proposal") this.note([effect.message.proposal.block]);
    return effects;
  }

  /** Final blocks, by height from 1 up to the first that is not there. */
  #readFinals(): FinalRecord[] {
    const finals: FinalRecord[] = [];
    for (;;) {
      const [record] = this.#store.readNow([blockKey(asHeight(finals.length + 1))]);
      if (record === undefined) return finals;
      finals.push(blockRecordCodec.decode(record));
    }
  }

  override received(from: Seat, message: LabMessage, actions: NodeActions): LabInput {
    if (message.kind === "proposal") this.note([message.proposal.block]);
    if (message.kind === "answer") this.note(message.blocks.map(({ block }) => block));
    return super.received(from, message, actions);
  }

  protected override performOwn(own: OwnEffect, actions: NodeActions): void {
    // The machine of this stage has no others.
    const effect = own as OrderEffect;
    switch (effect.kind) {
      case "store":
        this.#write(effect.batch);
        return actions.archive(this.#batches++, effect.batch, bytesOf(effect.batch));
      case "read": {
        const records = this.#store.readNow(effect.keys);
        return actions.answer({ kind: "read", id: effect.id, records }, readUs);
      }
      case "clock":
        return actions.answer({ kind: "clock", id: effect.id, nowMs: asTimeMs(Math.max(0, actions.nowMs())) }, 0);
      case "verify":
        return this.#answerVerify(effect, actions);
      case "prove-descent":
        // There is no attest chain beside this one: nothing but its genesis is cited.
        return;
      case "final":
        return this.deliver(effect.block, effect.certificate, actions);
      case "receipt":
      case "ordered":
      case "diverged":
        return this.tell(effect, actions);
      default:
        return unreachable(effect);
    }
  }

  #answerVerify({ id, task }: Extract<OrderEffect, { kind: "verify" }>, actions: NodeActions): void {
    const verified = this.#options.room.performReplicaVerify(this.#verify, id, task);
    const afterUs =
      task.kind === "signatures"
        ? signatureUs * task.signatures.length
        : verifyUs(task.kind === "citation" ? certificateTaskOf(task.citation) : task);
    actions.answer({ kind: "verified", ...verified }, afterUs);
  }

  #write(batch: StoreBatch): void {
    this.#store.write(batch);
    for (const key of batch.deletes) if (key[0] === keptPrefix[0]) this.#kept.delete(toHex(key));
    for (const { key } of batch.puts) if (key[0] === keptPrefix[0]) this.#kept.set(toHex(key), key);
  }
}

function certificateTaskOf({ certificate }: Pick<Extract<VerifyTask, { kind: "certificate" }>, "certificate">) {
  return { kind: "certificate", certificate } as const;
}

function bytesOf({ puts, deletes }: StoreBatch): number {
  const written = puts.reduce((bytes, { key, value }) => bytes + key.length + value.length, 0);
  return deletes.reduce((bytes, key) => bytes + key.length, written);
}
