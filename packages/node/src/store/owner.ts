// A data folder is of one key: its journals and its store know what that key signed (S8, C4), and of no other key anything.
// So the public key stands in it, in the file `owner`, from the first time on that a node with a key had it open.

import { open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { toHex } from "@tandem/shared";
import { NodeError } from "../node-error.ts";
import { syncFolder } from "./files.ts";

export async function checkOwner(dataFolder: string, publicKey: Uint8Array): Promise<void> {
  const owner = await readOwner(dataFolder);
  const own = toHex(publicKey);
  if (owner === undefined || owner === own) return;
  const what = `${dataFolder} is the folder of the key ${owner.slice(0, 16)}…, and this node has the key ${own.slice(0, 16)}….`;
  throw new NodeError("other-key", what, "Name the folder of this key: another one does not know what it signed.");
}

/** Once the folder's parts are open and locked, and before anything is signed: who cannot start owns nothing. */
export async function claimFolder(dataFolder: string, publicKey: Uint8Array): Promise<void> {
  await checkOwner(dataFolder, publicKey);
  if ((await readOwner(dataFolder)) === undefined) await writeOwner(dataFolder, toHex(publicKey));
}

async function readOwner(dataFolder: string): Promise<string | undefined> {
  const text = await readFile(ownerFile(dataFolder), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  return text?.trim();
}

function ownerFile(dataFolder: string): string {
  return join(dataFolder, "owner");
}

/** Whole, or not at all. */
async function writeOwner(dataFolder: string, own: string): Promise<void> {
  const file = ownerFile(dataFolder);
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
