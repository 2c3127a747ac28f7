// Where a stored map lives: a small interface that the shell implements (memory here, RocksDB in the node).
//
// T1  Functions of this folder read through it, asynchronously and in batches, and never write: what is to be
//     written comes back as a `StoreBatch`, which the shell makes durable in one atomic step, together with
//     whatever belongs to it.
// T2  Several maps share one store if the shell puts a prefix of its own before each key.

import type { Records } from "./reading.ts";

export interface StoreRecord {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** Keys from `from` on, up to but without `until`, in rising order of bytes (falling if `isReverse`). */
export interface StoreRange {
  readonly from: Uint8Array;
  readonly until: Uint8Array;
  readonly countMax: number;
  readonly isReverse: boolean;
}

export interface SparseStore {
  read(keys: readonly Uint8Array[]): Promise<Records>;
  list(range: StoreRange): Promise<readonly StoreRecord[]>;
}

export interface StoreBatch {
  readonly puts: readonly StoreRecord[];
  readonly deletes: readonly Uint8Array[];
}

/** The world failed: the store lost a record, or has another one than was written. Thrown, for the shell. */
export class StoreFault extends Error {
  override readonly name = "StoreFault";
  readonly code: "missing-record" | "bad-record";

  constructor(code: "missing-record" | "bad-record", message: string) {
    super(message);
    this.code = code;
  }
}
