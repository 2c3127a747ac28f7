// What every store does, the two databases and the one in memory alike.

import { spawnSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { threadId } from "node:worker_threads";
import { compareBytes, type StoreBatch, type StoreRange, toHex, utf8 } from "@tandem/shared";
import * as fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { dropLocks, lockFolder } from "../src/store/folder-lock.ts";
import { openStore, storeKinds } from "../src/store/open-store.ts";
import { QueuedStore, type Store } from "../src/store/store.ts";
import { MemoryEngine, memoryStore } from "./support/memory-engine.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

/** The kind, and of its keys those that begin with "l" or a 2 are blobs where it has files for them. */
const kinds = [...storeKinds, "rocksdb and blob files", "level and blob files", "memory"] as const;

const optionsOf = (kind: string, prefix: Uint8Array) => ({
  logBytes: 9_000,
  ...(kind.endsWith("files") ? { blobPrefix: prefix } : {}),
});
const databaseOf = (kind: string) => (kind.startsWith("level") ? "level" : "rocksdb");

async function open(kind: (typeof kinds)[number]): Promise<Store> {
  if (kind === "memory") return memoryStore();
  const store = await openStore(databaseOf(kind), temporaryFolder(), optionsOf(kind, utf8("l")));
  onTestFinished(() => store.close());
  return store;
}

const key = (text: string) => utf8(text);
const put = (text: string, value: Uint8Array): StoreBatch => ({ puts: [{ key: key(text), value }], deletes: [] });
const range = (from: string, until: string, more: Partial<StoreRange> = {}): StoreRange => ({
  from: key(from),
  until: key(until),
  countMax: 100,
  isReverse: false,
  ...more,
});
const keysOf = async (store: Store, asked: StoreRange) =>
  (await store.list(asked)).map((record) => new TextDecoder().decode(record.key));

describe.each(kinds)("a store, %s", (kind) => {
  test("D3: a batch is read as soon as it is written", async () => {
    const store = await open(kind);
    store.write(put("a", Uint8Array.of(1)));
    expect(await store.read([key("a"), key("b")])).toEqual([Uint8Array.of(1), undefined]);
    store.write({ puts: [{ key: key("b"), value: Uint8Array.of(2) }], deletes: [key("a")] });
    expect(await keysOf(store, range("a", "z"))).toEqual(["b"]);
    expect(await store.read([])).toEqual([]);
  });

  test("D3: of one key, what was written last is there; in a batch deletes come first", async () => {
    const store = await open(kind);
    for (let i = 0; i < 50; i++) store.write(put("a", Uint8Array.of(i)));
    store.write({ puts: [{ key: key("b"), value: Uint8Array.of(7) }], deletes: [key("b")] });
    expect(await store.read([key("a"), key("b")])).toEqual([Uint8Array.of(49), Uint8Array.of(7)]);
  });

  test("empty values and the largest blobs are records like others", async () => {
    const store = await open(kind);
    const large = new Uint8Array(258 * 1024).fill(9);
    store.write(put("empty", new Uint8Array(0)));
    store.write(put("large", large));
    await store.sync();
    const [empty, read] = await store.read([key("empty"), key("large")]);
    expect(empty).toEqual(new Uint8Array(0));
    expect(toHex(read ?? new Uint8Array(0))).toBe(toHex(large));
  });

  test("what was asked before it closes is answered, however long that takes", async () => {
    const folder = temporaryFolder();
    const options = optionsOf(kind, key("l"));
    const store = kind === "memory" ? memoryStore() : await openStore(databaseOf(kind), folder, options);
    const names = Array.from({ length: 200 }, (_, i) => `large-${String(i).padStart(3, "0")}`);
    for (const name of names) store.write(put(name, new Uint8Array(20_000).fill(1)));
    const asked = [store.read(names.map(key)), store.list(range("l", "m", { countMax: 1000 })), store.sync()] as const;
    await store.close();
    const [read, listed] = await Promise.all(asked);
    expect([read.filter((value) => value?.length === 20_000).length, listed.length]).toEqual([200, 200]);
  });

  test("a list has the keys from the first up to but without the last, in order, and no more than asked for", async () => {
    const store = await open(kind);
    for (const name of ["c", "a", "bb", "b", "d"]) store.write(put(name, Uint8Array.of(1)));
    expect(await keysOf(store, range("a", "d"))).toEqual(["a", "b", "bb", "c"]);
    expect(await keysOf(store, range("a", "d", { isReverse: true, countMax: 2 }))).toEqual(["c", "bb"]);
    expect(await keysOf(store, range("b", "b"))).toEqual([]);
    expect(await keysOf(store, range("c", "b"))).toEqual([]);
    expect(await keysOf(store, range("a", "z", { countMax: 0 }))).toEqual([]);
    expect(await keysOf(store, range("", "b"))).toEqual(["a"]);
    expect(await keysOf(store, range("a", ""))).toEqual([]);
  });

  test("a long list comes whole", async () => {
    const store = await open(kind);
    const puts = Array.from({ length: 200 }, (_, i) => ({ key: Uint8Array.of(5, i), value: new Uint8Array(i) }));
    store.write({ puts, deletes: [] });
    const asked = { from: Uint8Array.of(5), until: Uint8Array.of(6), countMax: 1000, isReverse: false };
    expect(await store.list(asked)).toEqual(puts);
    expect(await store.list({ ...asked, countMax: 128 })).toEqual(puts.slice(0, 128));
  });

  test("whatever is done to it, it is a sorted map", async () => {
    const byte = fc.integer({ min: 0, max: 3 });
    const name = fc.array(byte, { minLength: 1, maxLength: 3 }).map((bytes) => Uint8Array.from(bytes));
    const length = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 4090, max: 6000 }));
    const value = fc.tuple(length, fc.nat(255)).map(([length, fill]) => new Uint8Array(length).fill(fill));
    const batch = fc.record({
      puts: fc.array(fc.record({ key: name, value }), { maxLength: 4 }),
      deletes: fc.array(name, { maxLength: 3 }),
    });
    const step = fc.oneof(batch, fc.constant("sync" as const), fc.constant("compare" as const));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const folder = temporaryFolder();
        const options = optionsOf(kind, Uint8Array.of(2));
        const store = kind === "memory" ? memoryStore() : await openStore(databaseOf(kind), folder, options);
        const model = new Map<string, [Uint8Array, Uint8Array]>();
        for (const next of [...steps, "compare" as const]) {
          if (next === "sync") await store.sync();
          else if (next === "compare") await compare(store, model);
          else {
            store.write(next);
            for (const key of next.deletes) model.delete(toHex(key));
            for (const { key, value } of next.puts) model.set(toHex(key), [key, value]);
          }
        }
        await store.close();
      }),
      { seed: 11, numRuns: 12 },
    );
  });
});

