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
  type OrderTimer,
  orderBlockRules,
  type PoolLimits,
  poolLimits,
} from "@tandem/ordering";
import {
  asTimeMs,
  asValidatorIndex,
  asView,
  limits,
  MemoryStore,
  type OrderBlock,
  type Records,
  type Root,
  type StoreBatch,
  toHex,
} from "@tandem/shared";
import type { Work } from "../../../../scripts/bench/measure.ts";
import { certify, type MadeBlob, startMs } from "./network.ts";

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
  #store = new MemoryStore();
  readonly #options: ShellOptions;
  /** Without it every signature passes. */
  isVerifying: boolean;
  readonly #machine: Ordering;
  readonly #inputs: OrderInput[] = [];
  /** Not written yet: to write is the store's work, which is not measured here unless something is read afterwards. */
  readonly #batches: StoreBatch[] = [];
  /** Timers of jobs that sleep; no other timer is of use here. */
  readonly #sleeping: OrderTimer[] = [];
  /** What it said, but for what was answered. */
  readonly said: OrderEffect[] = [];

  constructor(options: ShellOptions) {
    const { network, pool = poolLimits } = options;
    this.#options = options;
    this.isVerifying = options.isVerifying;
    this.#machine = new Ordering({ network, seat: asValidatorIndex(0), peers, deltaMs: 500, pool });
    this.give({ kind: "start", kept: [] });
    this.disk();
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
    else if (effect.timer.name === "wake") this.#sleeping.push(effect.timer);
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
    if (!this.isVerifying) return task.signatures.map(() => true);
    return task.signatures.map((signed) => nativePayerScheme.verify(signed.payer, signed.message, signed.signature));
  }

  #read(keys: readonly Uint8Array[]): Records {
    const { base } = this.#options;
    const own = this.disk().readNow(keys);
    if (base === undefined) return own;
    const old = base.readNow(keys);
    return own.map((record, i) => record ?? old[i]);
  }

  /** What it stored, written by now. */
  disk(): MemoryStore {
    for (const batch of this.#batches) this.#store.write(batch);
    this.#batches.length = 0;
    return this.#store;
  }

  /** Nothing that it stored is needed any more. */
  forget(): void {
    this.#batches.length = 0;
    this.#store = new MemoryStore();
  }

  /** The last thing of a kind that it said. */
  last<Kind extends OrderEffect["kind"]>(kind: Kind): Extract<OrderEffect, { kind: Kind }> {
    const found = this.said.findLast((effect) => effect.kind === kind);
    if (found === undefined) throw new Error(`the machine said nothing of the kind ${kind}`);
    return found as Extract<OrderEffect, { kind: Kind }>;
  }

  /** Clients submit these, faster than they are examined. */
  fill(blobs: readonly MadeBlob[]): void {
    this.give(...blobs.map(({ bytes }, id) => ({ kind: "submit", id, bytes }) as const));
    const receipts = this.said.splice(0).filter((effect) => effect.kind === "receipt");
    const accepted = receipts.filter(({ receipt }) => receipt.kind === "accepted").length;
    if (accepted !== blobs.length) throw new Error(`${accepted} of ${blobs.length} blobs were accepted`);
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

  /** All pauses are over. */
  wake(): void {
    this.give(...this.#sleeping.splice(0).map((timer) => ({ kind: "timer", timer }) as const));
  }

  deliver(block: OrderBlock): void {
    const info = orderBlockRules.infoOf(block);
    this.give({ kind: "deliver", block, info, certificate: certify(info) });
    this.last("ordered");
  }
}

/** A machine with all of these in its pool. */
export function filledShell(network: OrderNetwork, blobs: readonly MadeBlob[], base?: MemoryStore): OrderShell {
  const shell = new OrderShell({ network, isVerifying: false, ...(base && { base }) });
  shell.fill(blobs);
  return shell;
}

/** Does `run` to a shell that is made anew each time. */
export function workOn(items: number, open: () => OrderShell, run: (shell: OrderShell) => void): Work {
  let shell: OrderShell | undefined;
  return {
    items,
    prepare() {
      shell = open();
    },
    run: () => run(shell as OrderShell),
  };
}
