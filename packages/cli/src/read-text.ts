// A text file that a command names, as far as any command would take it: a device that never ends is a file that is too long.

import { closeSync, openSync, readSync } from "node:fs";
import { limits } from "@tandem/shared";
import { Complaint } from "./terminal.ts";

/** A genesis is the largest of them; whoever reads one says that it is too long. */
const bytesMax = limits.genesisFileBytesMax + 1;
const chunkBytes = 1024 * 1024;

export function readText(file: string): string {
  try {
    const handle = openSync(file, "r");
    try {
      return readAll(handle).toString("utf8");
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Complaint("unreadable", `Cannot read ${file} (${code ?? message}).`, "Is the path right?");
  }
}

function readAll(handle: number): Buffer {
  const chunks: Buffer[] = [];
  for (let left = bytesMax; left > 0; ) {
    const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, left));
    const length = readSync(handle, chunk, 0, chunk.length, null);
    if (length === 0) break;
    chunks.push(chunk.subarray(0, length));
    left -= length;
  }
  return Buffer.concat(chunks);
}
