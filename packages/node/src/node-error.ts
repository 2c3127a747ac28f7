// Why a node does not start, or has stopped: a stable code, one sentence that says what happened, and what to do.

export class NodeError extends Error {
  override readonly name = "NodeError";
  readonly code: string;
  readonly advice: string;

  constructor(code: string, message: string, advice: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.advice = advice;
  }
}

/** What the replica's thread and storage say already has its code; their sentence ends with what to do. */
export function nodeErrorOf(error: unknown): NodeError {
  if (error instanceof NodeError) return error;
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  if (typeof code !== "string" || typeof message !== "string") {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return new NodeError("unexpected", text, "This is a bug: please report it with the text above.", error);
  }
  return new NodeError(code, message, adviceOn[code] ?? "Start the node again when that is mended.", error);
}

const adviceOn: Readonly<Record<string, string>> = {
  "store-locked": "A data folder belongs to one node at a time.",
  "store-failed": "What was accepted before is kept, if the disk is.",
  "journal-corrupt": "Do not start this validator with an empty journal: it could sign twice (S8).",
  "store-damaged": "Check the disk. Put the data folder back as this machine last had it, or retire the key.",
  "bad-first-marks":
    'It is to be like {"round": 0, "orderView": 0, "attestView": 0}: this key signed nothing above that round and those views.',
  "execution-failed": "This is a bug: please report it with the text above.",
  diverged: "Its data folder is left as it was.",
  "replica-failed": "This is a bug: please report it with the text above.",
};
