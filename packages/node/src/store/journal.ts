// A journal: what a node must not forget before it speaks (S8), apart from the chain's data and readable without it.
// Records of numbered groups are appended, and go when their groups are no longer needed.
//
// J1  `append` keeps the order. What was appended before a `sync` was called is durable when that comes back.
// J2  At the start all that was durable comes back, in order, and nothing that was not appended. What was not durable
//     may come back too, up to some record and with none missing before it; from then on it is durable.
// J3  The end of the last file, which a crash tore, is cut off and counted. Anything else that does not read is damage
//     (`journal-corrupt`): records may be missing, and whoever goes on may sign what contradicts them.
// J4  It is a row of files. One is durable whole before the next begins, and each start begins one. `prune` removes
//     files from the oldest on, while all their groups are below.
// J5  What fails once has failed for good, as in a store.
//
// A bit that flips in the last group before a crash, when the mark behind it was lost as well, looks like a torn end.

import { randomBytes } from "node:crypto";
import { type FileHandle, open, readdir, readFile, truncate, unlink } from "node:fs/promises";
import { join } from "node:path";
import { assert, concatBytes } from "@tandem/shared";
import { StorageError, storageErrorOf } from "./errors.ts";
import { syncFolder } from "./files.ts";
import { type FolderLock, lockFolder } from "./folder-lock.ts";
import {
  decodeSegmentHead,
  encodeMark,
  encodeRecord,
  encodeSegmentHead,
  type JournalRecord,
  scanSegment,
  segmentHeadBytes,
} from "./journal-segment.ts";

/** A file is read whole at the start, and is the least that `prune` frees. */
const segmentBytesDefault = 16 * 2 ** 20;

export interface JournalOptions {
  readonly segmentBytes?: number;
}

export interface OpenedJournal {
  readonly journal: Journal;
  /** J2, oldest first. */
  readonly records: readonly Uint8Array[];
  /** J3. */
  readonly cutBytes: number;
}

/** A file that is not appended to any more. */
interface ClosedSegment {
  readonly number: number;
  readonly groupMax: number;
}

/** The file that is appended to. */
interface Segment {
  readonly number: number;
  readonly tag: Uint8Array;
  readonly handle: FileHandle;
  groupMax: number;
  length: number;
  durable: number;
  /** There are records behind what is durable; a mark does not count. */
  isDirty: boolean;
}

export async function openJournal(folder: string, options: JournalOptions = {}): Promise<OpenedJournal> {
  const lock = await lockFolder(folder).catch((error: unknown) => {
    throw storageErrorOf(error, folder);
  });
  try {
    const { closed, records, cutBytes } = await readSegments(folder);
    const segment = await createSegment(folder, (closed.at(-1)?.number ?? 0) + 1);
    return { journal: new Journal(folder, lock, closed, segment, options), records, cutBytes };
  } catch (error) {
    await lock.release();
    throw storageErrorOf(error, folder);
  }
}

export class Journal {
  readonly #folder: string;
  readonly #lock: FolderLock;
  readonly #segmentBytes: number;
  readonly #closed: ClosedSegment[];
  #segment: Segment;
  #waiting: JournalRecord[] = [];
  /** All work, one after the other. It never throws. */
  #work: Promise<void> = Promise.resolve();
  #failure: StorageError | undefined;
  #isClosed = false;

  constructor(
    folder: string,
    lock: FolderLock,
    closed: readonly ClosedSegment[],
    segment: Segment,
    { segmentBytes = segmentBytesDefault }: JournalOptions,
  ) {
    this.#folder = folder;
    this.#lock = lock;
    this.#closed = [...closed];
    this.#segment = segment;
    this.#segmentBytes = segmentBytes;
  }

  /** J1. The bytes are the journal's from now on; nobody changes them. */
  append(group: number, record: Uint8Array): void {
    this.#check();
    this.#waiting.push({ group, record });
  }

