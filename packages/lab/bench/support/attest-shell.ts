// The smallest shell of Stage 2's machine: whatever it asks for is answered at once, in the order in which it was asked, from
// a store in memory and by the performers that a node uses. Executions are of whoever opens the shell: one that is done once
// can be told to many. Timers never fire, and what it sends is kept, not sent.

import {
  type AttestEffect,
  type AttestInput,
  Attesting,
  type ExecutionTask,
  type OrderedBlockFacts,
  type Peer,
} from "@tandem/attestation";
import type { Signer } from "@tandem/consensus";
import { nativePayerScheme } from "@tandem/native";
import { headerKey, headerRecordCodec } from "@tandem/ordering";
import { type ExecutionAnswer, orderReads, performReplicaVerify } from "@tandem/replica";
import { asHeight, asRound, assert, MemoryStore } from "@tandem/shared";
import type { AttestGround } from "./attest-ground.ts";

export type Execute = (task: ExecutionTask, store: MemoryStore) => ExecutionAnswer;

export class AttestShell {
  readonly store = new MemoryStore();
  readonly #ground: AttestGround;
  readonly #execute: Execute;
  readonly #machine: Attesting;
  readonly #inputs: AttestInput[] = [];
  /** What it said since that was looked at last, but for what was answered. */
  #said: AttestEffect[] = [];

  constructor(ground: AttestGround, place: Peer, execute: Execute) {
    const { shards, keys, network } = ground;
    const { seat, sign } = keys.signers[place] as Signer;
    this.#ground = ground;
    this.#execute = execute;
    this.#machine = new Attesting({
      setting: network.setting,
      order: {
        ...orderReads,
        // biome-ignore lint/correctness/useYield: it is known without reading
        proveDescent: function* (from, header) {
          return ground.proveDescent(from, header);
        },
      },
      seat,
      self: place,
      peers: keys.signers.map((_, peer) => peer).filter((peer) => peer !== place),
      sign,
      seats: new Map(shards.map((shard) => [shard, seat])),
      follows: shards,
      deltaMs: 500,
    });
    this.give({ kind: "start", own: [], firstRound: asRound(0), executed: asHeight(0) });
    this.take("started");
  }

  /** Ordering has it in the store by the time when it is told. */
  write({ header, certificate }: OrderedBlockFacts): void {
    const value = headerRecordCodec.encode({ header, certificate });
    this.store.write({ puts: [{ key: headerKey(header.height), value }], deletes: [] });
  }

  /** Tells it these facts, one after the other, and answers until it asks for nothing more. */
  give(...inputs: readonly AttestInput[]): void {
    this.#inputs.push(...inputs);
    for (let at = 0; at < this.#inputs.length; at++) {
      for (const effect of this.#machine.handle(this.#inputs[at] as AttestInput)) this.#perform(effect);
    }
    this.#inputs.length = 0;
  }

  #perform(effect: AttestEffect): void {
    const input = this.#answer(effect);
    if (input !== undefined) this.#inputs.push(input);
    else if (effect.kind === "store") this.store.write(effect.batch);
    else if (effect.kind !== "set-timer") this.#said.push(effect);
  }

  #answer(effect: AttestEffect): AttestInput | undefined {
    switch (effect.kind) {
      case "read":
        return { kind: "read", id: effect.id, records: this.store.readNow(effect.keys) };
      case "verify": {
        const { setting } = this.#ground.network;
        const context = { setting, payers: nativePayerScheme };
        const { id, ...verdict } = performReplicaVerify(context, effect.id, effect.task);
        return { kind: "verified", id, verdict };
      }
      case "open-shard":
      case "execute":
      case "recall":
        return this.#execute(effect, this.store);
      default:
        return undefined;
    }
  }

  /** All that it said of a kind; the rest is forgotten. */
  take<Kind extends AttestEffect["kind"]>(kind: Kind): readonly Extract<AttestEffect, { kind: Kind }>[] {
    const found = this.#said.filter((effect) => effect.kind === kind);
    this.#said = [];
    assert(found.length > 0, () => `the machine said nothing of the kind ${kind}`);
    return found as Extract<AttestEffect, { kind: Kind }>[];
  }
}
