// The journal through real files: what a crash leaves of them is made by cutting and damaging copies, at any byte past
// what was durable. Its own reading of the files is not used to say what should be there; the test remembers it.

import { cpSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Journal, openJournal } from "../src/store/journal.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const record = (number: number, length = 20) => {
  const bytes = new Uint8Array(Math.max(4, length)).fill(number & 255);
  new DataView(bytes.buffer).setUint32(0, number);
  return bytes;
};
const numbersOf = (records: readonly Uint8Array[]) =>
  records.map((bytes) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0));
const filesOf = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".journal"))
    .sort();
const lastFileOf = (folder: string) => join(folder, filesOf(folder).at(-1) as string);

/** Without the lock: the copy is of a process that is gone. */
function copyOf(folder: string): string {
  const copy = temporaryFolder();
  cpSync(folder, copy, { recursive: true, filter: (name) => !name.includes("lock.") });
  return copy;
}

async function reopen(folder: string) {
  const { journal, records, cutBytes } = await openJournal(folder);
  await journal.close();
  return { numbers: numbersOf(records), cutBytes };
}

/** Waits for the mark behind the last sync. */
async function settle(journal: Journal): Promise<void> {
  await journal.sync();
}

/** One sync of these records. */
async function write(journal: Journal, numbers: readonly number[], group = 1): Promise<void> {
  for (const number of numbers) journal.append(group, record(number));
  await journal.sync();
}

describe("records", () => {
  test("J1, J2: they come back oldest first, over any number of starts", async () => {
    const folder = temporaryFolder();
    for (let start = 0; start < 4; start++) {
      const { journal, records } = await openJournal(folder);
      expect(numbersOf(records)).toEqual(Array.from({ length: 6 * start }, (_, i) => i));
      await write(
        journal,
        [0, 1, 2].map((i) => 6 * start + i),
      );
      for (const i of [3, 4, 5]) journal.append(1, record(6 * start + i));
      await journal.close();
    }
  });

  test("of any length and content, unchanged", async () => {
    const folder = temporaryFolder();
    const { journal } = await openJournal(folder);
    const sent = [new Uint8Array(0), new Uint8Array(3_000_000).fill(7), Uint8Array.of(1, 2, 3)];
    for (const bytes of sent) journal.append(2 ** 53 - 1, bytes);
    await journal.close();
    const opened = await openJournal(folder);
    await opened.journal.close();
    expect(opened.records).toEqual(sent);
  });

  test("a sync without records writes nothing", async () => {
    const folder = temporaryFolder();
    const { journal } = await openJournal(folder);
    await write(journal, [1]);
    await settle(journal);
    const before = statSync(lastFileOf(folder)).size;
    for (let i = 0; i < 20; i++) await journal.sync();
    expect(statSync(lastFileOf(folder)).size).toBe(before);
    await journal.close();
  });
});

describe("J4: files", () => {
  test("prune removes the oldest while all their groups are below; one that is needed holds those behind it", async () => {
    const folder = temporaryFolder();
    const { journal } = await openJournal(folder, { segmentBytes: 100 });
    for (const [index, group] of [1, 2, 9, 3, 4, 5].entries()) await write(journal, [index, index, index], group);
    expect(filesOf(folder)).toHaveLength(6);
    journal.prune(3);
    await journal.sync();
    expect(filesOf(folder)).toHaveLength(4);
    journal.prune(9);
    await journal.sync();
    expect(filesOf(folder)).toHaveLength(4);
    journal.prune(10);
    await journal.close();
    expect(filesOf(folder)).toHaveLength(1);
    expect((await reopen(folder)).numbers).toEqual([5, 5, 5]);
  });

  test("files of earlier starts are pruned by their groups too", async () => {
    const folder = temporaryFolder();
    for (const group of [4, 7]) {
      const { journal } = await openJournal(folder);
      await write(journal, [group], group);
      await journal.close();
    }
    const { journal } = await openJournal(folder);
    journal.prune(7);
    await journal.close();
    expect((await reopen(folder)).numbers).toEqual([7]);
  });

  test("a folder is open once", async () => {
    const folder = temporaryFolder();
    const { journal } = await openJournal(folder);
    await expect(openJournal(folder)).rejects.toMatchObject({ code: "store-locked" });
    await journal.close();
    await reopen(folder);
  });
});