async function compare(store: Store, model: ReadonlyMap<string, [Uint8Array, Uint8Array]>): Promise<void> {
  const expected = [...model.values()].sort(([a], [b]) => compareBytes(a, b));
  const listed = await store.list({
    from: new Uint8Array(0),
    until: Uint8Array.of(9),
    countMax: 999,
    isReverse: false,
  });
  expect(listed.map(({ key, value }) => [toHex(key), value])).toEqual(
    expected.map(([key, value]) => [toHex(key), value]),
  );
  expect(await store.read(expected.map(([key]) => key))).toEqual(expected.map(([, value]) => value));
}

describe.each(storeKinds)("a folder, %s", (kind) => {
  test("what was written is there when it is opened again", async () => {
    const folder = temporaryFolder();
    for (let i = 0; i < 4; i++) {
      const store = await openStore(kind, folder, { logBytes: 9_000 });
      expect((await store.read([0, 1, 2, 3].map((i) => key(`k${i}`)))).filter((value) => value)).toHaveLength(i);
      store.write(put(`k${i}`, new Uint8Array(5000)));
      await store.close();
    }
  });

  test("its bytes on disk are counted", async () => {
    const store = await open(kind);
    const before = await store.bytesOnDisk();
    store.write(put("a", new Uint8Array(100_000).fill(1)));
    await store.sync();
    expect((await store.bytesOnDisk()) - before).toBeGreaterThanOrEqual(100_000);
  });

  test("it is open once: whoever comes second is told who has it, and what to do", async () => {
    const folder = temporaryFolder();
    const store = await openStore(kind, folder);
    await expect(openStore(kind, folder)).rejects.toMatchObject({
      code: "store-locked",
      message: expect.stringMatching(/open in this process\. Stop/),
    });
    const source = join(import.meta.dirname, "../src/store/open-store.ts");
    const script = `import(${JSON.stringify(source)}).then((m) => m.openStore(${JSON.stringify(kind)}, process.argv[1]))
      .catch((error) => console.log(error.code, error.message))`;
    const second = spawnSync(process.execPath, ["-e", script, folder], { encoding: "utf8" });
    expect(second.stdout).toMatch(new RegExp(`^store-locked .*open in process ${process.pid}\\. Stop`));
    await store.close();
    await (await openStore(kind, folder)).close();
  });

  test("a lock whose process is gone is no lock, also when another process has its number now", async () => {
    const folder = temporaryFolder();
    await (await openStore(kind, folder)).close();
    const { stdout } = spawnSync(process.execPath, ["-p", "process.pid"], { encoding: "utf8" });
    writeFileSync(join(folder, `lock.${stdout.trim()}.1.1.gone`), "");
    writeFileSync(join(folder, `lock.${process.pid}.1.1.other-start`), "");
    await (await openStore(kind, folder)).close();
    expect(readdirSync(folder)).toEqual([kind]);
  });

  test("a store of the other kind is seen", async () => {
    const folder = temporaryFolder();
    await (await openStore(kind, folder)).close();
    const other = kind === "level" ? "rocksdb" : "level";
    await expect(openStore(other, folder)).rejects.toMatchObject({ code: "store-other-kind" });
    expect(readdirSync(folder)).toEqual([kind]);
  });

  test("a folder that cannot be made is told as a failure with its cause", async () => {
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, "");
    await expect(openStore(kind, join(file, "store"))).rejects.toMatchObject({
      code: "store-failed",
      cause: { code: "ENOTDIR" },
    });
  });
});

