// What the disk does to us, as errors with a stable code and a sentence that says what to do. A node does not go on
// after one: what it wrote since the last sync may or may not be there (a failed `fsync` cannot be tried again).

export type StorageCode =
  /** Another process, or another part of this one, has the folder open. */
  | "store-locked"
  /** The folder holds a store of the other kind. */
  | "store-other-kind"
  /** An operation failed. What was written since the last sync may be lost; nothing else is. */
  | "store-failed"
  /** S8: votes may be missing from the journal. */
  | "journal-corrupt";

export class StorageError extends Error {
  override readonly name = "StorageError";
  readonly code: StorageCode;

  constructor(code: StorageCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** As it is if it is one already. */
export function storageErrorOf(error: unknown, folder: string): StorageError {
  if (error instanceof StorageError) return error;
  const why = error instanceof Error ? error.message : String(error);
  const advice = "Check the disk (space, permissions, health), then start the node again";
  return new StorageError("store-failed", `The storage in ${folder} failed: ${why}. ${advice}.`, error);
}
