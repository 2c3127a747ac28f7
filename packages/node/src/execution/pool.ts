// Shards are executed on threads of their own, so that neither consensus nor the main thread waits for programs. An
// execution has no store: it asks for records, which the replica's thread reads for it.
//
// 1. A shard stays on the thread that it was given to, for its state is open there.
// 2. Of one shard there is one task at a time, in the order in which they were asked for.
// 3. A thread starts when a shard needs it. One that fails is the end of the node.

import { Worker } from "node:worker_threads";
import type { ExecutionTask } from "@tandem/attestation";
import type { ExecutionAnswer } from "@tandem/replica";
import type { ShardName } from "@tandem/shared";
import { type Failed, failureOf } from "../replica/failure.ts";
import type { Store } from "../store/store.ts";
import { buffersOf, type PackedRecords, packRecords, unpackRecords } from "./packed-records.ts";
import type { FromExecution, ToExecution } from "./words.ts";

export interface ExecutionPoolConfig {
  /** Encoded genesis. */
  readonly genesis: Uint8Array;
  readonly threads: number;
  readonly store: Pick<Store, "read">;
  onFailure(failure: Failed): void;
  /** What runs on a thread. */
  readonly program?: URL;
}

interface Thread {
  readonly worker: Worker;
  shards: number;
}

/** Rules 1 and 2. */
interface Line {
  readonly thread: Thread;
  /** Settles when all that was asked for is done. */
  done: Promise<unknown>;
}

export class ExecutionPool {
  readonly #config: ExecutionPoolConfig;
  readonly #threads: Thread[] = [];
  readonly #lines = new Map<ShardName, Line>();
  readonly #asked = new Map<number, (answer: ExecutionAnswer) => void>();
  #lastNumber = 0;
  #isStopped = false;

  constructor(config: ExecutionPoolConfig) {
    this.#config = config;
  }

  /** Never settles if the pool fails or is stopped. */
  perform(task: ExecutionTask): Promise<ExecutionAnswer> {
    const line = this.#lineOf(task.shard);
    const answer = line.done.then(() => this.#ask(line.thread, task));
    line.done = answer;
    return answer;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }

  #lineOf(shard: ShardName): Line {
    const known = this.#lines.get(shard);
    if (known !== undefined) return known;
    const line: Line = { thread: this.#freest(), done: Promise.resolve() };
    line.thread.shards++;
    this.#lines.set(shard, line);
    return line;
  }

  #freest(): Thread {
    if (this.#threads.length < this.#config.threads) this.#threads.push(this.#startThread());
    return this.#threads.reduce((freest, each) => (each.shards < freest.shards ? each : freest));
  }

  #startThread(): Thread {
    const { genesis, program = new URL("./worker.ts", import.meta.url) } = this.#config;
    const worker = new Worker(program, { name: "execution", workerData: { genesis } });
    worker.on("message", (message: FromExecution) => this.#hear(worker, message));
    worker.on("error", (error) => this.#fail({ code: "execution-failed", message: error.stack ?? error.message }));
    worker.on("exit", () => this.#fail({ code: "execution-failed", message: "An execution thread ended by itself." }));
    return { worker, shards: 0 };
  }

  #ask({ worker }: Thread, task: ExecutionTask): Promise<ExecutionAnswer> {
    const number = ++this.#lastNumber;
    const lean = leanTask(task);
    worker.postMessage({ kind: "task", number, task: lean.task } satisfies ToExecution, lean.buffers);
    return new Promise((resolve) => this.#asked.set(number, resolve));
  }

  #hear(worker: Worker, message: FromExecution): void {
    switch (message.kind) {
      case "wanted":
        this.#read(worker, message.number, message.keys).catch((error) =>
          this.#fail(failureOf(error, "execution-failed")),
        );
        return;
      case "done":
        this.#asked.get(message.number)?.(message.answer);
        this.#asked.delete(message.number);
        return;
      case "failed":
        return this.#fail(message);
    }
  }

  async #read(worker: Worker, number: number, keys: PackedRecords): Promise<void> {
    const values = await this.#config.store.read(unpackRecords(keys) as readonly Uint8Array[]);
    const records = packRecords(values);
    worker.postMessage({ kind: "records", number, records } satisfies ToExecution, buffersOf(records));
  }

  /** What was stopped has nothing left that could fail. */
  #fail(failure: Failed): void {
    if (!this.#isStopped) this.#config.onFailure(failure);
  }
}

/** A payload is a view of its blob, and that may be one of a frame: it goes without them, and is moved. */
function leanTask(task: ExecutionTask): { readonly task: ExecutionTask; readonly buffers: ArrayBuffer[] } {
  if (task.kind !== "execute") return { task, buffers: [] };
  const { slice, visible } = task.input;
  const blobs = slice.blobs.map(({ index, root, envelope }) => {
    const { payer, budget, touches } = envelope;
    return { index, root, envelope: { payer: payer.slice(), budget, touches, payload: envelope.payload.slice() } };
  });
  const buffers = blobs.map(({ envelope }) => envelope.payload.buffer as ArrayBuffer);
  return { task: { ...task, input: { slice: { ...slice, blobs }, visible } }, buffers };
}
