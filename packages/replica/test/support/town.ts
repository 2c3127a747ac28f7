// Replicas with the real machines, on a clock of their own: a message takes ten milliseconds and one more for each seat
// between its ends, an answer of the shell takes one. Messages travel as bytes. Nothing is random. What a node stored
// outlasts a restart.

import { type ExecutionTask, ownPrefix, type StageTwoNews } from "@tandem/attestation";
import { keptPrefix, type OrderedBlock, type OrderNetwork, poolLimits, type Receipt, readTip } from "@tandem/ordering";
import {
  asRound,
  asTimeMs,
  type Chain,
  type PayerScheme,
  portablePayerScheme,
  type Records,
  type Root,
  readNow,
  type StoreBatch,
  toHex,
} from "@tandem/shared";
import { isTestSignature } from "../../../ordering/test/support/blobs.ts";
import {
  decodeMessage,
  Executions,
  encodeMessage,
  orderReads,
  performReplicaVerify,
  Replica,
  type ReplicaEffect,
  type ReplicaInput,
  type ReplicaMessage,
  type ReplicaNetwork,
} from "../../src/index.ts";
import { signWith } from "./keys.ts";
import { bothChains, testRules } from "./network.ts";

const payers: PayerScheme = {
  ...portablePayerScheme,
  verify: (payer, message, signature) => isTestSignature({ payer, message: message as Root, signature }),
};

/** Tests here see some thousands in one wait. */
const happeningsMax = 100_000;

interface Happening {
  readonly atMs: number;
  readonly node: TownNode;
  /** Who has restarted hears nothing of what was for the one before. */
  readonly life: number;
  readonly input: ReplicaInput;
}

/** One node: its disk, and what it did. */
export class TownNode {
  readonly seat: number;
  readonly store = new Map<string, Uint8Array>();
  journal: { readonly chain: Chain; readonly view: number; readonly record: Uint8Array }[] = [];
  life = 0;
  replica: Replica | undefined;
  executions: Executions | undefined;
  /** Those whose consensus has set its heartbeat. */
  readonly chainsUp = new Set<Chain>();
  /** Messages neither reach nor leave it. */
  isCutOff = false;
  /** In all of its lives. */
  readonly effects: ReplicaEffect[] = [];
  readonly receipts = new Map<number, Receipt>();

  constructor(seat: number) {
    this.seat = seat;
  }

  write({ puts, deletes }: StoreBatch): void {
    for (const key of deletes) this.store.delete(toHex(key));
    for (const { key, value } of puts) this.store.set(toHex(key), value);
  }

  recordsOf(chain: Chain): Uint8Array[] {
    return this.journal.flatMap((each) => (each.chain === chain ? [each.record] : []));
  }

  valuesUnder(bytes: Uint8Array): Uint8Array[] {
    const prefix = toHex(bytes);
    const keys = [...this.store.keys()].filter((key) => key.startsWith(prefix)).sort();
    return keys.map((key) => this.store.get(key) as Uint8Array);
  }

  /** What it executed last, by its disk. */
  get tip() {
    return readNow((keys) => this.read(keys), readTip());
  }

  get news(): StageTwoNews[] {
    return this.effects.flatMap((effect) => (effect.kind === "news" ? [effect.news] : []));
  }

  read(keys: readonly Uint8Array[]): Records {
    return keys.map((key) => this.store.get(toHex(key)));
  }

  /** In all of its lives. */
  get ordered(): OrderedBlock[] {
    return this.effects.filter((effect) => effect.kind === "ordered");
  }

  get orderedBlobs(): string[] {
    return this.ordered.flatMap(({ block }) => block.body.blobs.map(toHex));
  }
}

export class Town {
  readonly nodes: readonly TownNode[];
  nowMs = 0;
  readonly network: ReplicaNetwork;
  #happenings: Happening[] = [];
  #submissions = 0;

  /** A node for each validator, and observers after them. */
  constructor(network: OrderNetwork, observers = 0) {
    this.network = bothChains(network);
    const validators = network.genesis.validators.length;
    this.nodes = Array.from({ length: validators + observers }, (_, seat) => new TownNode(seat));
    this.start(...this.nodes);
  }

  /** From what is on their disks; they are up when it returns. */
  start(...nodes: readonly TownNode[]): void {
    for (const node of nodes) this.#boot(node);
    this.runUntil(() => nodes.every(({ chainsUp }) => chainsUp.size === 2), 1000);
  }

