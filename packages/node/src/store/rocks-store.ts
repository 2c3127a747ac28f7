// The store on RocksDB. Three things need care, since the package has no option to sync a write:
//
// - A sync is ours: `fdatasync` of the database's log, and the folder with it when the log is a new one.
// - A new log is begun by us (`#turnLog`), when the last one is durable whole and nothing is written meanwhile. Else
//   the disk could keep what is in the new log and lose the end of the old one, against D2. So that the database never
//   begins one by itself, its buffer is several times what we let into one log.
// - Writes are made one at a time (`QueuedStore`): two that run together come in any order.
//
// After a power cut the database reads its log up to the first record that is not whole, which is D1 and D2. What it
// read then is in tables, durable, before it opens.

/// <reference path="./rocksdb-native.d.ts" />

import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { assert, compareBytes, type Records, type StoreBatch, type StoreRange, type StoreRecord } from "@tandem/shared";
import RocksDB from "rocksdb-native";
import { syncFolder } from "./files.ts";
import { bytesOf, type Engine, plainBytes } from "./store.ts";

/** What one log holds before the next is begun: it is read again at a start, and its tables are of this size. */
const logBytesDefault = 32 * 2 ** 20;
/** Never full: a log and the largest group above it stay well below. Memory is taken as it is needed. */
const bufferBytes = 512 * 2 ** 20;
/** Values from here on go to files of their own, once: tables are rewritten as they grow old, these are not. */
const blobBytesMin = 4096;
const blobFileBytes = 256 * 2 ** 20;
/** Records that an iterator brings at a time: large enough to be few calls, and some megabytes of the largest blobs. */
const listedAtOnceMax = 64;

export interface RocksOptions {
  readonly logBytes?: number;
}

export class RocksEngine implements Engine {
  readonly #database: RocksDB;
  readonly #folder: string;
  readonly #logBytesMax: number;
  #log: Log;
  #logBytes = 0;
  /** To tables, of what the log before holds. */
  #flushing: Promise<void> = Promise.resolve();

  static async open(folder: string, { logBytes = logBytesDefault }: RocksOptions = {}): Promise<RocksEngine> {
    const database = new RocksDB(folder, {
      writeBufferSize: bufferBytes,
      enableBlobFiles: true,
      minBlobSize: blobBytesMin,
      blobFileSize: blobFileBytes,
    });
    await database.ready();
    return new RocksEngine(database, folder, logBytes, await openLog(database, folder));
  }

  private constructor(database: RocksDB, folder: string, logBytesMax: number, log: Log) {
    this.#database = database;
    this.#folder = folder;
    this.#logBytesMax = logBytesMax;
    this.#log = log;
  }

  async write(batches: readonly StoreBatch[]): Promise<void> {
    if (this.#logBytes >= this.#logBytesMax) await this.#turnLog();
    const capacity = batches.reduce((sum, { puts, deletes }) => sum + puts.length + deletes.length, 1);
    const group = this.#database.write({ capacity, autoDestroy: true });
    for (const batch of batches) {
      for (const key of batch.deletes) group.tryDelete(key);
      for (const { key, value } of batch.puts) group.tryPut(key, value);
      this.#logBytes += bytesOf(batch);
    }
    await group.flush();
  }

  sync(): Promise<void> {
    return this.#log.sync();
  }

  /** D2: the old log is durable before anything is in the new one. Tables are written while we go on. */
  async #turnLog(): Promise<void> {
    await this.#flushing;
    const before = this.#log;
    await before.sync();
    let isFlushed = false;
    this.#flushing = this.#database.flush().finally(() => {
      isFlushed = true;
    });
    // Whoever turns the log next, or closes, gets the error.
    this.#flushing.catch(() => undefined);
    while (!isFlushed && (await logPath(this.#database, this.#folder)) === before.path);
    if (isFlushed) await this.#flushing;
    this.#log = await openLog(this.#database, this.#folder);
    assert(this.#log.path !== before.path, "a flush begins a log");
    this.#logBytes = 0;
    await before.close();
  }

  async read(keys: readonly Uint8Array[]): Promise<Records> {
    const batch = this.#database.read({ capacity: keys.length, autoDestroy: true });
    const values = Promise.all(keys.map((key) => batch.get(key)));
    batch.tryFlush();
    return (await values).map((value) => (value === null ? undefined : plainBytes(value)));
  }

  async list({ from, until, countMax, isReverse }: StoreRange): Promise<readonly StoreRecord[]> {
    if (countMax <= 0 || compareBytes(from, until) >= 0) return [];
    const range = { gte: from, lt: until, reverse: isReverse, limit: countMax };
    const records: StoreRecord[] = [];
    const capacity = Math.min(countMax, listedAtOnceMax);
    for await (const { key, value } of this.#database.iterator(range, { capacity })) {
      records.push({ key: plainBytes(key), value: plainBytes(value) });
    }
    return records;
  }

  async close(): Promise<void> {
    try {
      await this.#flushing;
    } finally {
      await this.#log.close();
      await this.#database.close();
    }
  }
}

/** The file that the database appends to. */
class Log {
  readonly path: string;
  readonly #folder: string;
  readonly #handle: FileHandle;
  /** Its name is durable. */
  #isNamed = false;
  readonly #syncs = new Set<Promise<void>>();

  constructor(path: string, folder: string, handle: FileHandle) {
    this.path = path;
    this.#folder = folder;
    this.#handle = handle;
  }

  sync(): Promise<void> {
    const sync = this.#sync().finally(() => this.#syncs.delete(sync));
    this.#syncs.add(sync);
    return sync;
  }

  async #sync(): Promise<void> {
    await this.#handle.datasync();
    if (this.#isNamed) return;
    await syncFolder(this.#folder);
    this.#isNamed = true;
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#syncs);
    await this.#handle.close();
  }
}

async function openLog(database: RocksDB, folder: string): Promise<Log> {
  const path = await logPath(database, folder);
  return new Log(path, folder, await open(path, "r+"));
}

async function logPath(database: RocksDB, folder: string): Promise<string> {
  return join(folder, (await database.currentWalFile()).path);
}
