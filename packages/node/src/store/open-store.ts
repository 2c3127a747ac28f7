// A store is opened by its kind. The folder is its own: the lock lies in it, and the database in a folder below that is
// named after the kind, so that a store of the other kind is seen and not passed over.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { StorageError, storageErrorOf } from "./errors.ts";
import { createFolder } from "./files.ts";
import { lockFolder } from "./folder-lock.ts";
import { LevelEngine } from "./level-store.ts";
import { RocksEngine, type RocksOptions } from "./rocks-store.ts";
import { type Engine, QueuedStore, type Store } from "./store.ts";

export const storeKinds = ["rocksdb", "level"] as const;
export type StoreKind = (typeof storeKinds)[number];

export type StoreOptions = RocksOptions;

export async function openStore(kind: StoreKind, folder: string, options: StoreOptions = {}): Promise<Store> {
  const lock = await lockFolder(folder).catch((error: unknown) => {
    throw storageErrorOf(error, folder);
  });
  try {
    checkKind(kind, folder);
    await createFolder(join(folder, kind));
    return new QueuedStore(await openEngine(kind, join(folder, kind), options), folder, lock);
  } catch (error) {
    await lock.release();
    throw storageErrorOf(error, folder);
  }
}

function openEngine(kind: StoreKind, folder: string, options: StoreOptions): Promise<Engine> {
  return kind === "rocksdb" ? RocksEngine.open(folder, options) : LevelEngine.open(folder);
}

function checkKind(kind: StoreKind, folder: string): void {
  const other = storeKinds.find((other) => other !== kind && existsSync(join(folder, other)));
  if (other === undefined) return;
  throw new StorageError(
    "store-other-kind",
    `The folder ${folder} holds a store of the kind ${other}, not ${kind}. Configure that kind, or another folder.`,
  );
}
