// The smallest shell of the order chain's machine: whatever it asks for is answered at once, in the order in which it was
// asked, from a store in memory. What it writes lies over a base that stays as it was, so that many runs begin alike.

import { nativePayerScheme } from "@tandem/native";
import {
  type OrderEffect,
  type OrderInput,
  Ordering,
  type OrderMessage,
  type OrderNetwork,
  type OrderTask,
  orderBlockRules,
  type PoolLimits,
  poolLimits,
} from "@tandem/ordering";
import {
  asTimeMs,
  asValidatorIndex,
  asView,
  type Certificate,
  limits,
  MemoryStore,
  type OrderBlock,
  type Records,
  type Root,
  type StoreBatch,
  toHex,
} from "@tandem/shared";
import type { MadeBlob } from "./network.ts";
import { startMs } from "./network.ts";

/** What peers answer who have all blobs. Each answer is put together once, for peers are not what is measured. */
export class Supply {
  readonly #blobs: ReadonlyMap<string, Uint8Array>;
  readonly #answers = new Map<number, OrderMessage>();

  constructor(blobs: readonly MadeBlob[]) {
    this.#blobs = new Map(blobs.map(({ root, bytes }) => [toHex(root), bytes]));
  }

  answer(id: number, roots: readonly Root[]): OrderMessage {
    let answer = this.#answers.get(id);
    if (answer === undefined) {
      answer = { kind: "found", id, blobs: this.#choose(roots) };
      this.#answers.set(id, answer);
    }
    return answer;
  }

  #choose(roots: readonly Root[]): Uint8Array[] {
    const found: Uint8Array[] = [];
    let total = 0;
    for (const root of roots) {
      const bytes = this.#blobs.get(toHex(root));
      if (bytes === undefined || total + bytes.length > limits.foundBytesMax) continue;
      total += bytes.length;
      found.push(bytes);
    }
    return found;
  }
}

export interface ShellOptions {
  readonly network: OrderNetwork;
  /** What is stored already; without it the machine begins at the genesis. */
  readonly base?: MemoryStore;
  readonly supply?: Supply;
  /** Without it every signature passes. */
  readonly isVerifying: boolean;
  readonly pool?: PoolLimits;
}

const peers = [1, 2, 3];

export class OrderShell {
  readonly store = new MemoryStore();
  readonly #options: ShellOptions;
  readonly #machine: Ordering;
  readonly #inputs: OrderInput[] = [];
  /** Not written yet: to write is the store's work, which is not measured here unless something is read afterwards. */
  readonly #batches: StoreBatch[] = [];
  /** What it said, but for what was answered. */
  readonly said: OrderEffect[] = [];

  constructor(options: ShellOptions) {
    const { network, pool = poolLimits } = options;
    this.#options = options;
    this.#machine = new Ordering({ network, seat: asValidatorIndex(0), peers, deltaMs: 500, pool });
    this.give({ kind: "start", kept: [] });
  }

  /** Tells it these facts, one after the other, and answers until it asks for nothing more. */
  give(...inputs: readonly OrderInput[]): void {
    this.#inputs.push(...inputs);
    for (let at = 0; at < this.#inputs.length; at++) {
      for (const effect of this.#machine.handle(this.#inputs[at] as OrderInput)) this.#perform(effect);
    }
    this.#inputs.length = 0;
  }

  #perform(effect: OrderEffect): void {
    const input = this.#answer(effect);
    if (input !== undefined) this.#inputs.push(input);
    else if (effect.kind === "store") this.#batches.push(effect.batch);
    else if (effect.kind !== "set-timer") this.said.push(effect);
  }

  #answer(effect: OrderEffect): OrderInput | undefined {
    switch (effect.kind) {
      case "read":
        return { kind: "read", id: effect.id, records: this.#read(effect.keys) };
      case "verify":
        return { kind: "verified", id: effect.id, valid: this.#verify(effect.task) };
      case "clock":
        return { kind: "clock", id: effect.id, nowMs: asTimeMs(startMs + 1000) };
      case "send":
        return this.#hear(effect.to, effect.message);
      default:
        return undefined;
    }
  }

  #hear(from: number, message: OrderMessage): OrderInput | undefined {
    const { supply } = this.#options;
    if (message.kind !== "want" || supply === undefined) return undefined;
    return { kind: "message", from, message: supply.answer(message.id, message.roots) };
  }

  #verify(task: OrderTask): boolean[] {
    if (task.kind === "citation") return [false];
    if (!this.#options.isVerifying) return task.signatures.map(() => true);
    return task.signatures.map((signed) => nativePayerScheme.verify(signed.payer, signed.message, signed.signature));
  }

  #read(keys: readonly Uint8Array[]): Records {
    const { base } = this.#options;
    for (const batch of this.#batches) this.store.write(batch);
    this.#batches.length = 0;
    const own = this.store.readNow(keys);
    if (base === undefined) return own;
    const old = base.readNow(keys);
    return own.map((record, i) => record ?? old[i]);
  }

  /** The last thing of a kind that it said. */
  last<Kind extends OrderEffect["kind"]>(kind: Kind): Extract<OrderEffect, { kind: Kind }> {
    const found = this.said.findLast((effect) => effect.kind === kind);
    if (found === undefined) throw new Error(`the machine said nothing of the kind ${kind}`);
    return found as Extract<OrderEffect, { kind: Kind }>;
  }

  /** How many of these a client was told are accepted. */
  submit(blobs: readonly MadeBlob[]): number {
    this.give(...blobs.map(({ bytes }, id) => ({ kind: "submit", id, bytes }) as const));
    return this.said.filter((effect) => effect.kind === "receipt" && effect.receipt.kind === "accepted").length;
  }

  build(parent: OrderBlock, view: number): OrderBlock {
    const info = orderBlockRules.infoOf(parent);
    this.give({ kind: "build", view: asView(view), parent: info, ancestors: [], isWanted: true });
    const { block } = this.last("built");
    if (block === undefined) throw new Error("the machine built nothing");
    return block;
  }

  /** As it comes from the wire: nothing is known of it. */
  check(block: OrderBlock): void {
    const fresh = { ...block };
    const info = orderBlockRules.infoOf(fresh);
    this.give({ kind: "check", block: fresh, info, ancestors: [], leader: block.header.proposer });
    const { verdict, problem } = this.last("checked");
    if (verdict !== "valid") throw new Error(`the block is refused: ${problem?.code} ${problem?.message}`);
  }

  deliver(block: OrderBlock, certificate: Certificate): void {
    this.give({ kind: "deliver", block, info: orderBlockRules.infoOf(block), certificate });
    this.last("ordered");
  }
}
