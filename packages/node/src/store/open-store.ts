// A store is opened by its kind. The folder is its own: the lock lies in it, and the database in a folder below that is
// named after the kind, so that a store of the other kind is seen and not passed over.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { BlobEngine } from "./blob-engine.ts";
import { StorageError, storageErrorOf } from "./errors.ts";
import { createFolder } from "./files.ts";
import { lockFolder } from "./folder-lock.ts";
import { LevelEngine } from "./level-store.ts";
import { RocksEngine, type RocksOptions } from "./rocks-store.ts";
import { type Engine, QueuedStore, type Store } from "./store.ts";
import { type StoreKind, storeKinds } from "./store-kind.ts";

export { type StoreKind, storeKinds };

export interface StoreOptions extends RocksOptions {
  /** Large values whose keys begin with it are written once, and go to files apart (`blob-engine.ts`). Always the same. */
  readonly blobPrefix?: Uint8Array;
  readonly blobFileBytes?: number;
}

export async function openStore(kind: StoreKind, folder: string, options: StoreOptions = {}): Promise<Store> {
  const lock = await lockFolder(folder).catch((error: unknown) => {
    throw storageErrorOf(error, folder);
  });
  try {
    checkKind(kind, folder);
    return new QueuedStore(await openEngine(kind, folder, options), folder, lock);
  } catch (error) {
    await lock.release();
    throw storageErrorOf(error, folder);
  }
}

async function openEngine(kind: StoreKind, folder: string, options: StoreOptions): Promise<Engine> {
  const database = join(folder, kind);
  await createFolder(database);
  const engine = kind === "rocksdb" ? await RocksEngine.open(database, options) : await LevelEngine.open(database);
  if (options.blobPrefix === undefined) return engine;
  return BlobEngine.open(engine, join(folder, "blobs"), options.blobPrefix, options.blobFileBytes);
}

function checkKind(kind: StoreKind, folder: string): void {
  const other = storeKinds.find((other) => other !== kind && existsSync(join(folder, other)));
  if (other === undefined) return;
  throw new StorageError(
    "store-other-kind",
    `The folder ${folder} holds a store of the kind ${other}, not ${kind}. Configure that kind, or another folder.`,
  );
}
