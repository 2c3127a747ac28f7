// The main thread's side of the replica thread.

import { Worker } from "node:worker_threads";
import type { Peer, StageTwoNews } from "@tandem/attestation";
import type { Receipt } from "@tandem/ordering";
import { type Chain, concatBytes } from "@tandem/shared";
import { foldersIn } from "../store/data-folders.ts";
import { dropLocks } from "../store/folder-lock.ts";
import type {
  Frame,
  FromThread,
  NumberedReceipt,
  OrderedSummary,
  Query,
  QueryAnswer,
  ReplicaThreadConfig,
  ThreadStart,
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

/** Why nothing is answered any more. */
export class ThreadEnd extends Error {
  override readonly name = "ThreadEnd";
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export class ReplicaThread {
  readonly #worker: Worker;
  readonly #threadId: number;
  readonly #folders: readonly string[];
  readonly #handlers: ReplicaHandlers;
  readonly #receipts = new Map<number, PromiseWithResolvers<Receipt>>();
  readonly #answers = new Map<number, PromiseWithResolvers<QueryAnswer>>();
  #incoming: Frame[] = [];
  /** Those of one turn are done with together, in order. */
  #incomingDone = createDone();
  readonly #handed: Done[] = [];
  /** Submitted in this turn. */
  #blobs: Uint8Array[] = [];
  #lastBlob = 0;
  #lastId = 0;
  #onStopped: ((isClean: boolean) => void) | undefined;
  #onReady: ((start: ThreadStart) => void) | undefined;
  /** Why nothing is answered any more. */
  #end: ThreadEnd | undefined;
  #isStopped = false;

  private constructor(config: ReplicaThreadConfig, handlers: ReplicaHandlers) {
    this.#handlers = handlers;
    const { chain, votes } = foldersIn(config.dataFolder);
    this.#folders = [chain, votes.order, votes.attest];
    this.#worker = new Worker(new URL("./thread.ts", import.meta.url), {
      name: "replica",
      workerData: config,
      resourceLimits: { maxYoungGenerationSizeMb },
    });
    this.#threadId = this.#worker.threadId;
    this.#worker.on("message", (message: FromThread) => this.#hear(message));
    this.#worker.on("error", (error) => this.#fail({ code: "replica-failed", message: error.stack ?? error.message }));
    this.#worker.on("exit", () => this.#onStopped?.(false));
  }

  /** Resolves when it has read what was stored; then it takes part. */
  static start(
    config: ReplicaThreadConfig,
    handlers: ReplicaHandlers,
  ): Promise<{ readonly thread: ReplicaThread } & ThreadStart> {
    return new Promise((resolve, reject) => {
      const thread = new ReplicaThread(config, {
        ...handlers,
        onFailure(failure) {
          reject(new ThreadEnd(failure.code, failure.message));
          handlers.onFailure(failure);
          // Nobody has it, who could stop it.
          if (thread.#onReady !== undefined) void thread.#terminate();
        },
      });
      thread.#onReady = ({ cutBytes, unmarked }) => {
        thread.#onReady = undefined;
        resolve({ thread, cutBytes, unmarked });
      };
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

  /** Blobs of one turn of the event loop go together, as copies. Rejects with a `ThreadEnd`, as a query does. */
  async submit(bytes: Uint8Array): Promise<Receipt> {
    if (this.#end !== undefined) throw this.#end;
    const receipt = Promise.withResolvers<Receipt>();
    this.#receipts.set(++this.#lastBlob, receipt);
    this.#blobs.push(bytes);
    if (this.#blobs.length === 1) setImmediate(() => this.#submitAll());
    return receipt.promise;
  }

  async query(query: Query): Promise<QueryAnswer> {
    if (this.#end !== undefined) throw this.#end;
    const answer = Promise.withResolvers<QueryAnswer>();
    const id = ++this.#lastId;
    this.#answers.set(id, answer);
    this.#tell({ kind: "query", id, query });
    return answer.promise;
  }

  /**
   * When all that was accepted or signed is durable; one that has failed closes what it has open. If that takes too long the
   * thread is ended as a crash would end it, which loses nothing that anybody was told of. True if it stopped by itself.
   */
  async stop(timeoutMs: number): Promise<boolean> {
    if (this.#isStopped) return false;
    this.#isStopped = true;
    const hasFailed = this.#end !== undefined;
    const isClosed = await this.#close(timeoutMs);
    this.#endWith(new ThreadEnd("stopped", "This node was stopped."));
    await this.#terminate();
    return isClosed && !hasFailed;
  }

  #close(timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), timeoutMs);
      this.#onStopped = (isClean) => {
        clearTimeout(timer);
        resolve(isClean);
      };
      this.#tell({ kind: "stop" });
    });
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
    if (this.#end !== undefined && message.kind !== "stopped" && message.kind !== "failed") return;
    switch (message.kind) {
      case "ready":
        return this.#onReady?.(message);
      case "frames":
        for (const frame of message.frames) this.#handlers.onFrame(frame);
        return;
      case "taken":
        return this.#handed.shift()?.resolve();
      case "receipts":
        return this.#onReceipts(message.receipts);
      case "answer":
        this.#answers.get(message.id)?.resolve(message.answer);
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
        return this.#onStopped?.(true);
    }
  }

  #onReceipts(receipts: readonly NumberedReceipt[]): void {
    for (const { id, receipt } of receipts) {
      this.#receipts.get(id)?.resolve(receipt);
      this.#receipts.delete(id);
    }
  }

  #fail(failure: { readonly code: string; readonly message: string }): void {
    const isFirst = this.#end === undefined;
    this.#endWith(new ThreadEnd(failure.code, failure.message));
    this.#onStopped?.(false);
    if (isFirst) this.#handlers.onFailure(failure);
  }

  /** Whoever waits for an answer is told that none comes. */
  #endWith(end: ThreadEnd): void {
    this.#end ??= end;
    for (const each of [...this.#receipts.values(), ...this.#answers.values()]) each.reject(this.#end);
    this.#receipts.clear();
    this.#answers.clear();
  }

  /** Then another thread of this process may open the folder, whatever state this one was in. */
  async #terminate(): Promise<void> {
    await this.#worker.terminate();
    await dropLocks(this.#folders, this.#threadId);
  }
}

interface Done {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

function createDone(): Done {
  return Promise.withResolvers<void>();
}