  #boot(node: TownNode): void {
    const { network } = this;
    const { genesis } = network.order;
    const isValidator = node.seat < genesis.validators.length;
    const validator = isValidator ? { place: node.seat, sign: signWith(node.seat) } : undefined;
    node.life++;
    node.chainsUp.clear();
    node.replica = new Replica({ network, validator, follows: undefined, pool: poolLimits });
    const { epoch } = network.setting.network;
    node.executions = new Executions({ genesis, epoch, rules: testRules(network.order), order: orderReads });
    this.give(node, {
      kind: "start",
      journals: { order: node.recordsOf("order"), attest: node.recordsOf("attest") },
      kept: node.valuesUnder(keptPrefix),
      own: node.valuesUnder(ownPrefix),
      firstRound: node.life === 1 ? asRound(0) : undefined,
    });
  }

  /** Its number is that of its receipt. */
  submit(node: TownNode, bytes: Uint8Array): number {
    this.give(node, { kind: "submit", id: ++this.#submissions, bytes });
    return this.#submissions;
  }

  /** Lets time pass until it is so; an error if it takes longer than that. */
  runUntil(isSo: () => boolean, withinMs: number): void {
    const endMs = this.nowMs + withinMs;
    for (let count = 0; !isSo(); count++) {
      if (count > happeningsMax) throw new Error("there is no end to what happens");
      const next = this.#takeNext();
      if (next === undefined || next.atMs > endMs) throw new Error(`it is not so after ${withinMs} ms`);
      this.nowMs = next.atMs;
      if (next.life === next.node.life) this.give(next.node, next.input);
    }
  }

  #takeNext(): Happening | undefined {
    let first = 0;
    for (const [index, { atMs }] of this.#happenings.entries()) {
      if (atMs < (this.#happenings[first] as Happening).atMs) first = index;
    }
    return this.#happenings.splice(first, 1)[0];
  }

  give(node: TownNode, input: ReplicaInput): void {
    for (const effect of node.replica?.handle(input) ?? []) {
      node.effects.push(effect);
      this.#perform(node, effect);
    }
  }

  #perform(node: TownNode, effect: ReplicaEffect): void {
    switch (effect.kind) {
      case "persist":
        node.journal.push(effect);
        return;
      case "prune":
        node.journal = node.journal.filter(({ chain, view }) => chain !== effect.chain || view >= effect.below);
        return;
      case "store":
        return node.write(effect.batch);
      case "set-timer":
        if (effect.timer.name === "heartbeat") node.chainsUp.add("order");
        if (effect.timer.name === "attest" && effect.timer.timer.name === "heartbeat") node.chainsUp.add("attest");
        return this.#later(node, { kind: "timer", timer: effect.timer }, effect.afterMs);
      case "send":
        return this.#post(node, effect.to, effect.message);
      case "broadcast":
        for (const { seat } of this.nodes) if (seat !== node.seat) this.#post(node, seat, effect.message);
        return;
      case "receipt":
        node.receipts.set(effect.id, effect.receipt);
        return;
      case "read":
      case "verify":
      case "clock":
      case "open-shard":
      case "execute":
      case "recall":
        return this.#later(node, this.#answer(node, effect), 1);
    }
  }

  #answer(
    node: TownNode,
    effect: Extract<ReplicaEffect, { readonly kind: "read" | "verify" | "clock" | ExecutionTask["kind"] }>,
  ): ReplicaInput {
    const { id } = effect;
    switch (effect.kind) {
      case "read":
        return { kind: "read", id, records: node.read(effect.keys) };
      case "verify": {
        const { setting } = this.network;
        return { kind: "verified", ...performReplicaVerify({ setting, payers }, id, effect.task) };
      }
      case "clock":
        return { kind: "clock", id, nowMs: asTimeMs(this.network.order.genesis.startMs + 1000 + this.nowMs) };
      default:
        return readNow((keys) => node.read(keys), (node.executions as Executions).perform(effect));
    }
  }

  #post(from: TownNode, to: number, message: ReplicaMessage): void {
    const node = this.nodes[to];
    if (node === undefined || from.isCutOff || node.isCutOff) return;
    this.#later(node, this.#arriving(from.seat, message), 10 + Math.abs(from.seat - to));
  }

  #arriving(from: number, message: ReplicaMessage): ReplicaInput {
    const decoded = decodeMessage(encodeMessage(message));
    if (!decoded.ok) throw new Error(`an honest node's ${message.kind}: ${decoded.error.message}`);
    return { kind: "message", from, message: decoded.value };
  }

  #later(node: TownNode, input: ReplicaInput, afterMs: number): void {
    this.#happenings.push({ atMs: this.nowMs + afterMs, node, life: node.life, input });
  }
}
