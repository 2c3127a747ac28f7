// Blobs in files of their own: what the database is told, and when.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type StoreBatch, utf8 } from "@tandem/shared";
import { expect, test } from "vitest";
import { BlobEngine } from "../src/store/blob-engine.ts";
import { openStore } from "../src/store/open-store.ts";
import { MemoryEngine } from "./support/memory-engine.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const blobPrefix = utf8("blob");
const key = (name: string) => utf8(name);
const put = (name: string, value: Uint8Array): StoreBatch => ({ puts: [{ key: key(name), value }], deletes: [] });
const blob = (fill: number) => new Uint8Array(5000).fill(fill);
const small = (fill: number) => Uint8Array.of(fill);

async function openEngine(folder = temporaryFolder()) {
  const inner = new MemoryEngine();
  const engine = await BlobEngine.open(inner, folder, blobPrefix);
  return { inner, engine, folder };
}

test("B1, D2, D3: until a sync the database hears of no blob and of nothing behind it, and reads find both", async () => {
  const { inner, engine } = await openEngine();
  await engine.write([put("before", small(1))]);
  expect(inner.unsynced).toBe(1);
  await engine.write([put("blob", blob(2))]);
  await engine.write([put("behind", small(3)), { puts: [], deletes: [key("before")] }]);
  expect(inner.unsynced).toBe(1);
  const read = () => engine.read([key("blob"), key("before"), key("behind"), key("other")]);
  expect(await read()).toEqual([blob(2), undefined, small(3), undefined]);
  await engine.sync();
  expect(inner.unsynced).toBe(0);
  expect(await read()).toEqual([blob(2), undefined, small(3), undefined]);
  expect((await inner.read([key("blob")]))[0]).toHaveLength(21);
  await engine.close();
});

test("D3: what is written during a sync is read, and not taken for what was there before", async () => {
  const { inner, engine } = await openEngine();
  await engine.write([put("blob", blob(1)), put("a", small(1))]);
  const synced = engine.sync();
  await engine.write([put("blob", blob(2)), put("a", small(2))]);
  await synced;
  expect(await engine.read([key("blob"), key("a")])).toEqual([blob(2), small(2)]);
  expect(await inner.read([key("a")])).toEqual([small(1)]);
  await engine.sync();
  expect(await engine.read([key("blob"), key("a")])).toEqual([blob(2), small(2)]);
  await engine.close();
});

test("small values, and large ones under other keys, stay in the database", async () => {
  const { engine, folder } = await openEngine();
  await engine.write([put("blob", small(1)), put("other", blob(2))]);
  expect(await engine.read([key("blob"), key("other")])).toEqual([small(1), blob(2)]);
  await engine.close();
  expect(readdirSync(folder)).toEqual([]);
});

test("whoever never syncs gets a sync before memory is full", async () => {
  const { inner, engine } = await openEngine();
  const large = new Uint8Array(40 * 2 ** 20);
  await engine.write([put("blob-1", large)]);
  await engine.write([put("blob-2", large)]);
  expect((await inner.read([key("blob-1"), key("blob-2")])).map((value) => value?.length)).toEqual([21, 21]);
  await engine.close();
});

test("B2: over many starts each blob is found, in a file of its start", async () => {
  const folder = temporaryFolder();
  for (let start = 0; start < 3; start++) {
    const store = await openStore("rocksdb", folder, { blobPrefix });
    store.write(put(`blob-${start}`, blob(start)));
    const names = [0, 1, 2].map((index) => key(`blob-${index}`));
    expect(await store.read(names)).toEqual([0, 1, 2].map((index) => (index <= start ? blob(index) : undefined)));
    await store.close();
  }
  expect(readdirSync(join(folder, "blobs"))).toEqual(["000001.blobs", "000002.blobs", "000003.blobs"]);
});

test("B3: a blob that is not what was written is told as a failure", async () => {
  const folder = temporaryFolder();
  const first = await openStore("rocksdb", folder, { blobPrefix });
  first.write(put("blob", blob(1)));
  await first.close();
  const path = join(folder, "blobs", "000001.blobs");
  const bytes = readFileSync(path);
  bytes[4321] = 0;
  writeFileSync(path, bytes);
  const second = await openStore("rocksdb", folder, { blobPrefix });
  const failed = { code: "store-failed", message: expect.stringContaining("000001.blobs is not what was written") };
  await expect(second.read([key("blob")])).rejects.toMatchObject(failed);
  await expect(second.close()).rejects.toMatchObject(failed);
});
