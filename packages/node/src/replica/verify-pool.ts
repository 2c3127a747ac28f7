// Signatures are checked on threads of their own. Votes and certificates go first, for consensus waits for these; then what
// Stage 2 waits for; then payers' signatures, and a task that holds many of them is split over all threads.

import { Worker } from "node:worker_threads";
import type { ReplicaTask, ReplicaVerified } from "@tandem/replica";
import { packSignatures } from "./packed-signatures.ts";

export type VerifyRequest = { readonly id: number } & (
  | { readonly task: ReplicaTask }
  /** A task with signatures. */
  | { readonly packed: Uint8Array }
);

export type Verdict = Omit<ReplicaVerified, "id">;

interface Pending {
  readonly id: number;
  readonly task: ReplicaTask;
  readonly resolve: (verified: Verdict) => void;
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
  /** Votes, certificates and citations. */
  readonly #urgent: Pending[] = [];
  /** Affirmations, and attestations in blocks. */
  readonly #claims: Pending[] = [];
  readonly #bulk: Pending[] = [];
  #lastId = 0;

  constructor(genesis: Uint8Array, threads: number, onFailure: (error: Error) => void) {
    this.#threads = Array.from({ length: threads }, () => {
      const worker = new Worker(new URL("./verify-worker.ts", import.meta.url), {
        name: "verify",
        workerData: { genesis },
      });
      const thread: Thread = { worker, open: new Map() };
      worker.on("message", (answer: ReplicaVerified) => this.#onAnswer(thread, answer));
      worker.on("error", onFailure);
      return thread;
    });
  }

  async verify(task: ReplicaTask): Promise<Verdict> {
    if (task.kind === "affirmations" || task.kind === "attest-block") return this.#queue(this.#claims, task);
    if (task.kind !== "signatures") return this.#queue(this.#urgent, task);
    const { signatures } = task;
    const shares: Promise<Verdict>[] = [];
    for (let at = 0; at < signatures.length; at += shareMax) {
      shares.push(this.#queue(this.#bulk, { kind: "signatures", signatures: signatures.slice(at, at + shareMax) }));
    }
    const verified = await Promise.all(shares);
    return { valid: verified.flatMap(({ valid }) => valid), aggregate: undefined, quorum: undefined };
  }

  async stop(): Promise<void> {
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }

  #queue(line: Pending[], task: ReplicaTask): Promise<Verdict> {
    return new Promise((resolve) => {
      line.push({ id: ++this.#lastId, task, resolve });
      this.#assign();
    });
  }

  /** One request at a time and thread, so that what is urgent waits for no more than a share. */
  #assign(): void {
    for (const { worker, open } of this.#threads) {
      if (open.size > 0) continue;
      const next = this.#urgent.shift() ?? this.#claims.shift() ?? this.#bulk.shift();
      if (next === undefined) return;
      open.set(next.id, next);
      send(worker, next);
    }
  }

  #onAnswer({ open }: Thread, { id, ...verdict }: ReplicaVerified): void {
    const pending = open.get(id);
    open.delete(id);
    pending?.resolve(verdict);
    this.#assign();
  }
}

function send(worker: Worker, { id, task }: Pending): void {
  if (task.kind !== "signatures") return worker.postMessage({ id, task } satisfies VerifyRequest);
  const packed = packSignatures(task.signatures);
  worker.postMessage({ id, packed } satisfies VerifyRequest, [packed.buffer as ArrayBuffer]);
}
