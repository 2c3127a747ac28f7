// Blobs apart from the database: large values under one prefix of keys, written once, are appended to files of their
// own, and the database has where they lie. The database itself writes every byte to its log and again to a table.
// Over half a gigabyte of 64 KiB blobs, 1 MiB a sync, files took 1.4 times the MB/s with 1.0 instead of 2.3 bytes
// written for each, and a little more than half the CPU. For the first hundred megabytes, until tables are written,
// there is no difference but a second sync.
//
// B1  The database is told of a blob only when its bytes are durable. Until then the batch that holds it, and all behind
//     it (D2), wait in memory, where reads find them (D3). A sync makes the bytes durable, writes the batches, and syncs
//     the database. Batches without such values wait for nothing if none waits before them.
// B2  What a crash leaves at the end of a file, nobody knows of. Each start begins a new file.
// B3  A value's checksum stands with its place; one that does not fit is a failure of the disk.
//
// A blob that is deleted leaves its bytes in the file.

import { type FileHandle, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { concatBytes, type Records, type StoreBatch, type StoreRange, type StoreRecord, toHex } from "@tandem/shared";
import { createFolder, syncFolder } from "./files.ts";
import { bytesOf, type Engine, groupsOf } from "./store.ts";

/** Smaller ones are better off in the database: a place is 21 bytes, and a read of a file one more call. */
const blobBytesMin = 4096;
/** Where the next file begins. All stay open: a terabyte is a thousand of them. */
const fileBytesDefault = 2 ** 30;
/** B1: whoever writes more than this without a sync gets one. */
const heldBytesMax = 64 * 2 ** 20;

const inline = 0;
const placed = 1;
const placeBytes = 21;

/** A batch that waits (B1). */
interface Held {
  readonly number: number;
  /** As the database gets it. */
  readonly batch: StoreBatch;
  readonly keys: readonly string[];
}

export class BlobEngine implements Engine {
  readonly #inner: Engine;
  readonly #prefix: Uint8Array;
  readonly #files: BlobFiles;
  #held: Held[] = [];
  #heldBytes = 0;
  #number = 0;
  /** Of held batches, by key; without a value where it is deleted. */
  readonly #waiting = new Map<string, { readonly number: number; readonly value: Uint8Array | undefined }>();
  #syncing: Promise<void> = Promise.resolve();

  static async open(
    inner: Engine,
    folder: string,
    prefix: Uint8Array,
    fileBytes: number = fileBytesDefault,
  ): Promise<BlobEngine> {
    return new BlobEngine(inner, await BlobFiles.open(folder, fileBytes), prefix);
  }

  private constructor(inner: Engine, files: BlobFiles, prefix: Uint8Array) {
    this.#inner = inner;
    this.#files = files;
    this.#prefix = prefix;
  }

  async write(batches: readonly StoreBatch[]): Promise<void> {
    const blobs = batches.flatMap(({ puts }) => puts.filter((put) => this.#isBlob(put)).map(({ value }) => value));
    const places = (await this.#files.append(blobs)).values();
    const placedBatches = batches.map((batch) => this.#place(batch, places));
    if (blobs.length === 0 && this.#held.length === 0) return this.#inner.write(placedBatches);
    for (const [index, batch] of batches.entries()) this.#hold(batch, placedBatches[index] as StoreBatch);
    if (this.#heldBytes > heldBytesMax) await this.sync();
  }

  #hasPrefix(key: Uint8Array): boolean {
    return this.#prefix.every((byte, index) => key[index] === byte);
  }

  #isBlob({ key, value }: StoreRecord): boolean {
    return value.length >= blobBytesMin && this.#hasPrefix(key);
  }

  #place({ puts, deletes }: StoreBatch, places: Iterator<Uint8Array>): StoreBatch {
    return {
      deletes,
      puts: puts.map((put) => {
        if (!this.#hasPrefix(put.key)) return put;
        const value = this.#isBlob(put)
          ? (places.next().value as Uint8Array)
          : concatBytes(Uint8Array.of(inline), put.value);
        return { key: put.key, value };
      }),
    };
  }

  #hold({ puts, deletes }: StoreBatch, batch: StoreBatch): void {
    const number = ++this.#number;
    const values = [
      ...deletes.map((key) => [toHex(key), undefined] as const),
      ...puts.map(({ key, value }) => [toHex(key), value] as const),
    ];
    for (const [key, value] of values) this.#waiting.set(key, { number, value });
    this.#held.push({ number, batch, keys: values.map(([key]) => key) });
    this.#heldBytes += bytesOf({ puts, deletes });
  }

  /** B1. One at a time. */
  sync(): Promise<void> {
    const done = this.#syncing.then(() => this.#sync());
    this.#syncing = done.catch(() => undefined);
    return done;
  }

  async #sync(): Promise<void> {
    if (this.#held.length > 0) await this.#release();
    await this.#inner.sync();
  }

  /** Nothing else is written meanwhile: batches that come are held, as long as others are. */
  async #release(): Promise<void> {
    const held = [...this.#held];
    const bytes = this.#heldBytes;
    await this.#files.sync();
    for (const group of groupsOf(held.map(({ batch }) => batch))) await this.#inner.write(group);
    this.#held = this.#held.slice(held.length);
    this.#heldBytes -= bytes;
    for (const { number, keys } of held) {
      for (const key of keys) if (this.#waiting.get(key)?.number === number) this.#waiting.delete(key);
    }
  }

  async read(keys: readonly Uint8Array[]): Promise<Records> {
    const waiting = keys.map((key) => (this.#waiting.size === 0 ? undefined : this.#waiting.get(toHex(key))));
    const asked = keys.filter((_, index) => waiting[index] === undefined);
    const stored = (asked.length === 0 ? [] : await this.#inner.read(asked)).values();
    return Promise.all(
      keys.map((key, index) => {
        const found = waiting[index];
        return found === undefined ? this.#open(key, stored.next().value) : found.value;
      }),
    );
  }

  /** What the database has under the key, as it was put. */
  #open(key: Uint8Array, stored: Uint8Array | undefined): Uint8Array | undefined | Promise<Uint8Array> {
    if (stored === undefined || !this.#hasPrefix(key)) return stored;
    return stored[0] === inline ? stored.subarray(1) : this.#files.read(stored);
  }

  /** Lists are rare, and of what waits they would have to be put together. */
  async list(range: StoreRange): Promise<readonly StoreRecord[]> {
    if (this.#held.length > 0) await this.sync();
    const records = await this.#inner.list(range);
    return Promise.all(
      records.map(async ({ key, value }) => ({ key, value: (await this.#open(key, value)) as Uint8Array })),
    );
  }

  async close(): Promise<void> {
    try {
      await this.#files.close();
    } finally {
      await this.#inner.close();
    }
  }
}

/** The files, and in the values of the database: tag (u8), file (u32), place in it (f64), length (u32), CRC-32. */
class BlobFiles {
  readonly #folder: string;
  readonly #fileBytes: number;
  /** The file that is appended to. It is there when something was. */
  #number: number;
  #length = 0;
  /** The last file whose name is durable. A sync may end when the next file has begun already. */
  #named = 0;
  readonly #handles = new Map<number, Promise<FileHandle>>();

  static async open(folder: string, fileBytes: number): Promise<BlobFiles> {
    await createFolder(folder);
    const numbers = (await readdir(folder)).map((name) => Number.parseInt(name, 10));
    return new BlobFiles(folder, fileBytes, Math.max(0, ...numbers) + 1);
  }

  private constructor(folder: string, fileBytes: number, number: number) {
    this.#folder = folder;
    this.#fileBytes = fileBytes;
    this.#number = number;
  }

  /** Where each lies. */
  async append(blobs: readonly Uint8Array[]): Promise<Uint8Array[]> {
    if (blobs.length === 0) return [];
    if (this.#length >= this.#fileBytes) await this.#turn();
    const start = this.#length;
    let at = start;
    const places = blobs.map((blob) => {
      const place = encodePlace(this.#number, at, blob);
      at += blob.length;
      return place;
    });
    const handle = await this.#handleOf(this.#number, "wx+");
    for (const bytes = concatBytes(...blobs); this.#length < at; ) {
      const done = this.#length - start;
      this.#length += (await handle.write(bytes, done, bytes.length - done, this.#length)).bytesWritten;
    }
    return places;
  }

  async #turn(): Promise<void> {
    await this.sync();
    this.#number++;
    this.#length = 0;
  }

  async sync(): Promise<void> {
    if (this.#length === 0) return;
    const number = this.#number;
    const handle = await this.#handleOf(number, "r");
    await handle.datasync();
    if (this.#named >= number) return;
    await syncFolder(this.#folder);
    this.#named = Math.max(this.#named, number);
  }

  async read(place: Uint8Array): Promise<Uint8Array> {
    const view = new DataView(place.buffer, place.byteOffset, placeBytes);
    const blob = new Uint8Array(view.getUint32(13));
    const handle = await this.#handleOf(view.getUint32(1), "r");
    const { bytesRead } = await handle.read(blob, 0, blob.length, view.getFloat64(5));
    if (bytesRead === blob.length && crc32(blob) === view.getUint32(17)) return blob;
    throw new Error(`a blob in ${nameOf(view.getUint32(1))} is not what was written`);
  }

  #handleOf(number: number, flags: "r" | "wx+"): Promise<FileHandle> {
    const known = this.#handles.get(number);
    if (known !== undefined) return known;
    const handle = open(join(this.#folder, nameOf(number)), flags);
    this.#handles.set(number, handle);
    return handle;
  }

  async close(): Promise<void> {
    for (const handle of this.#handles.values()) await (await handle).close();
  }
}

function encodePlace(file: number, at: number, blob: Uint8Array): Uint8Array {
  const place = new Uint8Array(placeBytes);
  const view = new DataView(place.buffer);
  view.setUint8(0, placed);
  view.setUint32(1, file);
  view.setFloat64(5, at);
  view.setUint32(13, blob.length);
  view.setUint32(17, crc32(blob));
  return place;
}

function nameOf(number: number): string {
  return `${String(number).padStart(6, "0")}.blobs`;
}
