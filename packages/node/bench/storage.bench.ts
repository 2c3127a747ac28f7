// What it costs to have something durable: the stores and the journal on the disk that the temporary folder is on. The
// limit beside them is the same bytes appended to a bare file with `fdatasync`, or read from one. Figures of disks vary
// more between runs than others; what stands beside each other was measured in turns.

import { mkdtempSync, rmSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Bench, median } from "../../../scripts/bench/measure.ts";
import { openJournal } from "../src/store/journal.ts";
import { openStore, storeKinds } from "../src/store/open-store.ts";
import type { Store } from "../src/store/store.ts";

export const area = "storage";

const smallBytes = 1024;
const blobBytes = 64 * 1024;
/** A group commit of a node under load. */
const groupBlobs = 16;
const singles = 300;
const readAtOnce = 64;

export default async function (bench: Bench): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "tandem-bench-"));
  try {
    const raw = await RawFile.create(join(folder, "raw"));
    for (const kind of storeKinds) {
      const store = await openStore(kind, join(folder, kind));
      await measureStore(bench, kind, store, raw);
      await store.close();
      const split = await openStore(kind, join(folder, `${kind}-blobs`), { blobPrefix: Uint8Array.of(0) });
      await measureBlobs(bench, `${kind} and blob files`, split, raw);
      await split.close();
    }
    await measureJournal(bench, join(folder, "journal"), raw);
    await raw.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Bytes appended to a file, and read again. */
class RawFile {
  readonly #file: FileHandle;
  #length = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async create(path: string): Promise<RawFile> {
    return new RawFile(await open(path, "w+"));
  }

  async append(bytes: Uint8Array): Promise<void> {
    await this.#file.write(bytes, 0, bytes.length, this.#length);
    this.#length += bytes.length;
    await this.#file.datasync();
  }

  async read(count: number, length: number): Promise<void> {
    const places = Array.from({ length: count }, (_, i) => (i * 7919 * length) % (this.#length - length));
    await Promise.all(places.map((at) => this.#file.read(new Uint8Array(length), 0, length, at)));
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

async function measureStore(bench: Bench, kind: string, store: Store, raw: RawFile): Promise<void> {
  const small = new Uint8Array(smallBytes).fill(1);
  const records = new Writer(store);
  await measureLatency(bench, `${kind}: one durable record of 1 KiB`, [
    () => records.put(small, 1),
    () => raw.append(small),
  ]);
  await bench.rate(
    `${kind}: records of 1 KiB, 1024 a group, beside bare appends`,
    "MB/s",
    { items: (1024 * smallBytes) / 1e6, run: () => records.put(small, 1024) },
    { items: (1024 * smallBytes) / 1e6, run: () => raw.append(new Uint8Array(1024 * smallBytes).fill(2)) },
  );
  await measureReads(bench, kind, store, raw, records.count);
  await measureBlobs(bench, kind, store, raw);
}

async function measureBlobs(bench: Bench, kind: string, store: Store, raw: RawFile): Promise<void> {
  const blobs = new Writer(store, 2 ** 40);
  const items = (groupBlobs * blobBytes) / 1e6;
  const value = new Uint8Array(blobBytes).fill(2);
  await bench.rate(
    `${kind}: blobs of 64 KiB, ${groupBlobs} a group, beside bare appends`,
    "MB/s",
    { items, run: () => blobs.put(value, groupBlobs) },
    { items, run: () => raw.append(new Uint8Array(groupBlobs * blobBytes).fill(2)) },
  );
  let turn = 0;
  const any = () => keyOf(blobs.count - 1 - ((turn++ * 7919) % groupBlobs));
  await bench.cost(
    `${kind}: blobs of 64 KiB, read ${groupBlobs} at once, beside reads of a file`,
    { items: groupBlobs, run: async () => void (await store.read(Array.from({ length: groupBlobs }, any))) },
    { items: groupBlobs, run: () => raw.read(groupBlobs, blobBytes) },
  );
}

async function measureReads(bench: Bench, kind: string, store: Store, raw: RawFile, count: number): Promise<void> {
  let turn = 0;
  // The last that were written are records of 1 KiB.
  const any = () => keyOf(count - 1 - ((turn++ * 7919) % Math.min(count, 8192)));
  await bench.rate(
    `${kind}: records of 1 KiB, read ${readAtOnce} at once, beside reads of a file`,
    "reads/s",
    { items: readAtOnce, run: async () => void (await store.read(Array.from({ length: readAtOnce }, any))) },
    { items: readAtOnce, run: () => raw.read(readAtOnce, smallBytes) },
  );
  await bench.rate(`${kind}: records of 1 KiB, listed 1000 at once`, "records/s", {
    items: 1000,
    run: async () =>
      void (await store.list({ from: keyOf(count - 1000), until: keyOf(count), countMax: 1000, isReverse: false })),
  });
}

async function measureJournal(bench: Bench, folder: string, raw: RawFile): Promise<void> {
  const { journal } = await openJournal(folder);
  const record = new Uint8Array(smallBytes).fill(1);
  const append = async (count: number) => {
    for (let i = 0; i < count; i++) journal.append(1, record);
    await journal.sync();
  };
  await measureLatency(bench, "journal: one durable record of 1 KiB", [() => append(1), () => raw.append(record)]);
  await bench.rate(
    "journal: records of 1 KiB, 64 a group, beside bare appends",
    "MB/s",
    { items: (64 * smallBytes) / 1e6, run: () => append(64) },
    { items: (64 * smallBytes) / 1e6, run: () => raw.append(new Uint8Array(64 * smallBytes)) },
  );
  await journal.close();
}

/** Median and p99, in turns with the limit. */
async function measureLatency(
  bench: Bench,
  name: string,
  [work, raw]: readonly [() => Promise<void>, () => Promise<void>],
): Promise<void> {
  const [own, limits]: [number[], number[]] = [[], []];
  for (let i = 0; i < singles; i++) {
    own.push(await microseconds(work));
    limits.push(await microseconds(raw));
  }
  for (const [rank, pick] of [["median", median] as const, ["p99", highest] as const]) {
    const [value, limit] = [pick(own), pick(limits)];
    bench.report({ name: `${name}, ${rank}, beside a bare append`, value, unit: "us", limit, ratio: value / limit });
  }
}

async function microseconds(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return 1000 * (performance.now() - start);
}

function highest(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(0.99 * numbers.length)] as number;
}

/** Records under rising numbers. */
class Writer {
  readonly #store: Store;
  /** The next number. */
  count: number;

  constructor(store: Store, first = 0) {
    this.#store = store;
    this.count = first;
  }

  async put(value: Uint8Array, count: number): Promise<void> {
    const puts = Array.from({ length: count }, () => ({ key: keyOf(this.count++), value }));
    this.#store.write({ puts, deletes: [] });
    await this.#store.sync();
  }
}

function keyOf(number: number): Uint8Array {
  const key = new Uint8Array(9);
  new DataView(key.buffer).setBigUint64(1, BigInt(number));
  return key;
}
