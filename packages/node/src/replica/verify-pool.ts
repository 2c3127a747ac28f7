// Signatures are checked on threads of their own. A task that holds many payers' signatures is split over all threads; votes
// and certificates go before them, for consensus waits for these.

import { Worker } from "node:worker_threads";
import type { Verified } from "@tandem/consensus";
import type { ReplicaTask } from "@tandem/replica";
import { packSignatures } from "./packed-signatures.ts";

export type VerifyRequest = { readonly id: number } & (
  | { readonly task: ReplicaTask }
  /** A task with signatures. */
  | { readonly packed: Uint8Array }
);

interface Pending {
  readonly id: number;
  readonly task: ReplicaTask;
  readonly resolve: (verified: Omit<Verified, "id">) => void;
}

interface Thread {
  readonly worker: Worker;
  /** What it is at work on. */
  readonly open: Map<number, Pending>;
}

/** Signatures that one thread checks without a look at what came meanwhile: some 4 ms. */
const shareMax = 128;

export class VerifyPool {
  readonly #threads: Thread[];
  /** Votes, certificates, citations; and payers' signatures. */
  readonly #urgent: Pending[] = [];
  readonly #bulk: Pending[] = [];
  #lastId = 0;

  constructor(genesis: Uint8Array, threads: number, onFailure: (error: Error) => void) {
    this.#threads = Array.from({ length: threads }, () => {
      const worker = new Worker(new URL("./verify-worker.ts", import.meta.url), {
        name: "verify",
        workerData: { genesis },
      });
      const thread: Thread = { worker, open: new Map() };
      worker.on("message", (answer: Verified) => this.#onAnswer(thread, answer));
      worker.on("error", onFailure);
      return thread;
    });
  }

  async verify(task: ReplicaTask): Promise<Omit<Verified, "id">> {
    if (task.kind !== "signatures") return this.#queue(this.#urgent, task);
    const { signatures } = task;
    const shares: Promise<Omit<Verified, "id">>[] = [];
    for (let at = 0; at < signatures.length; at += shareMax) {
      shares.push(this.#queue(this.#bulk, { kind: "signatures", signatures: signatures.slice(at, at + shareMax) }));
    }
    const verified = await Promise.all(shares);
    return { valid: verified.flatMap(({ valid }) => valid), aggregate: undefined };
  }

  async stop(): Promise<void> {
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }

  #queue(line: Pending[], task: ReplicaTask): Promise<Omit<Verified, "id">> {
    return new Promise((resolve) => {
      line.push({ id: ++this.#lastId, task, resolve });
      this.#assign();
    });
  }

  /** One request at a time and thread, so that what is urgent waits for no more than a share. */
  #assign(): void {
    for (const { worker, open } of this.#threads) {
      if (open.size > 0) continue;
      const next = this.#urgent.shift() ?? this.#bulk.shift();
      if (next === undefined) return;
      open.set(next.id, next);
      send(worker, next);
    }
  }

  #onAnswer({ open }: Thread, { id, valid, aggregate }: Verified): void {
    const pending = open.get(id);
    open.delete(id);
    pending?.resolve({ valid, aggregate });
    this.#assign();
  }
}

function send(worker: Worker, { id, task }: Pending): void {
  if (task.kind !== "signatures") return worker.postMessage({ id, task } satisfies VerifyRequest);
  const packed = packSignatures(task.signatures);
  worker.postMessage({ id, packed } satisfies VerifyRequest, [packed.buffer as ArrayBuffer]);
}
