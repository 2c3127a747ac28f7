// The store on LevelDB, by the package that documents `sync`. Every group is written synced: a log that the database
// begins by itself then never holds what comes after something that is not durable (D2), and a sync has nothing left to
// do. It is the second implementation, to keep the interface honest.

import type { Records, StoreBatch, StoreRange, StoreRecord } from "@tandem/shared";
import { ClassicLevel } from "classic-level";
import { type Engine, plainBytes } from "./store.ts";

const bytes = { keyEncoding: "view", valueEncoding: "view" } as const;

export class LevelEngine implements Engine {
  readonly #database: ClassicLevel<Uint8Array, Uint8Array>;

  static async open(folder: string): Promise<LevelEngine> {
    // Blobs are mostly ciphertext or compressed already.
    const database = new ClassicLevel<Uint8Array, Uint8Array>(folder, { ...bytes, compression: false });
    await database.open();
    return new LevelEngine(database);
  }

  private constructor(database: ClassicLevel<Uint8Array, Uint8Array>) {
    this.#database = database;
  }

  async write(batches: readonly StoreBatch[]): Promise<void> {
    const operations = batches.flatMap(({ puts, deletes }) => [
      ...deletes.map((key) => ({ type: "del", key }) as const),
      ...puts.map(({ key, value }) => ({ type: "put", key, value }) as const),
    ]);
    await this.#database.batch(operations, { sync: true });
  }

  async sync(): Promise<void> {}

  async read(keys: readonly Uint8Array[]): Promise<Records> {
    const values = await this.#database.getMany([...keys]);
    return values.map((value) => (value === undefined ? undefined : plainBytes(value)));
  }

  async list({ from, until, countMax, isReverse }: StoreRange): Promise<readonly StoreRecord[]> {
    const range = { gte: from, lt: until, limit: countMax, reverse: isReverse };
    const entries = await this.#database.iterator(range).all();
    return entries.map(([key, value]) => ({ key: plainBytes(key), value: plainBytes(value) }));
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}