describe("J3: damage", () => {
  /** Two files; the last has two groups that were synced and one that was not. */
  async function example() {
    const folder = temporaryFolder();
    const { journal } = await openJournal(folder, { segmentBytes: 60 });
    for (const numbers of [[1, 2]]) await write(journal, numbers);
    await write(journal, [3]);
    await settle(journal);
    const copy = copyOf(folder);
    await journal.close();
    return copy;
  }

  test("every bit of what was durable counts, where the mark behind it is there", async () => {
    const folder = await example();
    expect(filesOf(folder)).toHaveLength(2);
    for (const [index, name] of filesOf(folder).entries()) {
      const bytes = readFileSync(join(folder, name));
      // Behind the last record stands a mark of 29 bytes.
      const durable = index === 0 ? bytes.length : bytes.length - 29;
      for (let at = 0; at < durable; at++) {
        const damaged = Uint8Array.from(bytes);
        damaged[at] = (damaged[at] as number) ^ (1 << (at % 8));
        writeFileSync(join(folder, name), damaged);
        await expect(openJournal(folder), `${name}, byte ${at}`).rejects.toMatchObject({ code: "journal-corrupt" });
      }
      writeFileSync(join(folder, name), bytes);
    }
    expect((await reopen(folder)).numbers).toEqual([1, 2, 3]);
  });

  test("a file that is missing, cut short or in the place of another", async () => {
    const folder = temporaryFolder();
    const { journal } = await openJournal(folder, { segmentBytes: 10 });
    for (const number of [1, 2, 3]) await write(journal, [number]);
    await journal.close();
    const [first, second] = filesOf(folder) as [string, string];
    const damages: ((copy: string) => void)[] = [
      (copy) => rmSync(join(copy, second)),
      (copy) => truncateSync(join(copy, second), statSync(join(copy, second)).size - 1),
      (copy) => truncateSync(join(copy, first), 10),
      (copy) => cpSync(join(copy, first), join(copy, second)),
    ];
    for (const damage of damages) {
      const copy = copyOf(folder);
      damage(copy);
      await expect(openJournal(copy)).rejects.toMatchObject({
        code: "journal-corrupt",
        message: expect.stringMatching(/could sign twice\. Check the disk/),
      });
    }
  });

  test("two records that changed places", async () => {
    const folder = temporaryFolder();
    const { journal } = await openJournal(folder);
    await write(journal, [1, 2]);
    await journal.close();
    const bytes = readFileSync(lastFileOf(folder));
    const [head, first, second] = [bytes.subarray(0, 24), bytes.subarray(24, 73), bytes.subarray(73, 122)];
    writeFileSync(lastFileOf(folder), Buffer.concat([head, second, first, bytes.subarray(122)]));
    await expect(openJournal(folder)).rejects.toMatchObject({ code: "journal-corrupt" });
  });

  test("a record that holds an entry of the file itself is only a record", async () => {
    const folder = temporaryFolder();
    const { journal } = await openJournal(folder);
    await write(journal, [1]);
    const file = new Uint8Array(readFileSync(lastFileOf(folder)));
    journal.append(1, file);
    await journal.sync();
    await settle(journal);
    const copy = copyOf(folder);
    await journal.close();
    const last = lastFileOf(copy);
    truncateSync(last, statSync(last).size - 40);
    const { numbers, cutBytes } = await reopen(copy);
    expect(numbers).toEqual([1]);
    expect(cutBytes).toBeGreaterThan(file.length);
  });
});

