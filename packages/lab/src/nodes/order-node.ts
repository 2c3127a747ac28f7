// The shell of one node of the order stage: it runs the replica, with a store of keys and values on the simulated disk.
// Each batch of the store is an entry of the archive, numbered in order, so a crash loses the last ones alone; at a boot
// the store is built anew from them.

import type { VerifyTask } from "@tandem/consensus";
import { blockKey, blockRecordCodec, keptPrefix, type OrderMessage, poolLimits, type SliceRun } from "@tandem/ordering";
import type { ReplicaEffect, ReplicaInput, VerifyContext } from "@tandem/replica";
import {
  asHeight,
  asTimeMs,
  type Machine,
  MemoryStore,
  type StoreBatch,
  type StoreRecord,
  toHex,
  unreachable,
} from "@tandem/shared";
import type { Booted, DiskContents, Instance, Seat } from "@tandem/simulator";
import { isWatched } from "../checkers/order/watch.ts";
import type { NodeOptions } from "../stages/stage.ts";
import type { AttestChain } from "../work/attest-chain.ts";
import { followerPeer } from "../work/follower.ts";
import { sharedPayerScheme } from "../work/payers.ts";
import { attestedTo, MadeAttesting } from "./made-attesting.ts";
import { verifyUs } from "./node.ts";
import type { LabNetwork } from "./order-network.ts";
import { type NodeActions, type OwnEffect, Shell } from "./shell.ts";
import type { Wire } from "./wire.ts";
import type { FinalRecord, LabEffect, LabInput, LabMessage } from "./words.ts";

export type ReplicaRoom = typeof import("@tandem/replica");

interface Options extends NodeOptions {
  readonly network: LabNetwork;
  readonly room: ReplicaRoom;
  readonly attest: AttestChain;
  readonly wire: Wire;
  /** O8: whether something could be proposed, by what this node keeps and knows. */
  hasWork(instance: Instance): boolean;
  /** Slices for a client that follows a shard. */
  onSlices(instance: Instance, run: SliceRun): void;
}

type OrderEffect = Extract<
  ReplicaEffect,
  { kind: "store" | "read" | "verify" | "clock" | "receipt" | "ordered" | "diverged" | "final" }
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

  constructor(options: Options) {
    super(options);
    this.#options = options;
    const { setting } = options.network.replica;
    this.#verify = { setting, payers: sharedPayerScheme };
  }

  protected override hasWork(): boolean {
    return this.#options.corrupt === undefined && this.#options.hasWork(this.#options.instance);
  }

  override boot({ archive, journals }: DiskContents): Booted<LabInput, LabEffect> {
    const { corrupt } = this.#options;
    this.#store = new MemoryStore();
    const [journal] = journals;
    const watched = new Map<string, StoreRecord>();
    for (this.#batches = 0; archive.has(this.#batches); this.#batches++) {
      const batch = archive.get(this.#batches) as StoreBatch;
      this.#store.write(batch);
      for (const key of batch.deletes) watched.delete(toHex(key));
      for (const record of batch.puts) if (isWatched(record.key)) watched.set(toHex(record.key), record);
    }
    const records = [...watched.values()];
    this.begin(this.#readFinals(), journal, [{ kind: "restored", records }]);
    const machine = this.#createMachine();
    const kept = records.filter(({ key }) => key[0] === keptPrefix[0]).map(({ value }) => value);
    const first: LabInput = {
      kind: "start",
      journals: { order: journal, attest: [] },
      kept,
      own: [],
      firstRound: undefined,
    };
    return { machine: corrupt === undefined ? machine : corrupt(machine), first };
  }

  #createMachine(): Machine<LabInput, LabEffect> {
    const { network, room, seat, attest } = this.#options;
    const signer = network.keys.signers[seat];
    const validator = signer && { place: signer.seat, sign: signer.sign };
    const config = { network: network.replica, validator, follows: [], pool: poolLimits };
    const replica = new room.Replica(config, { attesting: new MadeAttesting(attest) });
    return {
      handle: (input) => {
        if (input.kind === "later") return input.effects;
        if (input.kind === "attested-to") return this.#noted(replica.handle(attestedTo(input.height)));
        // The shell of this stage gives no others.
        return this.#noted(replica.handle(input as ReplicaInput));
      },
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

  override received(from: Seat, said: LabMessage, actions: NodeActions): LabInput | undefined {
    const message = this.#options.wire(from, said);
    if (message === undefined) return undefined;
    if (message.kind === "proposal") this.note([message.proposal.block]);
    if (message.kind === "answer") this.note(message.blocks.map(({ block }) => block));
    if (isOfOrdering(message)) this.tell({ kind: "heard", from, message }, actions);
    return super.received(from, message, actions);
  }

  protected override performOwn(own: OwnEffect, actions: NodeActions): void {
    // The machine of this stage has no others.
    const effect = own as OrderEffect;
    switch (effect.kind) {
      case "store":
        this.#store.write(effect.batch);
        actions.archive(this.#batches++, effect.batch, bytesOf(effect.batch));
        return this.tell({ kind: "stored", batch: effect.batch }, actions);
      case "read": {
        const records = this.#store.readNow(effect.keys);
        return actions.answer({ kind: "read", id: effect.id, records }, readUs);
      }
      case "clock":
        return actions.answer({ kind: "clock", id: effect.id, nowMs: asTimeMs(Math.max(0, actions.nowMs())) }, 0);
      case "verify":
        return this.#answerVerify(effect, actions);
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
    // The attest chain is made, so no other signatures than those of the order chain are checked.
    const verified = this.#options.room.performReplicaVerify(this.#verify, id, task);
    const afterUs =
      task.kind === "signatures"
        ? signatureUs * task.signatures.length
        : verifyUs(task.kind === "citation" ? certificateTaskOf(task.citation) : (task as VerifyTask));
    actions.answer({ kind: "verified", ...verified }, afterUs);
  }

  /** What goes to the client that follows a shard travels by no link. */
  protected override send(to: Seat, message: LabMessage, actions: NodeActions): void {
    if (message.kind === "slices" && to === followerPeer) this.#options.onSlices(actions.instance, message.run);
    else super.send(to, message, actions);
  }
}

function isOfOrdering(message: LabMessage): message is OrderMessage {
  return ["blobs", "received", "want", "found"].includes(message.kind);
}

function certificateTaskOf({ certificate }: Pick<Extract<VerifyTask, { kind: "certificate" }>, "certificate">) {
  return { kind: "certificate", certificate } as const;
}

function bytesOf({ puts, deletes }: StoreBatch): number {
  const written = puts.reduce((bytes, { key, value }) => bytes + key.length + value.length, 0);
  return deletes.reduce((bytes, key) => bytes + key.length, written);
}
