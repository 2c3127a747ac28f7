// The shell of a replica: it performs effects in their order, and makes durable what has to be before anything leaves (S8).
//
// What is to be stored or journalled is written at once, so that later reads see it. What leaves this thread is held, in
// order, until a sync has covered all that was written before it. The machine goes on meanwhile: while one sync is under
// way the next gathers, so the disk is synced as often as it can be and no more. Timers, reads, the clock, signature checks
// and executions leave nothing behind and wait for no sync.

import type { ExecutionTask } from "@tandem/attestation";
import type { ExecutionAnswer, ReplicaEffect, ReplicaInput, ReplicaTask, ReplicaVerified } from "@tandem/replica";
import { asTimeMs, type Chain, type Machine } from "@tandem/shared";
import type { Journal } from "../store/journal.ts";
import type { Store } from "../store/store.ts";

/** What others get to see of a replica. */
export type Leaving = Extract<
  ReplicaEffect,
  {
    readonly kind:
      | "send"
      | "broadcast"
      | "receipt"
      | "ordered"
      | "final"
      | "attest-final"
      | "news"
      | "evidence"
      | "diverged"
      | "attest-diverged";
  }
>;

export type JournalOfVotes = Pick<Journal, "append" | "sync" | "prune">;

export interface Hands {
  readonly store: Pick<Store, "write" | "sync" | "read">;
  readonly journals: Readonly<Record<Chain, JournalOfVotes>>;
  nowMs(): number;
  setTimer(afterMs: number, fire: () => void): void;
  verify(task: ReplicaTask): Promise<Omit<ReplicaVerified, "id">>;
  execute(task: ExecutionTask): Promise<ExecutionAnswer>;
  /** Others may hear of it now. */
  release(effect: Leaving): void;
  /** The world failed; nothing more is done. */
  fail(error: unknown): void;
}

interface Held {
  readonly effect: Leaving | Extract<ReplicaEffect, { readonly kind: "prune" }>;
  /** Writes before it. */
  readonly writes: number;
}

export class Performer {
  readonly #machine: Machine<ReplicaInput, ReplicaEffect>;
  readonly #hands: Hands;
  #inputs: ReplicaInput[] = [];
  #isBusy = false;
  #isClosed = false;
  #hasFailed = false;
  /** Of store and journals together: all, and those that a finished sync covers. */
  #writes = 0;
  #durable = 0;
  #isStoreDirty = false;
  readonly #dirtyJournals = new Set<Chain>();
  #isSyncing = false;
  #held: Held[] = [];

  constructor(machine: Machine<ReplicaInput, ReplicaEffect>, hands: Hands) {
    this.#machine = machine;
    this.#hands = hands;
  }

  give(input: ReplicaInput): void {
    this.#inputs.push(input);
    if (this.#isBusy || this.#isClosed || this.#hasFailed) return;
    this.#isBusy = true;
    try {
      this.#handleAll();
    } catch (error) {
      this.#fail(error);
    }
    this.#isBusy = false;
  }

  /** Takes nothing more; when everything that was given is done and durable. */
  async close(): Promise<void> {
    this.#isClosed = true;
    while (!this.#hasFailed && (this.#isSyncing || this.#durable < this.#writes)) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #handleAll(): void {
    for (let inputs = this.#inputs; inputs.length > 0; inputs = this.#inputs) {
      this.#inputs = [];
      for (const input of inputs) for (const effect of this.#machine.handle(input)) this.#perform(effect);
    }
    if (this.#durable < this.#writes) this.#sync();
  }

  #perform(effect: ReplicaEffect): void {
    const { store, journals, nowMs, setTimer } = this.#hands;
    switch (effect.kind) {
      case "persist":
        journals[effect.chain].append(effect.view, effect.record);
        this.#dirtyJournals.add(effect.chain);
        this.#writes++;
        return;
      case "store":
        store.write(effect.batch);
        this.#isStoreDirty = true;
        this.#writes++;
        return;
      case "read":
        return this.#answer(store.read(effect.keys), (records) => ({ kind: "read", id: effect.id, records }));
      case "verify":
        return this.#answer(this.#hands.verify(effect.task), (verified) => ({
          kind: "verified",
          id: effect.id,
          ...verified,
        }));
      case "clock":
        this.#inputs.push({ kind: "clock", id: effect.id, nowMs: asTimeMs(nowMs()) });
        return;
      case "open-shard":
      case "execute":
      case "recall":
        return this.#answer(this.#hands.execute(effect), (answer) => answer);
      case "set-timer":
        return setTimer(effect.afterMs, () => this.give({ kind: "timer", timer: effect.timer }));
      default:
        return this.#leave(effect);
    }
  }

  #answer<T>(answer: Promise<T>, inputOf: (value: T) => ReplicaInput): void {
    answer.then(
      (value) => this.give(inputOf(value)),
      // Whoever closes does not wait for answers, and what they were asked of may be closed by then.
      (error) => (this.#isClosed ? undefined : this.#fail(error)),
    );
  }

  #leave(effect: Held["effect"]): void {
    if (this.#durable === this.#writes && this.#held.length === 0) this.#release(effect);
    else this.#held.push({ effect, writes: this.#writes });
  }

  #release(effect: Held["effect"]): void {
    if (effect.kind === "prune") this.#hands.journals[effect.chain].prune(effect.below);
    else this.#hands.release(effect);
  }

  #sync(): void {
    if (this.#isSyncing || this.#hasFailed) return;
    this.#isSyncing = true;
    const covered = this.#writes;
    const syncs: Promise<void>[] = [];
    if (this.#isStoreDirty) syncs.push(this.#hands.store.sync());
    for (const chain of this.#dirtyJournals) syncs.push(this.#hands.journals[chain].sync());
    this.#isStoreDirty = false;
    this.#dirtyJournals.clear();
    Promise.all(syncs).then(
      () => this.#onSynced(covered),
      (error) => this.#fail(error),
    );
  }

  #onSynced(covered: number): void {
    this.#isSyncing = false;
    if (this.#hasFailed) return;
    this.#durable = covered;
    const waiting = this.#held.findIndex(({ writes }) => writes > covered);
    const free = this.#held.splice(0, waiting < 0 ? this.#held.length : waiting);
    try {
      for (const { effect } of free) this.#release(effect);
    } catch (error) {
      return this.#fail(error);
    }
    if (this.#durable < this.#writes) this.#sync();
  }

  #fail(error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#inputs = [];
    this.#held = [];
    this.#hands.fail(error);
  }
}
