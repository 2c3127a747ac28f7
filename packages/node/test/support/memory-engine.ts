// A store in memory for fault tests. What was not synced is kept apart, so that a crash can drop any end of it, and
// each operation can be made to fail.

import { MemoryStore, type Records, type StoreBatch, type StoreRange, type StoreRecord } from "@tandem/shared";
import { type Engine, QueuedStore } from "../../src/store/store.ts";
import { temporaryFolder } from "./temporary-folder.ts";

export class MemoryEngine implements Engine {
  #written: StoreBatch[] = [];
  #synced = 0;
  #records = new MemoryStore();
  /** The next of these operations fails. */
  failing: "read" | "write" | "sync" | undefined;

  async write(batches: readonly StoreBatch[]): Promise<void> {
    this.#failIf("write");
    this.#written.push(...batches);
    for (const batch of batches) this.#records.write(batch);
  }

  async sync(): Promise<void> {
    this.#failIf("sync");
    this.#synced = this.#written.length;
  }

  async read(keys: readonly Uint8Array[]): Promise<Records> {
    this.#failIf("read");
    return this.#records.read(keys);
  }

  async list(range: StoreRange): Promise<readonly StoreRecord[]> {
    return this.#records.list(range);
  }

  async close(): Promise<void> {}

  /** How many batches are there that are not durable. */
  get unsynced(): number {
    return this.#written.length - this.#synced;
  }

  /** Of what was not durable so many batches stay. */
  crash(kept: number): void {
    this.#written = this.#written.slice(0, this.#synced + kept);
    this.#synced = this.#written.length;
    this.#records = new MemoryStore();
    for (const batch of this.#written) this.#records.write(batch);
  }

  #failIf(operation: "read" | "write" | "sync"): void {
    if (this.failing !== operation) return;
    this.failing = undefined;
    throw new Error("the disk is on fire");
  }
}

export function memoryStore(engine = new MemoryEngine()): QueuedStore {
  return new QueuedStore(engine, temporaryFolder(), { release: async () => undefined });
}