  /** J1. */
  async sync(): Promise<void> {
    this.#check();
    const records = this.#waiting;
    this.#waiting = [];
    const synced = this.#next(async () => {
      await this.#append(records);
      await this.#datasync();
    });
    // Nobody waits for the mark: the next record says the same.
    this.#next(() => this.#mark()).catch(() => undefined);
    return synced;
  }

  /** J4: groups below this one are not needed any more. It is done in the background. */
  prune(below: number): void {
    this.#check();
    this.#next(() => this.#prune(below)).catch(() => undefined);
  }

  /** What was appended is durable then. No call may follow. */
  async close(): Promise<void> {
    assert(!this.#isClosed, "the journal is closed once");
    if (this.#failure === undefined) this.sync().catch(() => undefined);
    this.#isClosed = true;
    try {
      await this.#next(() => this.#segment.handle.datasync());
    } finally {
      await this.#segment.handle.close();
      await this.#lock.release();
    }
  }

  #check(): void {
    assert(!this.#isClosed, "the journal is open");
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** J5. */
  #next(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(async () => {
      if (this.#failure !== undefined) throw this.#failure;
      try {
        await work();
      } catch (error) {
        this.#failure = storageErrorOf(error, this.#folder);
        throw this.#failure;
      }
    });
    this.#work = done.catch(() => undefined);
    return done;
  }

  async #append(records: readonly JournalRecord[]): Promise<void> {
    if (records.length === 0) return;
    if (this.#segment.length >= this.#segmentBytes) await this.#turnSegment();
    const segment = this.#segment;
    const entries: Uint8Array[] = [];
    let at = segment.length;
    for (const record of records) {
      const entry = encodeRecord({ tag: segment.tag, at, durable: segment.durable }, record);
      entries.push(entry);
      at += entry.length;
      segment.groupMax = Math.max(segment.groupMax, record.group);
    }
    segment.isDirty = true;
    await this.#write(concatBytes(...entries));
  }

  async #write(bytes: Uint8Array): Promise<void> {
    const segment = this.#segment;
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await segment.handle.write(bytes, done, bytes.length - done, segment.length + done);
      done += bytesWritten;
    }
    segment.length += bytes.length;
  }

  async #datasync(): Promise<void> {
    const segment = this.#segment;
    if (!segment.isDirty) return;
    await segment.handle.datasync();
    segment.durable = segment.length;
    segment.isDirty = false;
  }

  async #mark(): Promise<void> {
    const { tag, length: at, durable } = this.#segment;
    if (at === durable && this.#waiting.length === 0) await this.#write(encodeMark({ tag, at, durable }));
  }

  /** J4. */
  async #turnSegment(): Promise<void> {
    const { handle, number, groupMax } = this.#segment;
    await handle.datasync();
    this.#segment = await createSegment(this.#folder, number + 1);
    this.#closed.push({ number, groupMax });
    await handle.close();
  }

  /** One at a time and durable, so that a crash leaves no gap among those that stay. */
  async #prune(below: number): Promise<void> {
    for (let first = this.#closed[0]; first !== undefined && first.groupMax < below; first = this.#closed[0]) {
      await unlink(join(this.#folder, nameOf(first.number)));
      await syncFolder(this.#folder);
      this.#closed.shift();
    }
  }
}

function nameOf(number: number): string {
  return `${String(number).padStart(10, "0")}.journal`;
}

/** J4: its head is durable before anything is appended. */
async function createSegment(folder: string, number: number): Promise<Segment> {
  const tag = new Uint8Array(randomBytes(8));
  const handle = await open(join(folder, nameOf(number)), "wx");
  await handle.write(encodeSegmentHead(number, tag), 0, segmentHeadBytes, 0);
  await handle.datasync();
  await syncFolder(folder);
  return { number, tag, handle, groupMax: 0, length: segmentHeadBytes, durable: segmentHeadBytes, isDirty: false };
}

interface Contents {
  readonly closed: readonly ClosedSegment[];
  readonly records: readonly Uint8Array[];
  readonly cutBytes: number;
}

/** J2, J3. */
async function readSegments(folder: string): Promise<Contents> {
  const numbers = await segmentNumbers(folder);
  const closed: ClosedSegment[] = [];
  const records: Uint8Array[] = [];
  let cutBytes = 0;
  for (const number of numbers) {
    if (number !== (numbers[0] as number) + closed.length) throw corrupt(folder, number - 1, "is missing");
    const segment = await readSegment(folder, number, number === numbers.at(-1));
    cutBytes += segment.cutBytes;
    for (const { record } of segment.records) records.push(record);
    if (segment.isWhole) closed.push({ number, groupMax: groupMaxOf(segment.records) });
  }
  return { closed, records, cutBytes };
}

async function segmentNumbers(folder: string): Promise<number[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".journal"));
  return names.map((name) => Number.parseInt(name, 10)).sort((a, b) => a - b);
}

async function readSegment(folder: string, number: number, isLast: boolean) {
  const path = join(folder, nameOf(number));
  const file = new Uint8Array(await readFile(path));
  const head = decodeSegmentHead(file);
  if (head?.number !== number) {
    // A crash while it was created; nothing is in it yet.
    if (!isLast || file.length > segmentHeadBytes) throw corrupt(folder, number, "does not begin as it should");
    await unlink(path);
    await syncFolder(folder);
    return { records: [], cutBytes: 0, isWhole: false };
  }
  const { records, end, durable } = scanSegment(file, head.tag);
  if (end < (isLast ? durable : file.length)) throw corrupt(folder, number, `does not read at byte ${end}`);
  if (isLast) await cutFile(path, end);
  return { records, cutBytes: file.length - end, isWhole: true };
}

/** J2: what was read is durable from then on, whether it was before or not. */
async function cutFile(path: string, length: number): Promise<void> {
  await truncate(path, length);
  const handle = await open(path, "r+");
  try {
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

function groupMaxOf(records: readonly JournalRecord[]): number {
  return records.reduce((max, { group }) => Math.max(max, group), 0);
}

function corrupt(folder: string, number: number, what: string): StorageError {
  return new StorageError(
    "journal-corrupt",
    `The journal in ${folder} is damaged: ${nameOf(number)} ${what}. Votes may be missing from it, and a validator ` +
      "that goes on could sign twice. Check the disk and put back the whole folder from this machine; an older copy " +
      "of it is no help. If that is not possible, retire this validator's key.",
  );
}
