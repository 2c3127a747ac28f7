// A process that writes batches until it is killed, and says on its output what is durable: how many batches, and what
// it synced itself: of each file (by its inode) how long it was when a sync began, and which names a folder had.
//
// Batch n puts n under "count", and its own value under one of a few keys that share a number, twice: as a short
// record and as a long one, which is a blob if there are files for these. Of the database's logs a second name is kept, so that they can be looked at when they are gone.

import { existsSync, linkSync, mkdirSync, readdirSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { utf8 } from "@tandem/shared";
import { openStore, type StoreKind } from "../../src/store/open-store.ts";

const [kind, folder, seed, files] = process.argv.slice(2) as [StoreKind, string, string, string];

/** One of: batches that are durable; a file that was synced; what a folder held when it was. */
export interface Said {
  readonly synced?: number;
  readonly ino?: number;
  readonly size?: number;
  readonly names?: readonly string[];
}

/** On Linux a pipe is written at once. */
function say(line: Said): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

async function watchSyncs(): Promise<void> {
  const handle = await open(folder, "r");
  const methods: Pick<FileHandle, "sync" | "datasync" | "stat"> = Object.getPrototypeOf(handle);
  await handle.close();
  const { sync, datasync } = methods;
  methods.sync = async function (this: FileHandle) {
    const names = readdirSync(`/proc/self/fd/${this.fd}/`);
    await sync.call(this);
    say({ names });
  };
  methods.datasync = async function (this: FileHandle) {
    const { ino, size } = await this.stat();
    await datasync.call(this);
    say({ ino, size });
  };
}

function keepLogs(): void {
  for (const name of readdirSync(join(folder, kind))) {
    const kept = join(folder, "kept", name);
    if (name.endsWith(".log") && !existsSync(kept)) linkSync(join(folder, kind, name), kept);
  }
}

mkdirSync(join(folder, "kept"));
const store = await openStore(kind, folder, {
  logBytes: files === "files" ? 10_000 : 100_000,
  ...(files === "files" ? { blobPrefix: utf8("long-"), blobFileBytes: 30_000 } : {}),
});
await watchSyncs();
let random = Number(seed);
const draw = (bound: number) => {
  random = (Math.imul(random, 1103515245) + 12345) >>> 0;
  return (random >>> 8) % bound;
};
for (let count = 1; ; count++) {
  const [number, value] = [draw(20), utf8(String(count))];
  const long = new Uint8Array(draw(20_000)).fill(count & 255);
  const puts = [
    { key: utf8("count"), value },
    { key: utf8(`short-${number}`), value },
    { key: utf8(`long-${number}`), value: long },
  ];
  store.write({ puts, deletes: count % 7 === 0 ? [utf8(`short-${draw(20)}`)] : [] });
  if (draw(8) > 0) continue;
  await store.read([]);
  keepLogs();
  if (draw(2) === 0) await store.read([utf8("count")]);
  else await store.sync().then(() => say({ synced: count }));
}
