// A data folder is of one key: its journals and its store know what that key signed (S8, C4), and of no other key anything.
// So the public key stands in it, in the file `owner`, from the first start with a key on.

import { open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { toHex } from "@tandem/shared";
import { NodeError } from "../node-error.ts";
import { syncFolder } from "./files.ts";

export async function checkOwner(dataFolder: string, publicKey: Uint8Array): Promise<void> {
  const file = join(dataFolder, "owner");
  const own = toHex(publicKey);
  const owner = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (owner === undefined) return writeOwner(file, dataFolder, own);
  if (owner.trim() === own) return;
  const what = `${dataFolder} is the folder of the key ${owner.slice(0, 16)}…, and this node has the key ${own.slice(0, 16)}….`;
  throw new NodeError("other-key", what, "Name the folder of this key: another one does not know what it signed.");
}

/** Whole, or not at all. */
async function writeOwner(file: string, dataFolder: string, own: string): Promise<void> {
  const handle = await open(`${file}.new`, "w");
  try {
    await handle.writeFile(`${own}\n`);
    await handle.datasync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
  await syncFolder(dataFolder);
}
