// Where a node keeps its chain data: records in rising order of keys, written in batches.
//
// D1  A batch is all there or not at all, whatever happens to the machine.
// D2  Batches are kept in the order in which they were written: one is never there without all before it.
// D3  A batch can be read as soon as `write` returns. It is durable when a later `sync` has come back, and not before.
// D4  What fails once has failed for good: every later call throws the same `StorageError`. Nothing says that it was
//     kept when it may not have been.
//
// What differs between databases is an `Engine`; order, errors and the lock on the folder are the same for all.

import {
  assert,
  type Records,
  type SparseStore,
  type StoreBatch,
  type StoreRange,
  type StoreRecord,
} from "@tandem/shared";
import { type StorageError, storageErrorOf } from "./errors.ts";
import { bytesBelow } from "./files.ts";
import type { FolderLock } from "./folder-lock.ts";

/** A record is read as it was when the read was called, or as it was made since. */
export interface Store extends SparseStore {
  /** D3. Deletes come before puts. The bytes are the store's from now on; nobody changes them. */
  write(batch: StoreBatch): void;
  /** D3: all that was written before the call is durable. */
  sync(): Promise<void>;
  bytesOnDisk(): Promise<number>;
  /** What was written is durable then, and what was asked is answered. No call may follow. */
  close(): Promise<void>;
}

/** One kind of database. Of `write` there is one call at a time; the others may run beside it. */
export interface Engine extends SparseStore {
  /** D1, D2: together or one after the other. They can be read when it comes back. */
  write(batches: readonly StoreBatch[]): Promise<void>;
  /** D3: for all whose `write` has come back. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Batches that were written while the one before was worked on go to the database together, up to so many bytes. */
const groupBytesMax = 16 * 2 ** 20;
/** A database holds a whole batch in memory. The largest there is holds a block's blobs, 8 MiB, and their records. */
const batchBytesMax = 64 * 2 ** 20;

export class QueuedStore implements Store {
  readonly #engine: Engine;
  readonly #folder: string;
  readonly #lock: FolderLock;
  #waiting: StoreBatch[] = [];
  /** Comes back when all that was written up to now can be read, and never throws. */
  #written: Promise<void> = Promise.resolve();
  /** What was asked and has not come back: a database that is closed meanwhile would fail it. */
  readonly #underWay = new Set<Promise<unknown>>();
  #failure: StorageError | undefined;
  #isClosed = false;

  constructor(engine: Engine, folder: string, lock: FolderLock) {
    this.#engine = engine;
    this.#folder = folder;
    this.#lock = lock;
  }

  write(batch: StoreBatch): void {
    this.#check();
    assert(bytesOf(batch) <= batchBytesMax, `a batch of ${bytesOf(batch)} bytes`);
    this.#waiting.push(batch);
    if (this.#waiting.length === 1) this.#written = this.#written.then(() => this.#writeWaiting());
  }

  async #writeWaiting(): Promise<void> {
    const batches = this.#waiting;
    this.#waiting = [];
    if (this.#failure !== undefined) return;
    await this.#guard(async () => {
      for (const group of groupsOf(batches)) await this.#engine.write(group);
    }).catch(() => undefined);
  }

  async read(keys: readonly Uint8Array[]): Promise<Records> {
    return this.#after(() => (keys.length === 0 ? Promise.resolve([]) : this.#engine.read(keys)));
  }

  async list(range: StoreRange): Promise<readonly StoreRecord[]> {
    return this.#after(() => this.#engine.list(range));
  }

  async sync(): Promise<void> {
    return this.#after(() => this.#engine.sync());
  }

  /** Not D4: what cannot be counted says nothing of what is kept. */
  async bytesOnDisk(): Promise<number> {
    this.#check();
    await this.#written;
    return bytesBelow(this.#folder);
  }

  async close(): Promise<void> {
    assert(!this.#isClosed, "the store is closed once");
    this.#isClosed = true;
    await this.#written;
    await Promise.allSettled(this.#underWay);
    try {
      await this.#closeEngine();
    } finally {
      await this.#lock.release();
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #closeEngine(): Promise<void> {
    try {
      if (this.#failure === undefined) await this.#guard(() => this.#engine.sync());
    } finally {
      await this.#guard(() => this.#engine.close());
    }
  }

  /** D3: after all that was written before. */
  #after<T>(work: () => Promise<T>): Promise<T> {
    this.#check();
    const done = this.#written
      .then(() => {
        if (this.#failure !== undefined) throw this.#failure;
        return this.#guard(work);
      })
      .finally(() => this.#underWay.delete(done));
    this.#underWay.add(done);
    return done;
  }

  #check(): void {
    assert(!this.#isClosed, "the store is open");
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** D4. */
  async #guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#failure ??= storageErrorOf(error, this.#folder);
      throw this.#failure;
    }
  }
}

/** In groups of a size that a database takes at once. */
export function* groupsOf(batches: readonly StoreBatch[]): Generator<readonly StoreBatch[]> {
  let group: StoreBatch[] = [];
  let bytes = 0;
  for (const batch of batches) {
    group.push(batch);
    bytes += bytesOf(batch);
    if (bytes < groupBytesMax) continue;
    yield group;
    group = [];
    bytes = 0;
  }
  if (group.length > 0) yield group;
}

/** About what it takes in memory: a database adds some 50 bytes to each record. */
export function bytesOf({ puts, deletes }: StoreBatch): number {
  let bytes = 64 * (puts.length + deletes.length);
  for (const { key, value } of puts) bytes += key.length + value.length;
  for (const key of deletes) bytes += key.length;
  return bytes;
}

/** What comes out of a database is a `Buffer`, which behaves differently when it is sliced. */
export function plainBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}
