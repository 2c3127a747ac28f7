// The calls of rocksdb-native that this room makes; the package has no types of its own.
declare module "rocksdb-native" {
  interface Options {
    readonly writeBufferSize?: number;
    readonly enableBlobFiles?: boolean;
    readonly minBlobSize?: number;
    readonly blobFileSize?: number;
    readonly maxBackgroundJobs?: number;
    readonly maxOpenFiles?: number;
  }

  interface BatchOptions {
    readonly capacity: number;
    readonly autoDestroy: true;
  }

  interface ReadBatch {
    get(key: Uint8Array): Promise<Uint8Array | null>;
    tryFlush(): void;
  }

  interface WriteBatch {
    tryPut(key: Uint8Array, value: Uint8Array): void;
    tryDelete(key: Uint8Array): void;
    flush(): Promise<void>;
  }

  interface Range {
    readonly gte: Uint8Array;
    readonly lt: Uint8Array;
    readonly reverse: boolean;
    readonly limit: number;
  }

  export default class RocksDB {
    constructor(path: string, options?: Options);
    ready(): Promise<void>;
    read(options: BatchOptions): ReadBatch;
    write(options: BatchOptions): WriteBatch;
    iterator(
      range: Range,
      options: { readonly capacity: number },
    ): AsyncIterable<{ readonly key: Uint8Array; readonly value: Uint8Array }>;
    /** Of all that is in memory, to tables, and a new log is begun. */
    flush(): Promise<void>;
    /** `path` begins at the folder of the database. */
    currentWalFile(): Promise<{ readonly path: string }>;
    close(): Promise<void>;
  }
}
