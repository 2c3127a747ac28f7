// POST /blobs, and POST /blobs/batch for many at once. "Accepted" is said when the blob is valid and in this node's durable
// pool journal; "ordered" when a final block that holds it was executed here.
//
// 1. The same blob may be sent again at any time: accepted as long as it waits; once ordered it is a `duplicate`, and
//    with ?wait=ordered simply ordered.
// 2. Who waits holds one of `waitsMax` places, taken before the blob is submitted. A time that runs out takes nothing
//    back: the answer is "accepted", which is still true.
// 3. What is submitted and has no receipt yet is bounded in bytes: beyond, the answer is `busy`.

import type { Receipt } from "@tandem/ordering";
import { asRoot, toHex } from "@tandem/shared";
import type { Place } from "../process/ordered-feed.ts";
import { type ApiError, apiErrorOf, refusalError } from "./api-error.ts";
import type { WaitArguments } from "./arguments.ts";
import type { ApiServices } from "./services.ts";

/** Requests that wait for a block; each costs a socket and a timer. */
const waitsMax = 4096;
/** Of blobs on their way to the replica's thread: as much as its intake holds. */
const pendingBytesMax = 16 * 1024 * 1024;
/** What a blob counts at least: a batch may hold a thousand that are empty, and each is waited for. */
const pendingBlobBytes = 256;

export type Submitted =
  | { readonly blob: string; readonly status: "accepted"; readonly isNew: boolean }
  | ({ readonly blob: string; readonly status: "ordered" } & Place);

/** Of a blob in a batch: what a request of its own would have been answered. */
export type BatchReceipt = Submitted | ({ readonly status: "refused"; readonly httpStatus: number } & ApiError["body"]);

export class Submissions {
  readonly #services: ApiServices;
  #waits = 0;
  #pendingBytes = 0;

  constructor(services: ApiServices) {
    this.#services = services;
  }

  /** `gone` aborts when nobody waits for the answer any more. */
  async submit(bytes: Uint8Array, wait: WaitArguments, gone: AbortSignal): Promise<Submitted> {
    if (!wait.isWanted) return acceptedOf(await this.#receipt(bytes));
    if (this.#waits >= waitsMax) throw busy(`${waitsMax} requests wait for blocks already`);
    this.#waits++;
    try {
      return await this.#submitAndWait(bytes, AbortSignal.any([gone, AbortSignal.timeout(wait.timeoutMs)]));
    } finally {
      this.#waits--;
    }
  }

  /** In the order of the blobs. Each stands for itself: that one is refused says nothing of the others. */
  submitBatch(blobs: readonly Uint8Array[]): Promise<readonly BatchReceipt[]> {
    return Promise.all(blobs.map((bytes) => this.#receipt(bytes).then(acceptedOf).catch(refusedOf)));
  }

  async #submitAndWait(bytes: Uint8Array, end: AbortSignal): Promise<Submitted> {
    const receipt = await this.#receipt(bytes);
    if (receipt.kind === "refused") return (await this.#orderedBefore(bytes, receipt)) ?? acceptedOf(receipt);
    const blob = toHex(receipt.blob);
    const place = await this.#untilOrdered(blob, receipt.blob, end);
    return place === undefined ? acceptedOf(receipt) : { blob, status: "ordered", ...place };
  }

  async #receipt(bytes: Uint8Array): Promise<Receipt> {
    const { thread, telemetry } = this.#services;
    const cost = Math.max(bytes.length, pendingBlobBytes);
    if (this.#pendingBytes + cost > pendingBytesMax) {
      telemetry.countReceipt("busy");
      throw busy("too much is being submitted at once");
    }
    this.#pendingBytes += cost;
    try {
      const receipt = await thread.submit(bytes);
      telemetry.countReceipt(receipt.kind === "accepted" ? "accepted" : receipt.refusal.code);
      return receipt;
    } finally {
      this.#pendingBytes -= cost;
    }
  }

  /** Rule 1. */
  async #orderedBefore(bytes: Uint8Array, { refusal }: Extract<Receipt, { kind: "refused" }>) {
    if (refusal.code !== "duplicate") return undefined;
    const found = await this.#services.thread.query({ kind: "blob-of", bytes });
    if (found.kind !== "ordered") return undefined;
    const { root, height, index } = found;
    return { blob: toHex(root), status: "ordered" as const, height, index };
  }

  /** Asks the store too, after it has begun to listen: the block can have been executed before. */
  async #untilOrdered(key: string, blob: Uint8Array, end: AbortSignal): Promise<Place | undefined> {
    const { feed, thread } = this.#services;
    const { promise, resolve } = Promise.withResolvers<Place | undefined>();
    const giveUp = () => resolve(undefined);
    const forget = feed.await(key, resolve);
    end.addEventListener("abort", giveUp);
    if (end.aborted) giveUp();
    try {
      const found = await Promise.race([promise, thread.query({ kind: "blob", root: asRoot(blob) })]);
      if (found !== undefined && "kind" in found && found.kind === "ordered") {
        resolve({ height: found.height, index: found.index });
      }
      return await promise;
    } finally {
      forget();
      end.removeEventListener("abort", giveUp);
    }
  }
}

function acceptedOf(receipt: Receipt): Submitted {
  if (receipt.kind === "refused") throw refusalError(receipt.refusal);
  return { blob: toHex(receipt.blob), status: "accepted", isNew: receipt.isNew };
}

function refusedOf(error: unknown): BatchReceipt {
  const { status, body } = apiErrorOf(error);
  return { status: "refused", httpStatus: status, ...body };
}

function busy(message: string) {
  return refusalError({ code: "busy", path: "", message });
}
