// Small work with files and folders that all storage shares.

import { mkdir, open, readdir, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

/** Names in a folder are durable only when the folder itself is synced. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The folder, with those above it that are missing, all durable. */
export async function createFolder(folder: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true });
  if (made === undefined) return;
  const last = dirname(resolve(made));
  for (let above = resolve(folder); above !== last; ) {
    above = dirname(above);
    await syncFolder(above);
  }
}

/** Of all files below; those that go while we look, or cannot be seen, do not count. */
export async function bytesBelow(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(folder, { recursive: true }).catch(() => [])) {
    const entry = await stat(join(folder, name)).catch(() => undefined);
    if (entry?.isFile() === true) bytes += entry.size;
  }
  return bytes;
}