describe("J2: whatever is done to it, and wherever the power goes", () => {
  /** By inode, how long the file was when a sync of it began that has come back. */
  const durable = new Map<number, number>();
  let methods: Pick<FileHandle, "datasync">;
  let datasync: FileHandle["datasync"];

  beforeEach(async () => {
    const handle = await open(import.meta.filename, "r");
    methods = Object.getPrototypeOf(handle);
    await handle.close();
    datasync = methods.datasync;
    durable.clear();
    methods.datasync = async function (this: FileHandle) {
      const { ino, size } = await this.stat();
      await datasync.call(this);
      durable.set(ino, size);
    };
  });
  afterEach(() => {
    methods.datasync = datasync;
    vi.restoreAllMocks();
  });

  const length = fc.integer({ min: 4, max: 300 });
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ append: fc.integer({ min: 0, max: 12 }), length }) },
    { weight: 2, arbitrary: fc.constant("sync" as const) },
    { weight: 1, arbitrary: fc.record({ prune: fc.integer({ min: 0, max: 12 }) }) },
  );
  const crash = fc.record({
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    flips: fc.array(fc.nat(), { maxLength: 4 }),
  });
  const life = fc.record({ steps: fc.array(step, { maxLength: 30 }), crash });

  test("what was durable is there in order, what is there was appended", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 4 }), async (lives) => {
        let folder = temporaryFolder();
        const appended: number[] = [];
        const groups: number[] = [];
        let below = 0;
        let synced = 0;
        for (const { steps, crash } of lives) {
          const { journal, records } = await openJournal(folder, { segmentBytes: 400 });
          const numbers = numbersOf(records);
          expectClosedDurable(folder);
          // A row of those that were appended, without a hole, up to at least what was synced.
          const first = numbers[0] ?? appended.length;
          const end = numbers.at(-1) ?? synced - 1;
          expect(numbers).toEqual(numbers.map((_, i) => first + i));
          expect(end).toBeGreaterThanOrEqual(synced - 1);
          expect(end).toBeLessThan(Math.max(appended.length, synced));
          expect(groups.slice(0, Math.min(first, synced)).every((group) => group < below)).toBe(true);
          for (const bytes of records) expect(bytes.subarray(4).every((byte) => byte === bytes[3])).toBe(true);
          appended.length = end + 1;
          groups.length = end + 1;
          synced = end + 1;
          for (const next of steps) {
            if (next === "sync") {
              await journal.sync();
              synced = appended.length;
            } else if ("prune" in next) {
              journal.prune(next.prune);
              below = Math.max(below, next.prune);
            } else {
              journal.append(next.append, record(appended.length, next.length));
              appended.push(appended.length);
              groups.push(next.append);
            }
          }
          // Begun and not waited for: some of it may be on the disk.
          const last = journal.sync();
          const crashed = await crashedCopy(folder, crash, last);
          await last;
          await journal.close();
          folder = crashed;
        }
      }),
      { seed: 5, numRuns: 60 },
    );
  });

  /** What was read at a start is durable by then: the file that was the last one was synced as it is. */
  function expectClosedDurable(folder: string): void {
    const name = filesOf(folder).at(-2);
    if (name === undefined) return;
    const { ino, size } = statSync(join(folder, name));
    expect(durable.get(ino)).toBe(size);
  }

  /** A copy now or when `last` is written, without a share of what is not durable, and with flips in what remains of that. */
  async function crashedCopy(folder: string, crash: { share: number; flips: number[] }, last: Promise<void>) {
    if (crash.flips.length % 2 === 0) await last;
    const marks = new Map(durable);
    const copy = copyOf(folder);
    const sizes = new Map(filesOf(folder).map((name) => [name, marks.get(statSync(join(folder, name)).ino)]));
    const name = filesOf(folder).at(-1) as string;
    for (const [file, size] of sizes) {
      const path = join(copy, file);
      const more = Math.floor(crash.share * (statSync(path).size - (size ?? 0)));
      if (file !== name && size !== undefined) truncateSync(path, size + more);
    }
    const bytes = readFileSync(join(copy, name));
    const least = Math.min(bytes.length, sizes.get(name) ?? 0);
    const kept = Uint8Array.from(bytes.subarray(0, least + Math.floor(crash.share * (bytes.length - least))));
    for (const flip of crash.flips) {
      const at = least + (flip % Math.max(1, kept.length - least));
      if (at < kept.length) kept[at] = (kept[at] as number) ^ (1 << (flip % 8));
    }
    writeFileSync(join(copy, name), kept);
    return copy;
  }
});

test("J5: what fails once has failed for good", async () => {
  const folder = temporaryFolder();
  const { journal } = await openJournal(folder);
  const handle = await open(folder, "r");
  const spy = vi
    .spyOn(Object.getPrototypeOf(handle), "datasync")
    .mockRejectedValueOnce(new Error("the disk is on fire"));
  await handle.close();
  journal.append(1, record(1));
  const failed = { code: "store-failed", message: expect.stringContaining("the disk is on fire") };
  await expect(journal.sync()).rejects.toMatchObject(failed);
  spy.mockRestore();
  await expect(journal.sync()).rejects.toMatchObject(failed);
  expect(() => journal.append(1, record(2))).toThrow("the disk is on fire");
  await expect(journal.close()).rejects.toMatchObject(failed);
  await reopen(folder);
});
