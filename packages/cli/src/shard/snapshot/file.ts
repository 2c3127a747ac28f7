// A snapshot as a file: a line that says what it is, then each part behind its length, four bytes with the highest first.
// It is written and read part by part, so its size does not matter.

import { type FileHandle, open, unlink } from "node:fs/promises";
import { Complaint } from "../../terminal.ts";

const magic = new TextEncoder().encode("tandem snapshot 1\n");
const lengthBytes = 4;
/** More than any part has; what is longer is cut off here, and refused. */
const partBytesMax = 32 * 1024 * 1024;

export class SnapshotWriter {
  readonly #handle: FileHandle;
  readonly #path: string;
  bytes = magic.length;

  /** Never over a file that is there. */
  static async create(path: string): Promise<SnapshotWriter> {
    const writer = new SnapshotWriter(await openFile(path, "wx"), path);
    await writer.#write(magic);
    return writer;
  }

  private constructor(handle: FileHandle, path: string) {
    this.#handle = handle;
    this.#path = path;
  }

  async add(part: Uint8Array): Promise<void> {
    const length = Buffer.alloc(lengthBytes);
    length.writeUInt32BE(part.length);
    await this.#write(Buffer.concat([length, part]));
    this.bytes += lengthBytes + part.length;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    await this.#handle.writeFile(bytes).catch((error: unknown) => {
      throw unwritable(this.#path, error);
    });
  }

  /** It is durable then. */
  async end(): Promise<void> {
    await this.#handle.sync();
    await this.#handle.close();
  }

  /** Nothing of it stays. */
  async drop(): Promise<void> {
    await this.#handle.close();
    await unlink(this.#path);
  }
}

export class SnapshotFile {
  readonly #handle: FileHandle;
  readonly size: number;
  /** Bytes that were read. */
  read = 0;
  /** It ends inside a part. */
  isCut = false;

  static async open(path: string): Promise<SnapshotFile> {
    const handle = await openFile(path, "r");
    const file = new SnapshotFile(handle, (await handle.stat()).size);
    if (Buffer.compare(await file.#take(magic.length), magic) === 0) return file;
    await file.close();
    throw new Complaint(
      "no-snapshot",
      `${path} is no snapshot of a shard.`,
      "./tandem shard snapshot export writes one.",
    );
  }

  private constructor(handle: FileHandle, size: number) {
    this.#handle = handle;
    this.size = size;
  }

  /** What is left of the last one comes too, for whoever reads it to refuse. */
  async *parts(onPart: () => void): AsyncGenerator<Uint8Array, void, void> {
    for (;;) {
      const head = await this.#take(lengthBytes);
      if (head.length === 0) return;
      const length = head.length < lengthBytes ? 0 : head.readUInt32BE();
      const part = await this.#take(Math.min(length, partBytesMax));
      this.isCut ||= head.length < lengthBytes || (part.length < length && this.read === this.size);
      yield part;
      onPart();
    }
  }

  async #take(count: number): Promise<Buffer> {
    const { buffer, bytesRead } = await this.#handle.read(Buffer.alloc(count), 0, count, this.read);
    this.read += bytesRead;
    return buffer.subarray(0, bytesRead);
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

async function openFile(path: string, flag: "r" | "wx"): Promise<FileHandle> {
  try {
    return await open(path, flag);
  } catch (error) {
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") throw new Complaint("exists", `${path} is there already.`, "Name another file.");
    if (flag === "wx") throw unwritable(path, error);
    throw new Complaint("unreadable", `Cannot read ${path} (${code}).`, "Is the path right?");
  }
}

function unwritable(path: string, error: unknown): Complaint {
  const { code = "unknown" } = error as NodeJS.ErrnoException;
  return new Complaint("unwritable", `Cannot write ${path} (${code}).`, "Is the path right, and is there room?");
}