test("locks of a thread that was ended are dropped, and no others", async () => {
  const folder = temporaryFolder();
  await lockFolder(folder);
  await dropLocks([folder], threadId + 1);
  await expect(lockFolder(folder)).rejects.toMatchObject({ code: "store-locked" });
  await dropLocks([join(folder, "none"), folder], threadId);
  await (await lockFolder(folder)).release();
});

test("its bytes are counted as far as they can be seen; that they cannot is no failure of what is kept", async () => {
  const folder = join(temporaryFolder(), "gone");
  const store = new QueuedStore(new MemoryEngine(), folder, { release: async () => undefined });
  store.write(put("a", Uint8Array.of(1)));
  expect(await store.bytesOnDisk()).toBe(0);
  expect(await store.read([key("a")])).toEqual([Uint8Array.of(1)]);
});

test("a database is not closed while it works on what was asked", async () => {
  const engine = new MemoryEngine();
  const answer = Promise.withResolvers<void>();
  const events: string[] = [];
  const slow = Object.assign(Object.create(engine) as MemoryEngine, {
    read: async (keys: readonly Uint8Array[]) => {
      await answer.promise;
      events.push("read");
      return engine.read(keys);
    },
    write: (batches: readonly StoreBatch[]) => engine.write(batches),
    sync: () => engine.sync(),
    close: async () => void events.push("closed"),
  });
  const store = memoryStore(slow);
  store.write(put("a", Uint8Array.of(1)));
  const read = store.read([key("a")]);
  const closed = store.close();
  setTimeout(answer.resolve, 20);
  expect(await read).toEqual([Uint8Array.of(1)]);
  await closed;
  expect(events).toEqual(["read", "closed"]);
});

describe("D4: what fails once has failed for good", () => {
  const failed = {
    code: "store-failed",
    message: expect.stringContaining("the disk is on fire"),
    cause: expect.any(Error),
  };

  test.each(["read", "write", "sync"] as const)("%s", async (operation) => {
    const engine = new MemoryEngine();
    const store = memoryStore(engine);
    engine.failing = operation;
    store.write(put("a", Uint8Array.of(1)));
    const first = operation === "read" ? store.read([key("a")]) : store.sync();
    await expect(first).rejects.toMatchObject(failed);
    await expect(store.read([key("a")])).rejects.toMatchObject(failed);
    await expect(store.sync()).rejects.toMatchObject(failed);
    expect(() => store.write(put("b", Uint8Array.of(1)))).toThrow("the disk is on fire");
    expect(engine.unsynced).toBe(operation === "write" ? 0 : 1);
    await expect(store.close()).rejects.toMatchObject(failed);
  });

  test("what was written behind a failed batch is not kept (D2)", async () => {
    const engine = new MemoryEngine();
    const store = memoryStore(engine);
    engine.failing = "write";
    store.write(put("a", Uint8Array.of(1)));
    await Promise.resolve();
    await Promise.resolve();
    try {
      store.write(put("b", Uint8Array.of(2)));
    } catch {}
    await expect(store.sync()).rejects.toMatchObject(failed);
    expect(engine.unsynced).toBe(0);
  });
});

test("a crash of the store in memory keeps what was synced, and of the rest what it is told", async () => {
  const engine = new MemoryEngine();
  const store = memoryStore(engine);
  store.write(put("a", Uint8Array.of(1)));
  await store.sync();
  for (const name of ["b", "c", "d"]) store.write(put(name, Uint8Array.of(1)));
  await store.read([key("a")]);
  engine.crash(1);
  expect(await keysOf(store, range("a", "z"))).toEqual(["a", "b"]);
});
