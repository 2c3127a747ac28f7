// The main thread's side of the replica thread.

import { Worker } from "node:worker_threads";
import type { Peer, StageTwoNews } from "@tandem/attestation";
import type { Receipt } from "@tandem/ordering";
import { type Chain, concatBytes } from "@tandem/shared";
import type {
  Frame,
  FromThread,
  NumberedReceipt,
  OrderedSummary,
  Query,
  QueryAnswer,
  ReplicaThreadConfig,
  ToThread,
} from "./words.ts";

/** Blobs under way live for a second: in a young generation of the usual size each would be copied twice as it grows old. */
const maxYoungGenerationSizeMb = 96;

export interface ReplicaHandlers {
  /** To one peer, or to all validators. */
  onFrame(frame: Frame): void;
  onOrdered(block: OrderedSummary): void;
  onFinal(chain: Chain, height: number, view: number): void;
  onNews(news: StageTwoNews): void;
  /** Of a seat in that chain's set. */
  onEvidence(chain: Chain, seat: number, view: number): void;
  onAttestDiverged(message: string): void;
  /** It has stopped for good. */
  onFailure(failure: { readonly code: string; readonly message: string }): void;
}

export class ReplicaThread {
  readonly #worker: Worker;
  readonly #handlers: ReplicaHandlers;
  readonly #receipts = new Map<number, (receipt: Receipt) => void>();
  readonly #answers = new Map<number, (answer: QueryAnswer) => void>();
  #incoming: Frame[] = [];
  /** Those of one turn are done with together, in order. */
  #incomingDone = createDone();
  readonly #handed: Done[] = [];
  /** Submitted in this turn. */
  #blobs: Uint8Array[] = [];
  #lastBlob = 0;
  #lastId = 0;
  #onStopped: (() => void) | undefined;
  #onReady: ((cutBytes: number) => void) | undefined;
  #hasEnded = false;

  private constructor(config: ReplicaThreadConfig, handlers: ReplicaHandlers) {
    this.#handlers = handlers;
    this.#worker = new Worker(new URL("./thread.ts", import.meta.url), {
      name: "replica",
      workerData: config,
      resourceLimits: { maxYoungGenerationSizeMb },
    });
    this.#worker.on("message", (message: FromThread) => this.#hear(message));
    this.#worker.on("error", (error) => this.#fail({ code: "replica-failed", message: error.stack ?? error.message }));
  }

  /** Resolves when it has read what was stored; then it takes part. */
  static start(
    config: ReplicaThreadConfig,
    handlers: ReplicaHandlers,
  ): Promise<{ readonly thread: ReplicaThread; readonly cutBytes: number }> {
    return new Promise((resolve, reject) => {
      const thread = new ReplicaThread(config, {
        ...handlers,
        onFailure(failure) {
          reject(Object.assign(new Error(failure.message), { code: failure.code }));
          handlers.onFailure(failure);
        },
      });
      thread.#onReady = (cutBytes) => resolve({ thread, cutBytes });
    });
  }

  /**
   * Frames of one turn of the event loop go together. The bytes are the thread's from then on. Resolves when they were
   * handled, so that a peer that sends faster than that has to wait.
   */
  take(peer: Peer, bytes: Uint8Array): Promise<void> {
    this.#incoming.push({ peer, bytes });
    if (this.#incoming.length === 1) setImmediate(() => this.#flush());
    return this.#incomingDone.promise;
  }

  /** Blobs of one turn of the event loop go together, as copies. */
  submit(bytes: Uint8Array): Promise<Receipt> {
    const id = ++this.#lastBlob;
    this.#blobs.push(bytes);
    if (this.#blobs.length === 1) setImmediate(() => this.#submitAll());
    return new Promise((resolve) => this.#receipts.set(id, resolve));
  }

  query(query: Query): Promise<QueryAnswer> {
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      this.#answers.set(id, resolve);
      this.#tell({ kind: "query", id, query });
    });
  }

  /**
   * When all that was accepted or signed is durable. If that takes too long the thread is ended as a crash would end it,
   * which loses nothing that anybody was told of. True if it stopped by itself.
   */
  async stop(timeoutMs: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const isClean = await new Promise<boolean>((resolve) => {
      if (this.#hasEnded) return resolve(false);
      this.#onStopped = () => resolve(!this.#hasEnded);
      timer = setTimeout(() => resolve(false), timeoutMs);
      this.#tell({ kind: "stop" });
    });
    clearTimeout(timer);
    this.#hasEnded = true;
    await this.#worker.terminate();
    return isClean;
  }

  #flush(): void {
    const frames = this.#incoming;
    this.#incoming = [];
    this.#handed.push(this.#incomingDone);
    this.#incomingDone = createDone();
    const buffers = new Set(frames.map(({ bytes }) => bytes.buffer as ArrayBuffer));
    this.#worker.postMessage({ kind: "frames", frames } satisfies ToThread, [...buffers]);
  }

  #submitAll(): void {
    const blobs = this.#blobs;
    this.#blobs = [];
    const bytes = concatBytes(...blobs);
    const lengths = blobs.map((blob) => blob.length);
    const id = this.#lastBlob - blobs.length + 1;
    this.#worker.postMessage({ kind: "submit", id, lengths, bytes } satisfies ToThread, [bytes.buffer as ArrayBuffer]);
  }

  #tell(message: ToThread): void {
    this.#worker.postMessage(message);
  }

  #hear(message: FromThread): void {
    switch (message.kind) {
      case "ready":
        return this.#onReady?.(message.cutBytes);
      case "frames":
        for (const frame of message.frames) this.#handlers.onFrame(frame);
        return;
      case "taken":
        return this.#handed.shift()?.resolve();
      case "receipts":
        return this.#onReceipts(message.receipts);
      case "answer":
        this.#answers.get(message.id)?.(message.answer);
        this.#answers.delete(message.id);
        return;
      case "ordered":
        return this.#handlers.onOrdered(message.block);
      case "final":
        return this.#handlers.onFinal("order", message.height, message.view);
      case "attest-final":
        return this.#handlers.onFinal("attest", message.height, message.view);
      case "news":
        return this.#handlers.onNews(message.news);
      case "evidence":
        return this.#handlers.onEvidence(message.chain, message.seat, message.view);
      case "attest-diverged":
        return this.#handlers.onAttestDiverged(message.message);
      case "failed":
        return this.#fail(message);
      case "stopped":
        return this.#onStopped?.();
    }
  }

  #onReceipts(receipts: readonly NumberedReceipt[]): void {
    for (const { id, receipt } of receipts) {
      this.#receipts.get(id)?.(receipt);
      this.#receipts.delete(id);
    }
  }

  #fail(failure: { readonly code: string; readonly message: string }): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#onStopped?.();
    void this.#worker.terminate();
    this.#handlers.onFailure(failure);
  }
}

interface Done {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

function createDone(): Done {
  return Promise.withResolvers<void>();
}
