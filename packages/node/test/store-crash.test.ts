// Power cuts. A process writes and is killed; then everything is dropped that it had not synced: the ends of the
// database's logs and of files of blobs from any byte on, each by itself, and a log whose name was not durable. (That a killed process loses
// nothing proves nothing: its pages are the kernel's.) What is left must be all that was durable, and a row of whole
// batches from the first on. Only what the store synced by itself counts; of LevelDB, which syncs below us, that is
// every log but the last, and of that one what there was when the last sync was told.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, rmSync, statSync, truncateSync } from "node:fs";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { utf8 } from "@tandem/shared";
import { ClassicLevel } from "classic-level";
import { describe, expect, test, vi } from "vitest";
import { LevelEngine } from "../src/store/level-store.ts";
import { openStore, type StoreKind, storeKinds } from "../src/store/open-store.ts";
import type { Said } from "./support/store-writer.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

interface Durable {
  synced: number;
  readonly sizes: Map<number, number>;
  readonly names: Set<string>;
}

/** Lets it write, kills it at a sync or a little after, and says what was durable by then. */
async function writeUntilKilled(kind: StoreKind, files: string, folder: string, seed: number): Promise<Durable> {
  const program = join(import.meta.dirname, "support/store-writer.ts");
  const writer = spawn(process.execPath, [program, kind, folder, String(seed), files], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const isGone = once(writer, "exit");
  const durable: Durable = { synced: 0, sizes: new Map(), names: new Set() };
  let syncs = 0;
  for await (const line of createInterface({ input: writer.stdout })) {
    const said = JSON.parse(line) as Said;
    for (const name of said.names ?? []) durable.names.add(name);
    if (said.ino !== undefined) durable.sizes.set(said.ino, Math.max(said.size ?? 0, durable.sizes.get(said.ino) ?? 0));
    if (said.synced !== undefined) durable.synced = said.synced;
    if (said.synced !== undefined && ++syncs === 5 + 3 * seed) writer.kill("SIGKILL");
  }
  await isGone;
  return durable;
}

/** `share` of what was not durable stays; between 0 and 1. */
function cutPower(folder: string, durable: Durable, shareOf: (index: number) => number): void {
  const logs = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /^(rocksdb|level|blobs).*\.(log|blobs)$/.test(name))
    .sort();
  for (const [index, name] of logs.entries()) {
    const path = join(folder, name);
    const { ino, size } = statSync(path);
    const share = shareOf(index);
    const least = name.startsWith("level") ? size : (durable.sizes.get(ino) ?? 0);
    truncateSync(path, least + Math.floor(share * (size - least)));
    if (!name.startsWith("level") && !durable.names.has(basename(name)) && share < 0.5) rmSync(path);
  }
}

/** D2: all but the last are durable whole, and there were some. */
function expectLogsDurable(folder: string, durable: Durable): void {
  const logs = readdirSync(folder).sort().slice(0, -1);
  expect(logs).not.toEqual([]);
  for (const name of logs) {
    const { ino, size } = statSync(join(folder, name));
    expect([name, durable.sizes.get(ino)]).toEqual([name, size]);
  }
}

/** What is there after so many batches, by the words of the writer. */
function expectedAfter(count: number, seed: number): Map<string, string> {
  let random = seed;
  const draw = (bound: number) => {
    random = (Math.imul(random, 1103515245) + 12345) >>> 0;
    return (random >>> 8) % bound;
  };
  const records = new Map<string, string>();
  for (let batch = 1; batch <= count; batch++) {
    const [number, length] = [draw(20), draw(20_000)];
    if (batch % 7 === 0) records.delete(`short-${draw(20)}`);
    records.set("count", String(batch));
    records.set(`short-${number}`, String(batch));
    records.set(`long-${number}`, `${length} of ${length === 0 ? "none" : batch & 255}`);
    if (draw(8) === 0) draw(2);
  }
  return records;
}

async function recordsOf(kind: StoreKind, files: string, folder: string): Promise<Map<string, string>> {
  const store = await openStore(kind, folder, files === "files" ? { blobPrefix: utf8("long-") } : {});
  const listed = await store.list({ from: utf8("a"), until: utf8("z"), countMax: 1000, isReverse: false });
  await store.close();
  return new Map(
    listed.map(({ key, value }) => {
      const name = new TextDecoder().decode(key);
      const isLong = name.startsWith("long");
      return [name, isLong ? `${value.length} of ${value[0] ?? "none"}` : new TextDecoder().decode(value)];
    }),
  );
}

const worlds = [...storeKinds.map((kind) => [kind, "no files"] as const), ["rocksdb", "files"] as const];

describe.each(worlds)("D1, D2, D3, B1: power cuts, %s with %s for blobs", (kind, files) => {
  test.each([1, 2, 3, 5])("seed %i", async (seed) => {
    const folder = temporaryFolder();
    const durable = await writeUntilKilled(kind, files, folder, seed);
    // All that was not durable goes; or of the oldest log only; or some of each.
    const shares = [() => 0, (index: number) => Math.min(1, index), (index: number) => (0.37 * (seed + index)) % 1];
    cutPower(folder, durable, shares[seed % 3] as (index: number) => number);
    if (kind === "rocksdb") expectLogsDurable(join(folder, "kept"), durable);
    const records = await recordsOf(kind, files, folder);
    const count = Number(records.get("count") ?? 0);
    expect(count).toBeGreaterThanOrEqual(durable.synced);
    expect(Object.fromEntries(records)).toEqual(Object.fromEntries(expectedAfter(count, seed)));
  });
});

test("D3: LevelDB, which syncs below us, is asked to with every write", async () => {
  const batch = vi.spyOn(ClassicLevel.prototype, "batch");
  const engine = await LevelEngine.open(temporaryFolder());
  await engine.write([{ puts: [{ key: utf8("a"), value: utf8("b") }], deletes: [] }]);
  expect(batch).toHaveBeenCalledExactlyOnceWith(expect.anything(), { sync: true });
  batch.mockRestore();
  await engine.close();
});
